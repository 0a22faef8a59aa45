import type { Windowed } from '../../model/windowed.ts'
import type { WindowedEntry } from '../window/window-store.ts'

/**
 * Java: `ReadOnlySessionStore`. Times are in ms; all bounds are included; the end of a session belongs to it. Sessions that ended before
 * the retention are not seen. By key ranges, null = open end; the order is that of Java's store of the same expiry.
 */
export interface ReadOnlySessionStore<K, V> {
  /** The session with exactly these bounds, or null. */
  fetchSession(key: K, startMs: number, endMs: number): V | null
  fetch(key: K): IterableIterator<WindowedEntry<K, V>>
  backwardFetch(key: K): IterableIterator<WindowedEntry<K, V>>
  fetchRange(fromKey: K | null, toKey: K | null): IterableIterator<WindowedEntry<K, V>>
  backwardFetchRange(fromKey: K | null, toKey: K | null): IterableIterator<WindowedEntry<K, V>>
  /** Sessions that end at `earliestEndMs` or after it, and start at `latestStartMs` or before it. */
  findSessions(key: K, earliestEndMs: number, latestStartMs: number): IterableIterator<WindowedEntry<K, V>>
  backwardFindSessions(key: K, earliestEndMs: number, latestStartMs: number): IterableIterator<WindowedEntry<K, V>>
  findSessionsRange(
    fromKey: K | null,
    toKey: K | null,
    earliestEndMs: number,
    latestStartMs: number,
  ): IterableIterator<WindowedEntry<K, V>>
  backwardFindSessionsRange(
    fromKey: K | null,
    toKey: K | null,
    earliestEndMs: number,
    latestStartMs: number,
  ): IterableIterator<WindowedEntry<K, V>>
}

/** Java: `SessionStore`. A put of an expired session is dropped, and counted where Java counts it. */
export interface SessionStore<K, V> extends ReadOnlySessionStore<K, V> {
  /** Null deletes. */
  put(session: Windowed<K>, value: V | null): void
  /** As a put of null, but never counted as dropped. */
  remove(session: Windowed<K>): void
}

/** A store whose sessions are emitted when they close, as the operator sees it that emits them. */
export interface UnemittedSessions<K, V> {
  /** By their ends, in order of time; both bounds are included (Java: `findSessions(earliestSessionEndTime, latestSessionEndTime)`). */
  findSessionsByEnd(earliestEndMs: number, latestEndMs: number): IterableIterator<WindowedEntry<K, V>>
  /** What ends at `endMs` or later is yet to be emitted, and is not to be forgotten, whatever the retention. */
  keepFrom(endMs: number): void
}
