import { checkOptions, type OptionNames } from '../../model/check-options.ts'
import { noHeaders } from '../../model/headers.ts'
import type { KeyValue } from '../../model/key-value.ts'
import type { Topic } from '../../model/topic.ts'
import type { StreamsOptions } from '../../runtime/streams-config.ts'
import type { PartitionOffset } from '../../transport/admin.ts'
import type { Topology } from '../../topology/topology.ts'
import type { EmbeddedBroker } from '../../transport/embedded/embedded-broker.ts'
import { partitionForKey } from '../../transport/partitioner.ts'
import { noProducer, RecordBatchBuilder } from '../../transport/record-batch/record-batch-builder.ts'
import { committedRecords } from './committed-records.ts'
import type { Running } from './run-simulation.ts'
import { runSimulation } from './run-simulation.ts'

/** Writes a record to an input topic at some time of the simulation. The records of a topic come in the order of the calls. */
export type SimulatedSend = <K, V>(topic: Topic<K, V>, key: K, value: V | null) => void

/** Options of {@link simulate}. */
export interface SimulateOptions {
  /** Everything follows from it: the same seed does the same. In every third seed brokers have the transactions of before Kafka 4. */
  readonly seed: number
  /** The topics that the topology reads and writes, with their numbers of partitions. Internal topics make themselves. */
  readonly topics: Readonly<Record<string, number>>
  /** Says what is written to the input topics. */
  readonly feed: (send: SimulatedSend) => void
  /** How many processes run the topology. Default 3. */
  readonly members?: number | undefined
  /** How many faults happen. Default 8. */
  readonly faults?: number | undefined
  /**
   * `port`: requests of clients are lost, repeated and late as a whole. `wire`: the bytes of Kafka's protocol go to three brokers, whose
   * leaders and coordinators move; it takes about three times as long. Default `port`.
   */
  readonly level?: 'port' | 'wire' | undefined
  /** Options of the application. Default: commit intervals and timeouts that are drawn for a run of two minutes. */
  readonly config?: Partial<StreamsOptions> | undefined
}

/** What a simulation has done. */
export interface SimulationResult {
  /** The records of a topic after the run, partition by partition. */
  read<K, V>(topic: Topic<K, V>): readonly KeyValue<K, V | null>[]
  /**
   * Batches that came from processes which did not own their tasks any more. With at-least-once processing nobody refuses them, so that
   * an older value of a key may follow a newer one, as in Java. If it is 0, the last value of each key is the right one.
   */
  readonly lateWrites: number
  /** Which faults have happened, and how often: also the calls at which a process was killed. */
  readonly faults: ReadonlyMap<string, number>
  /** Two runs that have done the same have the same hash. */
  readonly hash: string
}

/** A simulation in which something happened that must never happen. */
export class SimulationError extends Error {
  /** `SimulationError`. */
  override readonly name = 'SimulationError'
  /** The seed that does it again. */
  readonly seed: number
  /** What must never happen, and did. */
  readonly violations: readonly string[]
  /** What happened, a line for each event. */
  readonly trace: readonly string[]

  constructor(seed: number, violations: readonly string[], trace: readonly string[]) {
    super(`Seed ${seed} of the simulation failed: ${violations.join('; ')}. Run this seed again: it does the same.`)
    this.seed = seed
    this.violations = violations
    this.trace = trace
  }
}

/**
 * Runs a topology in several processes on a simulated cluster, while processes are killed, stopped and restarted, messages are lost, disks
 * are full, and brokers go away. It takes two minutes or more of simulated time, and less than a second of real time. All that happens
 * follows from the seed, so a failing seed can be run again, and debugged.
 *
 * After the faults all input has to be processed, and closed applications leave nothing open. If not, the promise rejects with a
 * {@link SimulationError}. What the outputs must say, the caller checks: with at-least-once processing a record may have been processed
 * twice. The code of the topology must take neither time nor chance from outside.
 *
 * @example
 * const { read, lateWrites } = await simulate(topology, {
 *   seed: 7,
 *   topics: { orders: 2, totals: 2 },
 *   feed: (send) => { for (let n = 0; n < 100; n++) send(orders, `customer-${n % 5}`, n) },
 * })
 * const last = new Map(read(totals).map(({ key, value }) => [key, value]))
 */
export async function simulate(topology: Topology, options: SimulateOptions): Promise<SimulationResult> {
  checkOptions('simulate()', options, optionNames)
  const { seed, topics, feed, members = 3, faults = 8, level = 'port', config = {} } = options
  const result = await runSimulation({
    seed,
    level,
    topology,
    topics,
    members,
    faults,
    config,
    faultyMs: 90_000,
    progressMs: 300_000,
    trace: 'kept',
    feed: (run) => writeAll(run, feed),
  })
  const { broker, violations, trace, lateWrites, hits, hash } = result
  if (violations.length > 0) throw new SimulationError(seed, violations, trace)
  return { read: (topic) => recordsOf(broker, topic), lateWrites, faults: hits, hash }
}

const optionNames: OptionNames<SimulateOptions> = {
  seed: true,
  topics: true,
  feed: true,
  members: true,
  faults: true,
  level: true,
  config: true,
}

function writeAll({ world, broker, faultyMs }: Running, feed: (send: SimulatedSend) => void): void {
  const writes = new Map<string, ((timestamp: number) => void)[]>()
  feed((topic, key, value) => {
    const ofTopic = writes.get(topic.name) ?? []
    writes.set(topic.name, ofTopic)
    ofTopic.push((timestamp) => writeRecord(broker, topic, { key, value }, timestamp))
  })
  for (const [topic, ofTopic] of writes) {
    const times = ofTopic.map(() => world.chance.float() * faultyMs).sort((a, b) => a - b)
    for (const [index, write] of ofTopic.entries())
      world.schedule(Math.floor(times[index]!) + index, null, `input ${topic}`, () => write(Math.floor(world.now)))
  }
}

/** Writes a record to the partition of its key, as a client from outside of the simulation, and says where it is. */
export function writeRecord<K, V>(
  broker: EmbeddedBroker,
  topic: Topic<K, V>,
  { key, value }: KeyValue<K, V | null>,
  timestamp: number,
): PartitionOffset {
  const context = { topic: topic.name, headers: noHeaders }
  const keyBytes = topic.key.serialize(key, { ...context, component: 'key' })
  const valueBytes = value === null ? null : topic.value.serialize(value, { ...context, component: 'value' })
  const partition = partitionForKey(keyBytes ?? new Uint8Array(0), broker.topics.topic(topic.name).partitions.length)
  const batch = new RecordBatchBuilder('none')
  batch.append(keyBytes, valueBytes, timestamp, noHeaders)
  const offset = broker.append({ topic: topic.name, partition }, batch.seal(noProducer))
  return { topic: topic.name, partition, offset }
}

/** The records of a topic that readers of committed records get, partition by partition. */
export function recordsOf<K, V>(broker: EmbeddedBroker, topic: Topic<K, V>): readonly KeyValue<K, V | null>[] {
  const context = { topic: topic.name, headers: noHeaders }
  const { partitions } = broker.topics.topic(topic.name)
  return partitions.flatMap((_, partition) =>
    committedRecords(broker, { topic: topic.name, partition }).map(({ batch, index }) => {
      const value = batch.value(index)
      const key = topic.key.deserialize(batch.key(index) as Uint8Array, { ...context, component: 'key' })
      return { key, value: value === null ? null : topic.value.deserialize(value, { ...context, component: 'value' }) }
    }),
  )
}
