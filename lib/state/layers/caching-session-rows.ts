import type { ByteKey } from '../../kernel/byte-key.ts'
import { sessionSuffixBytes } from '../../kernel/windowed-table.ts'
import type { Windowed } from '../../model/windowed.ts'
import { chained, isBehind, overlay } from '../key-value/row-iterators.ts'
import type { RowView } from '../key-value/row-view.ts'
import type { KeyedRow } from '../key-value/row.ts'
import type { ViewCodec } from '../key-value/view-codec.ts'
import { endIn, endOfSession, keyOfSession, startOfSession } from '../session/session-key.ts'
import type { SessionRange, SessionRows } from '../session/session-rows.ts'
import type { StateStoreContext } from '../state-store.ts'
import { reversed } from '../window/window-order.ts'
import type { KeyRange, WindowOrder } from '../window/window-rows.ts'
import { emitUpdate, type Subscription } from './emit-update.ts'
import { TimedCache, type CachedRow } from './timed-cache.ts'

export interface CachingSessionOptions<K, V> {
  /** The order in which the layer below returns its rows. */
  readonly order: WindowOrder
  /** The earliest end that has not expired at this stream time. Sessions before it are not seen, though the cache may have them still. */
  readonly firstLiveEnd: (streamTimeMs: number) => number
  readonly codec: ViewCodec<V>
  readonly context: StateStoreContext
  /** The session of a session key. */
  decodeKey(session: ByteKey): Windowed<K>
}

/** The record cache of a session store (Java: `CachingSessionStore`). It holds writes only; rows that are read are not cached. */
export class CachingSessionRows<K, V> implements SessionRows {
  readonly #inner: SessionRows
  readonly #options: CachingSessionOptions<K, V>
  readonly #cache: TimedCache
  /** The greatest end that was put. The layer below hears of it later. */
  #streamTime = -1
  #subscription: Subscription<Windowed<K>> | undefined

  constructor(inner: SessionRows, options: CachingSessionOptions<K, V>) {
    this.#inner = inner
    this.#options = options
    const target = { ...options, below: inner }
    this.#cache = new TimedCache(sessionSuffixBytes, options.context.cache, (entry) =>
      emitUpdate(entry, target, this.#subscription),
    )
  }

  subscribe(subscription: Subscription<Windowed<K>>): void {
    this.#subscription = subscription
  }

  get(session: ByteKey): RowView | null {
    if (endIn(session) < this.#firstLiveEnd()) return null
    const cached = this.#cache.get(session)
    return cached === undefined ? this.#inner.get(session) : cached
  }

  put(session: ByteKey, row: RowView | null): void {
    this.#streamTime = Math.max(this.#streamTime, endIn(session))
    this.#cache.put(session, row, this.#options.context.recordContext())
  }

  /** The layer below gets a put of null, as in Java. It may count that as a dropped record. */
  remove(session: ByteKey): void {
    this.put(session, null)
  }

  find(key: ByteKey, asked: SessionRange): IterableIterator<KeyedRow> {
    const sessions = this.#live(asked)
    const cached = this.#cache.entriesOf(key, sessions.earliestEndMs, Infinity)
    const inTime = cached.filter(([sessionKey]) => startOfSession(sessionKey) <= sessions.latestStartMs)
    return this.#overlaid(inTime, this.#inner.find(key, sessions), sessions)
  }

  findRange(keys: KeyRange, asked: SessionRange): IterableIterator<KeyedRow> {
    const sessions = this.#live(asked)
    const cached = [...chained([this.#cache.scan({})], (row) => isIn(row, keys, sessions))]
    return this.#overlaid(cached, this.#inner.findRange(keys, sessions), sessions)
  }

  flush(): void {
    this.#cache.flush()
  }

  /** Stream time is then that of the layer below. */
  clear(): void {
    this.#streamTime = -1
    this.#cache.clear()
  }

  close(): void {
    this.#cache.close()
  }

  #firstLiveEnd(): number {
    return this.#options.firstLiveEnd(this.#streamTime)
  }

  #live(sessions: SessionRange): SessionRange {
    return { ...sessions, earliestEndMs: Math.max(sessions.earliestEndMs, this.#firstLiveEnd()) }
  }

  #overlaid(
    cached: CachedRow[],
    below: IterableIterator<KeyedRow>,
    { reverse, after }: SessionRange,
  ): IterableIterator<KeyedRow> {
    const order = reverse ? reversed(this.#options.order) : this.#options.order
    const isLeft = isBehind(after, order, false)
    const left = cached.filter(([sessionKey]) => isLeft(sessionKey)).sort(([one], [other]) => order(one, other))
    return overlay(left[Symbol.iterator](), below, order)
  }
}

function isIn([sessionKey]: CachedRow, { fromKey, toKey }: KeyRange, { earliestEndMs, latestStartMs }: SessionRange): boolean {
  const key = keyOfSession(sessionKey)
  if ((fromKey !== null && key < fromKey) || (toKey !== null && key > toKey)) return false
  return endOfSession(sessionKey) >= earliestEndMs && startOfSession(sessionKey) <= latestStartMs
}
