import type { Serde } from '../model/serde.ts'

/**
 * Widens the type of a serde to `T | null`. The bytes do not change, because null is written as null bytes with any serde. Without
 * `nullable`, a null in the topic goes to the deserialization handler (`STREAMS_NULL_VALUE`).
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
