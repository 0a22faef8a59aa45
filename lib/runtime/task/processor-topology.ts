import { SerializationError, StreamsError } from '../../model/errors.ts'
import { decoded } from '../../kernel/encoded.ts'
import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import type { Histogram } from '../../metrics/metrics.ts'
import type { Operator } from '../../processor/operator.ts'
import { makeProcessor } from '../../processor/processor-parameters.ts'
import type { ProcessorWrapper } from '../../processor/processor-wrapper.ts'
import type { Processor, Punctuator } from '../../processor/processor.ts'
import type { ProcessorNode, SinkNode, SourceNode, TopologyNode } from '../../topology/topology-plan.ts'
import { lambdaResult, noResult } from '../../processor/lambda-result.ts'
import { askHandler } from '../errors/ask-handler.ts'
import { placeOf, type NodePlace } from '../errors/node-place.ts'
import { isFatal, processingError, thrownBySink } from '../errors/processing-error.ts'
import { sentenceOf } from '../../model/sentence.ts'
import type { RuntimeNode, TaskControl } from './processor-context.ts'
import { NodeProcessorContext } from './processor-context.ts'
import { CountedNode, latenessOf } from '../metrics/node-meter.ts'
import { agesAt, type RecordAges } from '../metrics/record-ages.ts'
import type { RecordCollector } from '../output/record-collector.ts'
import { reportsOf, taskTags, type TaskScope } from './task-scope.ts'
import { explained } from './value-guard.ts'

type AnyRecord = StreamRecord<unknown, unknown>
type AnyProcessor = Processor<unknown, unknown, unknown, unknown>

/** A running source node. The records of its topics enter the topology here. */
export class RunningSource implements RuntimeNode {
  readonly name: string
  readonly node: SourceNode
  readonly context: NodeProcessorContext
  readonly #place: NodePlace
  readonly #scope: TaskScope
  readonly #ages: RecordAges | null
  readonly #lateness: Histogram | null

  constructor(node: SourceNode, context: NodeProcessorContext, scope: TaskScope) {
    this.name = node.name
    this.#place = placeOf(node)
    this.#scope = scope
    this.node = node
    this.context = context
    this.#ages = agesAt(scope.environment.metrics, context.metricTags, scope.current)
    this.#lateness = latenessOf(scope.environment.metrics, taskTags(scope.environment, scope.id))
  }

  /**
   * A sink directly below this source has no processor above it, so its errors are caught here. Kafka Streams does not ask the
   * processing handler about them.
   */
  process(record: AnyRecord): void {
    if (this.#scope.current.sampledMs >= 0) this.#measure(record.timestamp)
    try {
      this.context.forward(record)
    } catch (cause) {
      const { environment, id, current } = this.#scope
      if (environment.compatibility === 'safe') askAboutFailure(cause, record, this.#place, this.#scope)
      else throw isFatal(cause) ? cause : processingError(cause, this.#place, id, current.context())
    }
  }

  #measure(timestamp: number): void {
    this.#ages?.took(timestamp)
    this.#lateness?.record(this.#scope.streamTime() - timestamp)
  }
}

/** Asks the processing handler about an error. Throws the error, with its place, unless the handler skips the record. */
function askAboutFailure(thrown: unknown, record: AnyRecord | null, place: NodePlace, scope: TaskScope): void {
  if (isFatal(thrown)) throw thrown
  const { environment, id, current } = scope
  const cause = environment.valueGuard === undefined ? thrown : explained(thrown, place)
  const error = processingError(cause, place, id, current.context())
  const context = current.errorContext(place.node, id)
  const ask = () => environment.processingHandler(error, record === null ? null : decodedRecord(record), context)
  if (askHandler({ error, context, logLevel: 'error', failure: 'ends here', ask }, reportsOf(scope)) === 'fail') throw error
}

/** A handler is the application's: it gets values. */
function decodedRecord({ key, value, timestamp, headers }: AnyRecord): AnyRecord {
  return streamRecord(decoded(key), decoded(value), timestamp, headers)
}

/** A processor with its context. Its errors get node, task and record added here, and go to the processing handler. */
class RunningProcessor implements RuntimeNode {
  readonly name: string
  readonly context: NodeProcessorContext
  readonly #place: NodePlace
  readonly #scope: TaskScope
  readonly #processor: AnyProcessor
  /** The processor without its wrapper, if it is an operator of the DSL. */
  readonly #operator: Operator<unknown, unknown, unknown, unknown> | undefined
  /** Null unless records end here. */
  #ages: RecordAges | null = null

  constructor(node: ProcessorNode, context: NodeProcessorContext, scope: TaskScope) {
    this.name = node.name
    this.context = context
    this.#place = placeOf(node)
    this.#scope = scope
    const processor = makeProcessor(node.processor, node.name) as AnyProcessor
    this.#operator = node.processor.kind === 'operator' ? processor : undefined
    this.#processor = wrapped(processor, node.name, scope.environment.processorWrapper)
    if (this.#operator?.forwards === 'input') context.level = 'shared'
  }

  init(): void {
    if (this.context.isEnd) this.#ages = agesAt(this.#scope.environment.metrics, this.context.metricTags, this.#scope.current)
    try {
      noResult(this.#processor.init?.(this.context), 'init', this.name)
    } catch (cause) {
      const code = cause instanceof StreamsError ? cause.code : 'STREAMS_PROCESSOR_INIT_FAILED'
      throw new StreamsError(code, `${this.#place.text} could not be initialized: ${sentenceOf(cause)}`, {
        facts: { ...(cause instanceof StreamsError ? cause.facts : {}), node: this.name, place: this.#place.text },
        cause,
      })
    }
  }

  async prepare(): Promise<void> {
    await this.#operator?.prepare?.()
  }

  process(record: AnyRecord): void {
    try {
      const result: unknown = this.#processor.process(record, this.context)
      if (result !== undefined) noResult(result, 'process', this.name)
      this.#ages?.took(record.timestamp)
    } catch (error) {
      this.#fail(error, record)
    }
  }

  punctuate(now: number, punctuator: Punctuator): void {
    try {
      noResult(punctuator(now), 'punctuator', this.name)
    } catch (error) {
      this.#fail(error, null)
    }
  }

  close(): void {
    noResult(this.#processor.close?.(), 'close', this.name)
  }

  #fail(cause: unknown, record: AnyRecord | null): void {
    if (this.#scope.environment.compatibility === 'java' && this.#failsAbove(cause)) throw unwritable(cause, this.name)
    askAboutFailure(cause, record, this.#place, this.#scope)
  }

  #failsAbove(cause: unknown): cause is SerializationError {
    return this.#operator?.unwritableValueFails === 'above' && cause instanceof SerializationError
  }
}

function wrapped(processor: AnyProcessor, nodeName: string, wrapper: ProcessorWrapper | undefined): AnyProcessor {
  return wrapper === undefined ? processor : lambdaResult(wrapper(processor, nodeName), 'processorWrapper', nodeName)
}

function unwritable(cause: SerializationError, node: string): StreamsError {
  return new StreamsError('STREAMS_NOT_SUPPRESSED', `${node} cannot keep a change: ${cause.message}`, {
    facts: { ...cause.facts, node },
    cause,
  })
}

/** A running sink node. Its errors are those of the node that forwarded to it, as in Kafka Streams. */
class RunningSink implements RuntimeNode {
  readonly name: string
  readonly #place: NodePlace
  readonly #send: (record: AnyRecord) => void

  constructor(node: SinkNode, collector: RecordCollector) {
    this.name = node.name
    this.#place = placeOf(node)
    this.#send = collector.sink(node)
  }

  process(record: AnyRecord): void {
    try {
      this.#send(record)
    } catch (error) {
      throw thrownBySink(error, this.#place)
    }
  }
}

export interface ProcessorTopologyOptions {
  /** Parents before children. */
  readonly nodes: readonly TopologyNode[]
  readonly scope: TaskScope
  readonly control: TaskControl
  readonly collector: RecordCollector
  readonly globalStores: ReadonlySet<string>
}

/** The nodes of one task, connected (Java: `ProcessorTopology`). */
export class ProcessorTopology {
  readonly sources: readonly RunningSource[]
  readonly #processors = new Map<string, RunningProcessor>()

  constructor(options: ProcessorTopologyOptions) {
    const sources: RunningSource[] = []
    const contexts = new Map<string, NodeProcessorContext>()
    for (const node of options.nodes) {
      const running = makeNode(node, options)
      const entry = counted(running, options.scope)
      if (running instanceof RunningSource) sources.push(running)
      if (running instanceof RunningProcessor) this.#processors.set(node.name, running)
      if (!(running instanceof RunningSink)) contexts.set(node.name, running.context)
      if (node.kind !== 'source') for (const parent of node.parents) contexts.get(parent)?.addChild(entry)
    }
    this.sources = sources
  }

  init(): void {
    for (const processor of this.#processors.values()) processor.init()
  }

  /** Awaited after `init` and before the first record, so that processors can fetch what they need. */
  async prepare(): Promise<void> {
    for (const processor of this.#processors.values()) await processor.prepare()
  }

  punctuate(node: string, now: number, punctuator: Punctuator): void {
    this.#processors.get(node)?.punctuate(now, punctuator)
  }

  /** Closes all processors, and then throws the first error, if any. */
  close(): void {
    const errors: unknown[] = []
    for (const processor of this.#processors.values()) {
      try {
        processor.close()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }
}

/** With `debug` each node counts what it gets. */
function counted(node: RuntimeNode, { environment, id }: TaskScope): RuntimeNode {
  const { metrics } = environment
  if (metrics.level !== 'debug') return node
  const tags = { ...taskTags(environment, id), 'processor-node-id': node.name }
  return new CountedNode(node, metrics.counter('process', 'stream-processor-node-metrics', tags))
}

function makeNode(node: TopologyNode, { scope, control, collector, globalStores }: ProcessorTopologyOptions) {
  if (node.kind === 'sink') return new RunningSink(node, collector)
  const stores = node.kind === 'processor' ? new Set([...node.stores, ...globalStores]) : globalStores
  const context = new NodeProcessorContext({ nodeName: node.name, scope, control, stores })
  return node.kind === 'source' ? new RunningSource(node, context, scope) : new RunningProcessor(node, context, scope)
}
