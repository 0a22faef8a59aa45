import { SerializationError } from '../../model/errors.ts'
import type { Headers } from '../../model/headers.ts'
import { noHeaders } from '../../model/headers.ts'
import type { Serde, SerdeContext, SerdeEnvironment } from '../../model/serde.ts'
import { bindSerde } from '../../model/serde.ts'
import type { ReadableRange } from '../readable-ranges.ts'

type Readable<T> = Pick<Serde<T>, 'name' | 'deserialize'>

/** A topic as its readers see it: covariant, so that topics of several types can be read together. */
export interface ReadableTopic<K, V> {
  readonly name: string
  readonly key: Readable<K>
  readonly value: Readable<V>
}

export interface ConsumedRecord<K, V> {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Ms since the epoch. */
  readonly timestamp: number
  readonly headers: Headers
  readonly key: K | null
  readonly value: V | null
}

/** The records of a union of topics, as a union. */
export type RecordOf<T> = T extends ReadableTopic<infer K, infer V> ? ConsumedRecord<K, V> : never

/** Decodes a range of records. Throws a `SerializationError` that tells which record it was. */
export async function decodeRecords<K, V>(
  topic: ReadableTopic<K, V>,
  environment: SerdeEnvironment,
  partition: number,
  { batch, from, end }: ReadableRange,
): Promise<readonly ConsumedRecord<K, V>[]> {
  const serdes = { key: bindSerde(topic.key as Serde<K>, environment), value: bindSerde(topic.value as Serde<V>, environment) }
  const indexes = Array.from({ length: end - from }, (_, index) => from + index)
  await prepare(
    serdes.key,
    topic.name,
    'key',
    indexes.map((index) => batch.key(index)),
  )
  await prepare(
    serdes.value,
    topic.name,
    'value',
    indexes.map((index) => batch.value(index)),
  )
  return indexes.map((index) => {
    const at = { topic: topic.name, partition, offset: batch.offset(index) }
    const headers = batch.headers(index)
    const key = decode(serdes.key, copy(batch.key(index)), { topic: topic.name, component: 'key', headers }, at)
    const value = decode(serdes.value, copy(batch.value(index)), { topic: topic.name, component: 'value', headers }, at)
    return { ...at, timestamp: batch.timestamp(index), headers, key, value }
  })
}

async function prepare<T>(
  serde: Serde<T>,
  topic: string,
  component: 'key' | 'value',
  slices: readonly (Uint8Array | null)[],
): Promise<void> {
  const bytes = slices.filter((slice) => slice !== null)
  await serde.prepareRead?.(bytes, { topic, component, headers: noHeaders })
}

/** Records outlive the fetched frame here, and a serde may hand its bytes through. */
function copy(slice: Uint8Array | null): Uint8Array | null {
  return slice === null ? null : Uint8Array.from(slice)
}

function decode<T>(
  serde: Serde<T>,
  bytes: Uint8Array | null,
  context: SerdeContext,
  at: Readonly<Record<string, unknown>>,
): T | null {
  if (bytes === null) return null
  try {
    return serde.deserialize(bytes, context)
  } catch (cause) {
    const { topic, component } = context
    const reason = cause instanceof Error ? cause.message : String(cause)
    const message = `The ${component} at ${topic}-${String(at['partition'])} offset ${String(at['offset'])} cannot be read: ${reason}`
    throw new SerializationError('STREAMS_DESERIALIZATION', message, { facts: { ...at, component, serde: serde.name }, cause })
  }
}
