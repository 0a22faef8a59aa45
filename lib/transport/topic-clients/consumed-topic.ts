import { sentenceOf } from '../../model/sentence.ts'
import { SerializationError, StreamsError } from '../../model/errors.ts'
import type { Headers } from '../../model/headers.ts'
import { noHeaders } from '../../model/headers.ts'
import { isPromiseLike } from '../../model/promise-like.ts'
import type { RawRecord } from '../../model/raw-record.ts'
import type { Serde, SerdeContext, SerdeEnvironment } from '../../model/serde.ts'
import { bindSerde } from '../../model/serde.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { ReadableRange } from '../readable-ranges.ts'
import type { RecordBatch } from '../record-batch/record-batch.ts'

type Readable<T> = Pick<Serde<T>, 'name' | 'deserialize'>

/** The part of a topic that consumers need. It has no serializers, so that a consumer can read topics of several types. */
export interface ReadableTopic<K, V> {
  /** The name of the topic on the cluster. */
  readonly name: string
  /** Reads keys. */
  readonly key: Readable<K>
  /** Reads values. */
  readonly value: Readable<V>
}

/** A record as a consumer hands it over. */
export interface ConsumedRecord<K, V> {
  /** The topic that it was read from. */
  readonly topic: string
  /** The partition that it was read from. */
  readonly partition: number
  /** Its place in the partition. Offsets grow, with gaps. */
  readonly offset: number
  /** Ms since the epoch. */
  readonly timestamp: number
  /** Its headers, in the order in which they were written. */
  readonly headers: Headers
  /** Null: the record has no key. */
  readonly key: K | null
  /** Null: a tombstone, which deletes the key in a table. */
  readonly value: V | null
}

/** The type of the records of a topic. For a union of topics it is the union of their records. */
export type RecordOf<T> = T extends ReadableTopic<infer K, infer V> ? ConsumedRecord<K, V> : never

/**
 * Decides about a record that the topic's serdes cannot read, or whose timestamp is not a safe integer. `continue` skips the
 * record. `fail` ends the loop with the error. The handler is synchronous: to await something, answer `fail`, then begin another
 * loop, which goes on behind the record.
 */
export type ConsumerDeserializationHandler = (error: StreamsError, record: RawRecord) => 'continue' | 'fail'

export interface DecodedRange<R> {
  readonly records: readonly R[]
  /** The record that ended the reading, and its error. Null if the whole range was read. */
  readonly failure: { readonly error: StreamsError; readonly offset: number } | null
}

/** Makes a decoder for each topic, by the topic's name. Throws if a serde cannot be bound, e.g. without a schema registry. */
export function recordDecoders(
  topics: readonly ReadableTopic<unknown, unknown>[],
  environment: SerdeEnvironment,
  handler: ConsumerDeserializationHandler,
): ReadonlyMap<string, RecordDecoder<unknown, unknown>> {
  return new Map(topics.map((topic) => [topic.name, new RecordDecoder(topic, environment, handler)]))
}

/** Decodes the records of one topic. */
export class RecordDecoder<K, V> {
  readonly #topic: string
  readonly #key: Serde<K>
  readonly #value: Serde<V>
  readonly #handler: ConsumerDeserializationHandler

  constructor(topic: ReadableTopic<K, V>, environment: SerdeEnvironment, handler: ConsumerDeserializationHandler) {
    this.#topic = topic.name
    this.#key = bindSerde(topic.key as Serde<K>, environment)
    this.#value = bindSerde(topic.value as Serde<V>, environment)
    this.#handler = handler
  }

  /** Decodes a range up to the first record for which the handler says `fail`. */
  async decode(partition: number, { batch, from, end }: ReadableRange): Promise<DecodedRange<ConsumedRecord<K, V>>> {
    await this.#prepare({ batch, from, end })
    const records: ConsumedRecord<K, V>[] = []
    for (let index = from; index < end; index++) {
      const raw = rawRecord({ topic: this.#topic, partition }, batch, index)
      const decoded = this.#decode(raw)
      if (!(decoded instanceof StreamsError)) records.push(decoded)
      else if (this.#answer(decoded, raw) === 'fail') return { records, failure: { error: decoded, offset: raw.offset } }
    }
    return { records, failure: null }
  }

  #answer(error: StreamsError, record: RawRecord): 'continue' | 'fail' {
    const answer: unknown = this.#handler(error, record)
    if (answer === 'continue' || answer === 'fail') return answer
    if (isPromiseLike(answer)) answer.then(undefined, () => undefined)
    const what = isPromiseLike(answer) ? 'a promise' : String(answer)
    throw new TypeError(`A deserializationHandler answers 'continue' or 'fail' at once, not ${what}.`, { cause: error })
  }

  async #prepare({ batch, from, end }: ReadableRange): Promise<void> {
    const context = { topic: this.#topic, headers: noHeaders }
    const indexes = Array.from({ length: end - from }, (_, index) => from + index)
    const bytes = (component: 'key' | 'value') =>
      indexes.map((index) => batch[component](index)).filter((slice) => slice !== null)
    await this.#key.prepareRead?.(bytes('key'), { ...context, component: 'key' })
    await this.#value.prepareRead?.(bytes('value'), { ...context, component: 'value' })
  }

  #decode(raw: RawRecord): ConsumedRecord<K, V> | StreamsError {
    const { headers } = raw
    try {
      checkTimestamp(raw)
      const key = decoded(this.#key, raw.key, { topic: this.#topic, component: 'key', headers }, raw)
      const value = decoded(this.#value, raw.value, { topic: this.#topic, component: 'value', headers }, raw)
      return { ...raw, key, value }
    } catch (error) {
      if (error instanceof StreamsError) return error
      throw error
    }
  }
}

/**
 * Copies the bytes of key and value, because a serde may pass them on, and the application may keep them longer than the response
 * lives.
 */
function rawRecord(at: TopicPartition, batch: RecordBatch, index: number): RawRecord {
  return {
    ...at,
    offset: batch.offset(index),
    timestamp: batch.timestamp(index),
    headers: batch.headers(index),
    key: copy(batch.key(index)),
    value: copy(batch.value(index)),
  }
}

function checkTimestamp({ topic, partition, offset, timestamp }: RawRecord): void {
  if (Number.isSafeInteger(timestamp)) return
  const message = `The timestamp at ${topic}-${partition} offset ${offset} is ${timestamp}, which is not a safe integer. Skip it by a deserializationHandler, or mend its writer.`
  throw new StreamsError('STREAMS_INVALID_TIMESTAMP', message, { facts: { topic, partition, offset, timestamp } })
}

function copy(slice: Uint8Array | null): Uint8Array | null {
  return slice === null ? null : Uint8Array.from(slice)
}

function decoded<T>(
  serde: Serde<T>,
  bytes: Uint8Array | null,
  context: SerdeContext,
  { partition, offset }: RawRecord,
): T | null {
  if (bytes === null) return null
  try {
    return serde.deserialize(bytes, context)
  } catch (cause) {
    const { topic, component } = context
    const message = `The ${component} at ${topic}-${partition} offset ${offset} cannot be read: ${sentenceOf(cause)} Skip it by a deserializationHandler, or mend its writer.`
    const facts = { topic, partition, offset, component, serde: serde.name }
    throw new SerializationError('STREAMS_DESERIALIZATION', message, { facts, cause })
  }
}
