import type { KeyValue } from '../../model/key-value.ts'
import type { ValueAndTimestamp } from '../../model/value-and-timestamp.ts'

/** A snapshot in key order (unsigned bytes of the serialized keys). Ends itself when exhausted; `return()` ends it early. */
export type KeyValueIterator<K, V> = IterableIterator<KeyValue<K, V>>

export interface ReadOnlyKeyValueStore<K, V> {
  get(key: K): V | null
  /** Both ends included; null = open. An inverted range is empty. */
  range(from: K | null, to: K | null): KeyValueIterator<K, V>
  reverseRange(from: K | null, to: K | null): KeyValueIterator<K, V>
  all(): KeyValueIterator<K, V>
  reverseAll(): KeyValueIterator<K, V>
  /** All entries whose serialized key starts with these bytes. */
  prefixScan(prefix: Uint8Array): KeyValueIterator<K, V>
  approximateNumEntries(): number
}

/** Java: `KeyValueStore`. A null value deletes. Reads see the writes of their own task at once. */
export interface KeyValueStore<K, V> extends ReadOnlyKeyValueStore<K, V> {
  put(key: K, value: V | null): void
  /** Puts where nothing is; returns what was there. */
  putIfAbsent(key: K, value: V): V | null
  putAll(entries: Iterable<KeyValue<K, V | null>>): void
  /** Returns what was deleted. */
  delete(key: K): V | null
}

/** Java: `TimestampedKeyValueStore`. Stored as `timestamp int64 ‖ value`; the changelog has the plain value, the time as record timestamp. */
export type TimestampedKeyValueStore<K, V> = KeyValueStore<K, ValueAndTimestamp<V>>
