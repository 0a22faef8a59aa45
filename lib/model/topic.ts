import type { Serde } from './serde.ts'

/** A topic with its name and serdes. It is declared once, for the DSL, the test driver and the typed clients. */
export interface Topic<K, V> {
  /** Name of the topic on the cluster. */
  readonly name: string
  /** Serde of the topic's keys. */
  readonly key: Serde<K>
  /** Serde of the topic's values. */
  readonly value: Serde<V>
}

/**
 * Declares a topic. Throws a `TypeError` for a name that no topic can have, and where a serde is missing.
 *
 * @example
 * const users = topic('ingestion.bank.users', { key: Serdes.string, value: Serdes.json<User>() })
 */
export function topic<K, V>(name: string, serdes: { readonly key: Serde<K>; readonly value: Serde<V> }): Topic<K, V> {
  checkSerde(name, 'key', serdes.key)
  checkSerde(name, 'value', serdes.value)
  return Object.freeze({ name: checkTopicName(name), key: serdes.key, value: serdes.value })
}

/**
 * Checks the name of a topic by Kafka's rule (`Topic.validate`): 1 to 249 of `[a-zA-Z0-9._-]`, but not `.` or `..`. Throws a
 * `TypeError`.
 */
export function checkTopicName(name: string): string {
  if (!/^[a-zA-Z0-9._-]{1,249}$/.test(name) || name === '.' || name === '..')
    throw new TypeError(`${JSON.stringify(name)} is no topic name: use 1 to 249 of a-z, A-Z, 0-9, '.', '_' and '-'.`)
  return name
}

function checkSerde(topic: string, component: 'key' | 'value', serde: unknown): void {
  const { serialize, deserialize } = Object(serde) as Partial<Serde<unknown>>
  if (typeof serialize === 'function' && typeof deserialize === 'function') return
  const next =
    typeof serde === 'function' ? 'call the function that makes it, as Serdes.json().' : 'give it one, as Serdes.string.'
  throw new TypeError(`The topic ${topic} has no serde for its ${component}: ${next}`)
}
