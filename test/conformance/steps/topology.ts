import type { Topology } from 'millrace'
import type { Args } from '../scenario/args.ts'
import { fn } from '../scenario/lambdas.ts'
import { logicMaker, processorSupplier } from '../scenario/processors.ts'
import { str } from '../scenario/values.ts'
import { extractor, partitioner } from './functions.ts'
import { call, options, type Building } from './handles.ts'
import { serdesOf, storeSpec } from './options.ts'

type TopologyStep = (topology: Topology, step: Args, building: Building) => void

/** Steps on the built topology (the Processor API). */
export const topologySteps: Readonly<Record<string, TopologyStep>> = {
  addSource: (topology, step) => {
    const serdes = serdesOf(step)
    const how = options({
      timestampExtractor: step.has('extractor') ? extractor(step.string('extractor')) : undefined,
      offsetReset: step.optionalString('reset'),
    })
    const topics = step.has('pattern')
      ? { pattern: new RegExp(step.string('pattern')), ...serdes }
      : step.strings('topics').map((name) => ({ name, ...serdes }))
    call(topology, 'addSource', step.string('name'), topics, how)
  },
  addProcessor: (topology, step, building) => {
    const own = step.has('own') ? { stores: [storeSpec(step.object('own'), building)] } : undefined
    call(topology, 'addProcessor', step.string('name'), supplierOf(step, building), step.strings('parents'), own)
  },
  addSink: (topology, step) => {
    const how = step.has('partitioner') ? { partitioner: partitioner(step.string('partitioner')) } : undefined
    call(topology, 'addSink', step.string('name'), { ...sinkTopic(step), ...serdesOf(step) }, step.strings('parents'), how)
  },
  addStore: (topology, step, building) => {
    call(topology, 'addStateStore', storeSpec(step.object('store'), building), step.strings('processors'))
  },
  connect: (topology, step) => {
    call(topology, 'connectProcessorAndStateStores', step.string('processor'), step.strings('stores'))
  },
  addGlobal: (topology, step, building) => {
    call(topology, 'addGlobalStore', filledStore(step, building))
  },
  addReadOnlyStore: (topology, step, building) => {
    call(topology, 'addReadOnlyStateStore', filledStore(step, building))
  },
}

function supplierOf(step: Args, building: Building): unknown {
  return processorSupplier(logicMaker(step.object('processor'), building.faces), 'free')
}

function sinkTopic(step: Args): object {
  if (!step.has('topicBy')) return { name: step.string('topic') }
  const f = fn(step.json('topicBy'))
  // describe() prints the function's name.
  const TopicBy = (value: unknown, key: unknown): string => str(f(key, value))
  return { topicName: TopicBy }
}

function filledStore(step: Args, building: Building): object {
  return {
    store: storeSpec(step.object('store'), building),
    sourceName: step.string('name'),
    topic: { name: step.string('topic'), ...serdesOf(step) },
    processorName: step.string('processorName'),
    supplier: supplierOf(step, building),
  }
}
