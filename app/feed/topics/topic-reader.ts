import { bindSerde } from 'millrace'
import type { RawRecord, SchemaRegistry, Serde } from 'millrace'
import { utf8 } from './utf8.ts'

/** The part of a topic that its readers need. */
export interface ValueTopic<V> {
  readonly name: string
  readonly value: Serde<V>
}

/** The values of a topic, for people: what the bytes mean, and what they cost. */
export class TopicReader<V> {
  readonly topic: string
  readonly #value: Serde<V>

  constructor(topic: ValueTopic<V>, schemaRegistry: SchemaRegistry) {
    this.topic = topic.name
    this.#value = bindSerde(topic.value, { schemaRegistry })
  }

  /** To be awaited before the values of these records are read. */
  async prepare(records: readonly RawRecord[]): Promise<void> {
    const bytes = records.flatMap(({ value }) => (value === null ? [] : [value]))
    await this.#value.prepareRead?.(bytes, { topic: this.topic, component: 'value', headers: [] })
  }

  /** Null is a tombstone. Throws what the serde throws. */
  read({ value, headers }: RawRecord): V | null {
    return value === null ? null : this.#value.deserialize(value, { topic: this.topic, component: 'value', headers })
  }
}

/** Size of key and value. */
export function sizeOf({ key, value }: RawRecord): number {
  return (key?.length ?? 0) + (value?.length ?? 0)
}

/** The id that a value begins with in the registry's wire format: a zero byte, then 32 bits. */
export function schemaIdOf({ value }: RawRecord): number | null {
  if (value === null || value.length < 5 || value[0] !== 0) return null
  return (value[1]! << 24) | (value[2]! << 16) | (value[3]! << 8) | value[4]!
}

/** A key as text: a string key as it is, Connect's `{"schema":…,"payload":{"id":1}}` as its id. */
export function keyText({ key }: RawRecord): string | null {
  if (key === null) return null
  const text = utf8(key)
  return /"id":(\d+)\}+$/.exec(text)?.[1] ?? text
}
