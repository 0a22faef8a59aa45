import type { KeyValue } from '../../model/key-value.ts'
import type { ValueAndTimestamp } from '../../model/value-and-timestamp.ts'

/** Entries as of the call, in the order of the serialized keys' unsigned bytes. The iterator closes when it is exhausted, or by `return()`. */
export type KeyValueIterator<K, V> = IterableIterator<KeyValue<K, V>>

export interface ReadOnlyKeyValueStore<K, V> {
  get(key: K): V | null
  /** Both ends are included; null is an open end. A range that ends before it begins is empty. */
  range(from: K | null, to: K | null): KeyValueIterator<K, V>
  reverseRange(from: K | null, to: K | null): KeyValueIterator<K, V>
  all(): KeyValueIterator<K, V>
  reverseAll(): KeyValueIterator<K, V>
  /** All entries whose serialized key starts with these bytes. */
  prefixScan(prefix: Uint8Array): KeyValueIterator<K, V>
  approximateNumEntries(): number
}

/** Java: `KeyValueStore`. A value of null deletes. Reads see the earlier writes of their own task. */
export interface KeyValueStore<K, V> extends ReadOnlyKeyValueStore<K, V> {
  put(key: K, value: V | null): void
  /** Puts the value where the key has none. Returns the value that was there. */
  putIfAbsent(key: K, value: V): V | null
  putAll(entries: Iterable<KeyValue<K, V | null>>): void
  /** Deletes the key. Returns the value that was there. */
  delete(key: K): V | null
}

/** Java: `TimestampedKeyValueStore`. A row is `timestamp int64 ‖ value`. The changelog has the value alone; the record's timestamp is that of the row. */
export type TimestampedKeyValueStore<K, V> = KeyValueStore<K, ValueAndTimestamp<V>>
