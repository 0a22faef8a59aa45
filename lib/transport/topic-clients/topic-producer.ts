import type { Chance } from '../../clock/chance.ts'
import type { Clock } from '../../clock/clock.ts'
import { SerializationError, TransportError } from '../../model/errors.ts'
import type { Headers } from '../../model/headers.ts'
import { noHeaders } from '../../model/headers.ts'
import { sentenceOf } from '../../model/sentence.ts'
import type { Serde, SerdeContext, SerdeEnvironment } from '../../model/serde.ts'
import { bindSerde } from '../../model/serde.ts'
import type { Topic } from '../../model/topic.ts'
import type { Admin, PartitionOffset } from '../admin.ts'
import { partitionForKey } from '../partitioner.ts'
import type { Producer } from '../producer.ts'
import { BatchAccumulator } from './batch-accumulator.ts'

/** A record as a producer takes it. */
export interface ProducerRecord<K, V> {
  /** Null: the record has no key. */
  readonly key: K | null
  /** Null is a tombstone: it deletes the key in a table, and in a compacted topic. */
  readonly value: V | null
  /** Ms since the epoch. Default: now. */
  readonly timestamp?: number | undefined
  /** Default: none. */
  readonly headers?: Headers | undefined
  /**
   * Default: the partition of the key, as Java's producer chooses it. All records without a key in one call of `send` go to the
   * same random partition.
   */
  readonly partition?: number | undefined
}

export interface TopicProducerOptions {
  readonly producer: Producer
  readonly admin: Admin
  readonly clock: Clock
  readonly chance: Chance
  readonly serdes: SerdeEnvironment
  /** The clients that `close` closes. */
  readonly clients: AsyncDisposable
}

interface EncodedRecord {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly timestamp: number
  readonly headers: Headers
  readonly partition: number
}

/** What the producer knows of the topic of a name. */
interface KnownTopic {
  readonly askedAtMs: number
  readonly partitions: Promise<number>
  /** The serdes that are ready to write to it, by those of the key and of the value: several topic values may have its name. */
  readonly ready: WeakMap<object, WeakMap<object, Promise<void>>>
  /** Settles when the serdes of all calls so far are ready, or failed. Later calls wait for it, so that their records come later, too. */
  preparing: Promise<unknown>
}

/** After this time the producer asks again how many partitions a topic has (Java: `metadata.max.age.ms`). */
const metadataAgeMaxMs = 300_000

/**
 * Serializes records and writes them to topics. Records that are sent in the same microtask go out in one batch per partition.
 * Within a partition, records are in the order of the calls.
 */
export class TopicProducer {
  readonly #options: TopicProducerOptions
  readonly #accumulator: BatchAccumulator
  readonly #topics = new Map<string, KnownTopic>()

  constructor(options: TopicProducerOptions) {
    this.#options = options
    this.#accumulator = new BatchAccumulator(options.producer)
  }

  /**
   * Sends records. When all are acknowledged, resolves with the partition and offset of each.
   *
   * Rejects with a `SerializationError`, or with a `TypeError` for an impossible timestamp or partition, before any record is sent.
   * Rejects with a `TransportError` if the broker refuses a record or cannot be reached. The other records may then be in the log.
   */
  async send<K, V>(topic: Topic<K, V>, records: readonly ProducerRecord<K, V>[]): Promise<readonly PartitionOffset[]> {
    const partitions = await this.#partitionsOf(topic, records)
    const keyless = Math.floor(this.#options.chance.float() * partitions)
    const encoded = records.map((record) => this.#encode(topic, record, partitions, keyless))
    for (const record of encoded) checkRecord(topic.name, record, partitions)
    const acknowledged = encoded.map(async ({ partition, key, value, timestamp, headers }) => {
      const at = { topic: topic.name, partition }
      return { ...at, offset: await this.#accumulator.append(at, key, value, timestamp, headers) }
    })
    return Promise.all(acknowledged)
  }

  /** Sends the gathered records, then closes the clients. */
  async close(): Promise<void> {
    await this.#accumulator.drain()
    await this.#options.clients[Symbol.asyncDispose]()
  }

  /** Asks the broker again before it refuses a partition, because the topic may have got more partitions. */
  async #partitionsOf<K, V>(topic: Topic<K, V>, records: readonly ProducerRecord<K, V>[]): Promise<number> {
    const partitions = await this.#writable(topic)
    if (records.every(({ partition = 0 }) => partition < partitions)) return partitions
    this.#topics.delete(topic.name)
    return this.#writable(topic)
  }

  /** Resolves to the number of partitions, when the topic's serdes are ready to write. */
  async #writable<K, V>(topic: Topic<K, V>): Promise<number> {
    const known = this.#known(topic.name)
    const partitions = await known.partitions
    const { preparing: before } = known
    await Promise.all([this.#ready(topic, known), before])
    return partitions
  }

  #known(name: string): KnownTopic {
    const nowMs = this.#options.clock.monotonic()
    const known = this.#topics.get(name)
    if (known !== undefined && nowMs - known.askedAtMs < metadataAgeMaxMs) return known
    const preparing = known?.preparing ?? Promise.resolve()
    const asked: KnownTopic = { askedAtMs: nowMs, partitions: this.#lookUp(name), ready: new WeakMap(), preparing }
    this.#topics.set(name, asked)
    // The caller of `send` gets the error. The next call tries again.
    asked.partitions.catch(() => this.#topics.delete(name))
    return asked
  }

  async #lookUp(name: string): Promise<number> {
    const [found] = await this.#options.admin.metadata([name])
    if (found === undefined) throw unknownTopic(name)
    return found.partitions.length
  }

  #ready<K, V>(topic: Topic<K, V>, known: KnownTopic): Promise<void> {
    const { key, value } = topic
    const byValue = known.ready.get(key) ?? new WeakMap<object, Promise<void>>()
    known.ready.set(key, byValue)
    const earlier = byValue.get(value)
    if (earlier !== undefined) return earlier
    const prepared = this.#prepare(topic)
    byValue.set(value, prepared)
    known.preparing = Promise.allSettled([known.preparing, prepared])
    // As above.
    prepared.catch(() => byValue.delete(value))
    return prepared
  }

  async #prepare<K, V>({ name, key, value }: Topic<K, V>): Promise<void> {
    await this.#bind(key).prepareWrite?.({ topic: name, component: 'key', headers: noHeaders })
    await this.#bind(value).prepareWrite?.({ topic: name, component: 'value', headers: noHeaders })
  }

  #encode<K, V>(topic: Topic<K, V>, record: ProducerRecord<K, V>, partitions: number, keyless: number): EncodedRecord {
    const { timestamp = this.#options.clock.now(), headers = noHeaders } = record
    const key = encode(this.#bind(topic.key), record.key, { topic: topic.name, component: 'key', headers })
    const value = encode(this.#bind(topic.value), record.value, { topic: topic.name, component: 'value', headers })
    const partition = record.partition ?? (key === null ? keyless : partitionForKey(key, partitions))
    return { key, value, timestamp, headers, partition }
  }

  #bind<T>(serde: Serde<T>): Serde<T> {
    return bindSerde(serde, this.#options.serdes)
  }
}

function checkRecord(topic: string, { timestamp, partition }: EncodedRecord, partitions: number): void {
  if (!Number.isSafeInteger(timestamp) || timestamp < 0)
    throw new TypeError(`A record for topic ${topic} has the timestamp ${timestamp}: give it ms since the epoch.`)
  if (!Number.isSafeInteger(partition) || partition < 0 || partition >= partitions)
    throw new TypeError(
      `A record names partition ${partition} of topic ${topic}, which has ${partitions}: give a number from 0 to ${partitions - 1}.`,
    )
}

function encode<T>(serde: Serde<T>, value: T | null, context: SerdeContext): Uint8Array | null {
  if (value === null) return null
  try {
    return serde.serialize(value, context)
  } catch (cause) {
    const { topic, component } = context
    const message = `The ${component} of a record for topic ${topic} cannot be written: ${sentenceOf(cause)} Check the value, and the serdes of the topic.`
    throw new SerializationError('STREAMS_SERIALIZATION', message, { facts: { topic, component, serde: serde.name }, cause })
  }
}

export function unknownTopic(topic: string): TransportError {
  const message = `There is no topic ${topic}: create it, or correct the name.`
  return new TransportError('TRANSPORT_UNKNOWN_TOPIC_OR_PARTITION', 'retriable', message, { facts: { topic } })
}
