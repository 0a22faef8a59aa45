import type { Windowed } from '../../model/windowed.ts'
import type { WindowedEntry } from '../window/window-store.ts'

/**
 * The reads of a session store (Java: `ReadOnlySessionStore`). Times are in ms. All bounds are included, and the end of a session
 * belongs to it. Sessions that ended before the retention are not seen. In a range of keys null means no bound. The order of
 * sessions is that of Java's store of the same expiry.
 */
export interface ReadOnlySessionStore<K, V> {
  /** The session with exactly these bounds, or null. */
  fetchSession(key: K, startMs: number, endMs: number): V | null
  /** All sessions of a key, in order of time. */
  fetch(key: K): IterableIterator<WindowedEntry<K, V>>
  /** All sessions of a key, the latest first. */
  backwardFetch(key: K): IterableIterator<WindowedEntry<K, V>>
  /** All sessions of a range of keys. */
  fetchRange(fromKey: K | null, toKey: K | null): IterableIterator<WindowedEntry<K, V>>
  /** As `fetchRange`, in the opposite order. */
  backwardFetchRange(fromKey: K | null, toKey: K | null): IterableIterator<WindowedEntry<K, V>>
  /** Sessions that end at `earliestEndMs` or after it, and start at `latestStartMs` or before it. */
  findSessions(key: K, earliestEndMs: number, latestStartMs: number): IterableIterator<WindowedEntry<K, V>>
  /** As `findSessions`, in the opposite order. */
  backwardFindSessions(key: K, earliestEndMs: number, latestStartMs: number): IterableIterator<WindowedEntry<K, V>>
  /** As `findSessions`, of a range of keys. */
  findSessionsRange(
    fromKey: K | null,
    toKey: K | null,
    earliestEndMs: number,
    latestStartMs: number,
  ): IterableIterator<WindowedEntry<K, V>>
  /** As `findSessionsRange`, in the opposite order. */
  backwardFindSessionsRange(
    fromKey: K | null,
    toKey: K | null,
    earliestEndMs: number,
    latestStartMs: number,
  ): IterableIterator<WindowedEntry<K, V>>
}

/**
 * A session store (Java: `SessionStore`). A put of an expired session is dropped. It counts as a dropped record if it does in Java.
 */
export interface SessionStore<K, V> extends ReadOnlySessionStore<K, V> {
  /** Puts the value of a session. A value of null deletes. */
  put(session: Windowed<K>, value: V | null): void
  /** Deletes a session, as a put of null does, but an expired session does not count as a dropped record. */
  remove(session: Windowed<K>): void
}

/** The methods of a session store for the operator that emits sessions when they close. */
export interface UnemittedSessions<K, V> {
  /**
   * The sessions that ended between two times, in the order of their ends. Both bounds are included (Java:
   * `findSessions(earliestSessionEndTime, latestSessionEndTime)`).
   */
  findSessionsByEnd(earliestEndMs: number, latestEndMs: number): IterableIterator<WindowedEntry<K, V>>
  /** Lets the store keep sessions that end at `endMs` or later, whatever its retention, because they wait for their emission. */
  keepFrom(endMs: number): void
}
