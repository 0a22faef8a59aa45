import type { Unread } from '../model/unread.ts'

/**
 * How much of a key or value is read. `presence`: whether it is null. `bytes`: it is also given to stores and sinks, which take it in
 * bytes. `value`: it is decoded.
 */
export type Reading = 'nothing' | 'presence' | 'bytes' | 'value'

/** What an operator reads of its records. */
export interface Reads {
  readonly key: Reading
  readonly value: Reading
  /** What it forwards as it came, so that the nodes below read it as well. */
  readonly passes: 'both' | 'key' | 'value' | 'neither'
}

/** What is read of the keys and values of a source, by any node that they reach. */
export interface SourceReads {
  readonly key: Reading
  readonly value: Reading
}

/** What an operator may declare that takes keys of type K and values of type V: what it has as {@link Unread}, it does not read. */
export interface ReadsOf<K, V> extends Reads {
  readonly key: ReadingOf<K>
  readonly value: ReadingOf<V>
}

type ReadingOf<T> = [NonNullable<T>] extends [Unread<unknown>] ? Exclude<Reading, 'value'> : 'value'

/** Of operators that declare nothing, and of processors of the application. */
export const readsAll: Reads = Object.freeze({ key: 'value', value: 'value', passes: 'both' })

const order: readonly Reading[] = ['nothing', 'presence', 'bytes', 'value']

/** The reading that suffices for both. */
export function mostOf(one: Reading, other: Reading): Reading {
  return order.indexOf(one) > order.indexOf(other) ? one : other
}
