import type { Serde } from '../model/serde.ts'

/**
 * Widens the type of a topic to `T | null`. Only the mark changes: null is no bytes, whatever the serde. Without it, a null
 * in the topic goes to the deserialization handler (`STREAMS_NULL_VALUE`).
 *
 * @example
 * const commands = topic('commands', { key: Serdes.string, value: nullable(Serdes.json<Command>()) })
 */
export function nullable<T>(serde: Serde<T>): Serde<T | null> {
  const { bind } = serde
  const marked = {
    ...(serde as unknown as Serde<T | null>),
    nullable: true,
    ...(bind === undefined ? {} : { bind: (environment: Parameters<typeof bind>[0]) => nullable(bind(environment)) }),
  }
  return Object.freeze(marked)
}
