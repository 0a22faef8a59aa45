import type { ValueAndTimestamp } from '../../model/value-and-timestamp.ts'
import type { Windowed } from '../../model/windowed.ts'

/** One window of one key, by its start. */
export interface WindowEntry<V> {
  readonly startMs: number
  readonly value: V
}

export interface WindowedEntry<K, V> {
  readonly key: Windowed<K>
  readonly value: V
}

/** Times are window starts in ms; all bounds are included. Rows older than the retention are not seen. */
export interface ReadOnlyWindowStore<K, V> {
  /** The value of the window that starts at `startMs`, or null. Not for stores that keep duplicates. */
  fetchOne(key: K, startMs: number): V | null
  fetch(key: K, fromMs: number, toMs: number): IterableIterator<WindowEntry<V>>
  backwardFetch(key: K, fromMs: number, toMs: number): IterableIterator<WindowEntry<V>>
  /** By key range; null = open end. Order as Java's store of the same expiry. */
  fetchRange(fromKey: K | null, toKey: K | null, fromMs: number, toMs: number): IterableIterator<WindowedEntry<K, V>>
  backwardFetchRange(fromKey: K | null, toKey: K | null, fromMs: number, toMs: number): IterableIterator<WindowedEntry<K, V>>
  fetchAll(fromMs: number, toMs: number): IterableIterator<WindowedEntry<K, V>>
  backwardFetchAll(fromMs: number, toMs: number): IterableIterator<WindowedEntry<K, V>>
  all(): IterableIterator<WindowedEntry<K, V>>
  backwardAll(): IterableIterator<WindowedEntry<K, V>>
}

/** Java: `WindowStore`. A null value deletes; a put of an expired window is dropped, and counted where Java counts it. */
export interface WindowStore<K, V> extends ReadOnlyWindowStore<K, V> {
  put(key: K, value: V | null, startMs: number): void
}

export type TimestampedWindowStore<K, V> = WindowStore<K, ValueAndTimestamp<V>>

/** A store whose windows are emitted when they close, as the operator sees it that emits them. */
export interface UnemittedWindows {
  /** What starts at `startMs` or later is yet to be emitted, and is not to be forgotten, whatever the retention. */
  keepFrom(startMs: number): void
}
