import type { KeyValue } from '../../model/key-value.ts'
import type { ValueAndTimestamp } from '../../model/value-and-timestamp.ts'

/**
 * Entries as of the call, in the order of the serialized keys' unsigned bytes. The iterator closes when it is exhausted, or by
 * `return()`.
 */
export type KeyValueIterator<K, V> = IterableIterator<KeyValue<K, V>>

/** The reads of a key-value store (Java: `ReadOnlyKeyValueStore`). */
export interface ReadOnlyKeyValueStore<K, V> {
  /** The value of a key, or null. */
  get(key: K): V | null
  /** Entries from `from` to `to`, both included; null: no bound. A range that ends before it begins is empty. */
  range(from: K | null, to: K | null): KeyValueIterator<K, V>
  /** As `range`, from the last key to the first. */
  reverseRange(from: K | null, to: K | null): KeyValueIterator<K, V>
  /** All entries, in key order. */
  all(): KeyValueIterator<K, V>
  /** All entries, from the last key to the first. */
  reverseAll(): KeyValueIterator<K, V>
  /** All entries whose serialized key starts with these bytes. */
  prefixScan(prefix: Uint8Array): KeyValueIterator<K, V>
  /** The number of entries, roughly. */
  approximateNumEntries(): number
}

/** A key-value store (Java: `KeyValueStore`). A value of null deletes. Reads see the earlier writes of their own task. */
export interface KeyValueStore<K, V> extends ReadOnlyKeyValueStore<K, V> {
  /** Sets the value of a key; null deletes it. */
  put(key: K, value: V | null): void
  /** Puts the value if the key has none. Returns the value that was there. */
  putIfAbsent(key: K, value: V): V | null
  /** Sets the values of several keys; null deletes. */
  putAll(entries: Iterable<KeyValue<K, V | null>>): void
  /** Deletes the key. Returns the value that was there. */
  delete(key: K): V | null
}

/**
 * A key-value store that keeps a timestamp beside each value (Java: `TimestampedKeyValueStore`). A row is `timestamp int64 ‖ value`. The
 * changelog has the value alone; the record's timestamp is that of the row.
 */
export type TimestampedKeyValueStore<K, V> = KeyValueStore<K, ValueAndTimestamp<V>>
