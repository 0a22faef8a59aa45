import type { ValueAndTimestamp } from '../../model/value-and-timestamp.ts'
import type { Windowed } from '../../model/windowed.ts'

/** The value of one window of a key. */
export interface WindowEntry<V> {
  readonly startMs: number
  readonly value: V
}

export interface WindowedEntry<K, V> {
  readonly key: Windowed<K>
  readonly value: V
}

/** Java: `ReadOnlyWindowStore`. Times are window starts in ms; all bounds are included. Windows older than the retention are not seen. */
export interface ReadOnlyWindowStore<K, V> {
  /** The value of the window that starts at `startMs`, or null. Not for stores that keep duplicates. */
  fetchOne(key: K, startMs: number): V | null
  fetch(key: K, fromMs: number, toMs: number): IterableIterator<WindowEntry<V>>
  backwardFetch(key: K, fromMs: number, toMs: number): IterableIterator<WindowEntry<V>>
  /** The windows of a range of keys; null is an open end. The order is that of Java's store of the same expiry. */
  fetchRange(fromKey: K | null, toKey: K | null, fromMs: number, toMs: number): IterableIterator<WindowedEntry<K, V>>
  backwardFetchRange(fromKey: K | null, toKey: K | null, fromMs: number, toMs: number): IterableIterator<WindowedEntry<K, V>>
  fetchAll(fromMs: number, toMs: number): IterableIterator<WindowedEntry<K, V>>
  backwardFetchAll(fromMs: number, toMs: number): IterableIterator<WindowedEntry<K, V>>
  all(): IterableIterator<WindowedEntry<K, V>>
  backwardAll(): IterableIterator<WindowedEntry<K, V>>
}

/** Java: `WindowStore`. A value of null deletes. A put of an expired window is dropped. It counts as a dropped record where it does so in Java. */
export interface WindowStore<K, V> extends ReadOnlyWindowStore<K, V> {
  put(key: K, value: V | null, startMs: number): void
}

export type TimestampedWindowStore<K, V> = WindowStore<K, ValueAndTimestamp<V>>

/** A store whose windows are emitted when they close, for the operator that emits them. */
export interface UnemittedWindows {
  /** Windows that start at `startMs` or later wait for their emission: the store keeps them, whatever the retention. */
  keepFrom(startMs: number): void
}
