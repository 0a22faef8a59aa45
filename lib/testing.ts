/// <reference lib="esnext.disposable" preserve="true" />
import './require-node.ts'

export { TopologyTestDriver } from './testing/topology-test-driver.ts'
export type { PlannedTopology, TopologyTestDriverConfig } from './testing/topology-test-driver.ts'
export { TestInputTopic, TestOutputTopic } from './testing/test-topics.ts'
export type { Pipe, TestInputTopicOptions, TestRecord } from './testing/test-topics.ts'
export type { ProducedRecord } from './testing/test-output.ts'

export { simulate, SimulationError } from './testing/simulation/simulate.ts'
export type { SimulatedSend, SimulateOptions, SimulationResult } from './testing/simulation/simulate.ts'
