import type { ValueAndTimestamp } from '../../model/value-and-timestamp.ts'
import type { Windowed } from '../../model/windowed.ts'

/** The value of one window of a key. */
export interface WindowEntry<V> {
  /** Start of the window, in ms since the epoch. */
  readonly startMs: number
  /** The value. */
  readonly value: V
}

/** A value of a key in a window. */
export interface WindowedEntry<K, V> {
  /** The key, and its window. */
  readonly key: Windowed<K>
  /** The value. */
  readonly value: V
}

/** The reads of a window store (Java: `ReadOnlyWindowStore`). Times are window starts in ms; all bounds are included. Windows older than the retention are not
 * seen.
 */
export interface ReadOnlyWindowStore<K, V> {
  /** The value of the window that starts at `startMs`, or null. Not for stores that keep duplicates. */
  fetchOne(key: K, startMs: number): V | null
  /** The windows of a key that start between two times, in order of time. */
  fetch(key: K, fromMs: number, toMs: number): IterableIterator<WindowEntry<V>>
  /** As `fetch`, the latest first. */
  backwardFetch(key: K, fromMs: number, toMs: number): IterableIterator<WindowEntry<V>>
  /**
   * The windows of all keys from `fromKey` to `toKey`, both included; null: no bound. The order is that of Java's store of the same
   * expiry.
   */
  fetchRange(fromKey: K | null, toKey: K | null, fromMs: number, toMs: number): IterableIterator<WindowedEntry<K, V>>
  /** As `fetchRange`, in the opposite order. */
  backwardFetchRange(fromKey: K | null, toKey: K | null, fromMs: number, toMs: number): IterableIterator<WindowedEntry<K, V>>
  /** The windows of all keys that start between two times. */
  fetchAll(fromMs: number, toMs: number): IterableIterator<WindowedEntry<K, V>>
  /** As `fetchAll`, in the opposite order. */
  backwardFetchAll(fromMs: number, toMs: number): IterableIterator<WindowedEntry<K, V>>
  /** All windows of all keys. */
  all(): IterableIterator<WindowedEntry<K, V>>
  /** As `all`, in the opposite order. */
  backwardAll(): IterableIterator<WindowedEntry<K, V>>
}

/** A window store (Java: `WindowStore`). A value of null deletes. A put of an expired window is dropped. It counts as a dropped record if it does in
 * Java.
 */
export interface WindowStore<K, V> extends ReadOnlyWindowStore<K, V> {
  /** Sets the value of the window that starts at `startMs`; null deletes it. */
  put(key: K, value: V | null, startMs: number): void
}

/** A window store that keeps a timestamp beside each value (Java: `TimestampedWindowStore`). */
export type TimestampedWindowStore<K, V> = WindowStore<K, ValueAndTimestamp<V>>

/** The method of a window store for the operator that emits windows when they close. */
export interface UnemittedWindows {
  /** Lets the store keep windows that start at `startMs` or later, whatever its retention, because they wait for their emission. */
  keepFrom(startMs: number): void
}
