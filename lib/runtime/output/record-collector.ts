import { decoded } from '../../kernel/encoded.ts'
import type { OwnBytes } from '../../kernel/own-bytes.ts'
import type { Headers } from '../../model/headers.ts'
import { viewOf } from '../../model/byte-span.ts'
import { StreamsError, TopologyError } from '../../model/errors.ts'
import type { StreamRecord } from '../../model/stream-record.ts'
import type { SinkNode, StreamPartitioner } from '../../topology/topology-plan.ts'
import { partitionForKey } from '../../transport/partitioner.ts'
import { lambdaResult } from '../../processor/lambda-result.ts'
import { askHandler } from '../errors/ask-handler.ts'
import { agesAt } from '../metrics/record-ages.ts'
import { SinkMeter } from '../metrics/sink-meter.ts'
import type { OutputBytes, RecordOutput, TopicOutput } from './record-output.ts'
import { BoundSerde } from '../serdes/serialization.ts'
import { reportsOf, taskTags, type TaskScope } from '../task/task-scope.ts'

type AnyRecord = StreamRecord<unknown, unknown>

/** This many records without a key go to one partition before the next has its turn, so that batches stay large (KIP-480). */
const stickyRecords = 1000

/** Serializes the records that the sinks of one task write, and chooses their partitions (Java: `RecordCollectorImpl`). */
export class RecordCollector {
  readonly #scope: TaskScope
  readonly #output: RecordOutput
  readonly #sinks = new Map<string, TopicSink>()
  /** The sinks that have written since the metrics were told. */
  readonly #untold: SinkMeter[] = []

  constructor(scope: TaskScope, output: RecordOutput) {
    this.#scope = scope
    this.#output = output
  }

  /** Returns the function that sends the records of a sink node. */
  sink(node: SinkNode): (record: AnyRecord) => void {
    const { topic } = node
    if (typeof topic === 'string') {
      const sink = this.#topicSink(node, topic)
      return (record) => sink.send(record)
    }
    const { current } = this.#scope
    return (record) => {
      const chosen = topic(record.value, record.key, current.context())
      this.#topicSink(node, lambdaResult(chosen, 'topic chooser', node.name), 'unprepared').send(record)
    }
  }

  /** Tells the metrics what the sinks have written. */
  tellMetrics(): void {
    for (const meter of this.#untold) meter.tell()
    this.#untold.length = 0
  }

  /** The sink of one topic. `unprepared`: a record has named the topic, so its serdes could not be prepared before. */
  #topicSink(node: SinkNode, topic: string, serdesAre: 'prepared' | 'unprepared' = 'prepared'): TopicSink {
    const id = `${node.name} ${topic}`
    const existing = this.#sinks.get(id)
    if (existing !== undefined) return existing
    if (serdesAre === 'unprepared' && !isText(topic)) throw noTopic(node.name, topic)
    const { serdes } = this.#scope.environment
    const key = new BoundSerde(serdes.key(node.key, node.name), topic, 'key')
    const value = new BoundSerde(serdes.value(node.value, node.name), topic, 'value')
    const preparing = serdesAre === 'prepared' ? undefined : prepared(key, value)
    const sink = new TopicSink({
      node,
      output: this.#output.topic(topic),
      key,
      value,
      preparing,
      scope: this.#scope,
      untold: this.#untold,
    })
    this.#sinks.set(id, sink)
    return sink
  }
}

interface TopicSinkOptions {
  readonly node: SinkNode
  readonly output: TopicOutput
  readonly key: BoundSerde
  readonly value: BoundSerde
  /** The first records wait for this promise. Undefined: they wait for nothing. */
  readonly preparing: Promise<void> | undefined
  readonly scope: TaskScope
  /** The sinks that have something to tell to the metrics. */
  readonly untold: SinkMeter[]
}

function prepared(key: BoundSerde, value: BoundSerde): Promise<void> | undefined {
  if (key.serde.prepareWrite === undefined && value.serde.prepareWrite === undefined) return undefined
  return prepareBoth(key, value)
}

async function prepareBoth(key: BoundSerde, value: BoundSerde): Promise<void> {
  await key.serde.prepareWrite?.(key.context)
  await value.serde.prepareWrite?.(value.context)
}

class TopicSink {
  readonly #node: string
  readonly #output: TopicOutput
  readonly #key: BoundSerde
  readonly #value: BoundSerde
  readonly #partitioner: StreamPartitioner<unknown, unknown> | undefined
  readonly #partitionedBy: 'key' | 'record'
  readonly #scope: TaskScope
  readonly #forgetsSource: boolean
  readonly #meter: SinkMeter | null
  #preparing: Promise<void> | undefined
  #keyless: number

  constructor({ node, output, key, value, preparing, scope, untold }: TopicSinkOptions) {
    this.#node = node.name
    this.#output = output
    this.#key = key
    this.#value = value
    this.#partitioner = node.partitioner
    this.#partitionedBy = node.partitionedBy ?? 'record'
    this.#preparing = preparing
    this.#scope = scope
    this.#forgetsSource = scope.current.hasLevels
    this.#meter = meterOf(node.name, output.name, scope, untold)
    // Different tasks begin on different partitions. One task begins on the same partition in each run.
    this.#keyless = scope.id.partition * stickyRecords
  }

  send(record: AnyRecord): void {
    if (this.#preparing === undefined) this.#send(record)
    else this.#sendPrepared(record, this.#preparing)
  }

  #sendPrepared(record: AnyRecord, preparing: Promise<void>): void {
    const { current } = this.#scope
    const context = current.context()
    this.#output.whenKnown(() => {
      // All waiting records are written at once, so that none is overtaken.
      this.#preparing = undefined
      current.during(context, () => this.#send(record))
    }, preparing)
  }

  #send(record: AnyRecord): void {
    const key = this.#serialized(record, 'key')
    const value = key === undefined ? undefined : this.#serialized(record, 'value')
    if (key === undefined || value === undefined) return
    if (this.#forgetsSource) this.#scope.current.forgetSource()
    if (this.#output.partitions > 0) this.#write(record, key, value)
    else this.#writeLater(record, key && Buffer.from(viewOf(key)), value && Buffer.from(viewOf(value)))
  }

  #writeLater(record: AnyRecord, key: Uint8Array | null, value: Uint8Array | null): void {
    this.#output.whenKnown(() => this.#write(record, key, value))
  }

  /** The serialized key or value. Undefined if the handler skips the record. */
  #serialized(record: AnyRecord, origin: 'key' | 'value'): OutputBytes | undefined {
    try {
      return origin === 'key'
        ? bytesOf(this.#key, record.key, record.headers, this.#scope.current.ownKey)
        : bytesOf(this.#value, record.value, record.headers, this.#scope.current.ownValue)
    } catch (error) {
      return this.#skip(error as StreamsError, record, origin)
    }
  }

  #skip(error: StreamsError, record: AnyRecord, origin: 'key' | 'value'): undefined {
    const { environment, current, id } = this.#scope
    const { timestamp, headers } = record
    const [key, value] = [decoded(record.key), decoded(record.value)]
    const context = current.errorContext(this.#node, id)
    const unsent = { failed: 'serialization', origin, topic: this.#output.name, key, value, timestamp, headers } as const
    const ask = () => environment.productionHandler(error, unsent, context)
    // If the production handler does not skip the record, the processing handler is asked about the error too.
    const answer = askHandler({ error, context, logLevel: 'warn', failure: 'goes on', ask }, reportsOf(this.#scope))
    if (answer !== 'continue') throw error
    return undefined
  }

  #write(record: AnyRecord, key: OutputBytes, value: OutputBytes): void {
    const { timestamp, headers } = record
    const chosen = this.#chosen(record)
    this.#measure(timestamp, key, value)
    if (chosen === 'default') return this.#output.append(this.#partitionOf(key), key, value, timestamp, headers)
    if (chosen.length === 0) this.#scope.skipped.drop(this.#node, 'its partitioner chose no partition')
    for (const partition of chosen) this.#output.append(this.#checked(partition), key, value, timestamp, headers)
  }

  #measure(timestamp: number, key: OutputBytes, value: OutputBytes): void {
    if (this.#meter === null) return
    this.#meter.wrote(key, value)
    this.#meter.ages.took(timestamp)
  }

  #chosen({ key, value, headers }: AnyRecord): readonly number[] | 'default' {
    if (this.#partitioner === undefined) return 'default'
    const { name: topic, partitions } = this.#output
    const given = this.#partitionedBy === 'key' ? undefined : value
    const chosen = lambdaResult(this.#partitioner(given, key, partitions, { topic, headers }), 'partitioner', this.#node)
    if (chosen !== 'default' && !Array.isArray(chosen)) throw noPartitions(this.#node, chosen)
    if (this.#partitionedBy === 'key' && chosen !== 'default' && chosen.length !== 1) throw notOnePartition(topic, chosen)
    return chosen
  }

  #partitionOf(key: OutputBytes): number {
    const { partitions } = this.#output
    if (key !== null) return partitionForKey(key, partitions)
    return Math.floor(this.#keyless++ / stickyRecords) % partitions
  }

  #checked(partition: number): number {
    const { name, partitions } = this.#output
    if (Number.isInteger(partition) && partition >= 0 && partition < partitions) return partition
    const message = `The partitioner chose partition ${partition} of ${name}, which has ${partitions}: answer 0 to ${partitions - 1}.`
    throw new StreamsError('STREAMS_INVALID_PARTITION', message, { facts: { topic: name, partition, partitions } })
  }
}

/** The present record's own bytes, if the serde would write them. */
function bytesOf(bound: BoundSerde, value: unknown, headers: Headers, own: OwnBytes): OutputBytes {
  return own.bytesOf(value, bound.serde) ?? bound.bytesOf(value, headers)
}

function meterOf(node: string, topic: string, { environment, id, current }: TaskScope, untold: SinkMeter[]): SinkMeter | null {
  const { metrics } = environment
  const tags = { ...taskTags(environment, id), 'processor-node-id': node }
  const ages = agesAt(metrics, tags, current)
  return ages === null ? null : new SinkMeter(metrics, tags, topic, ages, untold)
}

function isText(chosen: unknown): boolean {
  return typeof chosen === 'string' && chosen !== ''
}

function noTopic(node: string, chosen: unknown): StreamsError {
  const shown = chosen === '' ? 'an empty text' : String(chosen)
  const message = `The topic chooser of ${node} returned ${shown}: return the name of a topic, or filter the record out before.`
  return new StreamsError('STREAMS_INVALID_TOPIC', message, { facts: { node, chosen } })
}

function noPartitions(node: string, chosen: unknown): StreamsError {
  const message = `The partitioner of ${node} returned ${String(chosen)}: it must return a list of partitions, as [0], or 'default'.`
  return new StreamsError('STREAMS_INVALID_PARTITION', message, { facts: { node, chosen } })
}

function notOnePartition(topic: string, chosen: readonly number[]): TopologyError {
  const message = `The partitioner of a foreign-key join chose ${chosen.length} partitions of ${topic}: it must choose one.`
  return new TopologyError('STREAMS_FOREIGN_KEY_PARTITIONER', message, { facts: { topic, chosen } })
}
