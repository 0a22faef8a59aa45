import { emitEntry, type FlushSubscription } from './caching-rows.ts'
import { RecordCache } from './record-cache.ts'
import { chained, isBehind, overlay } from '../key-value/row-iterators.ts'
import type { KeyedRow, Row } from '../key-value/row.ts'
import { endOfSession, keyOfSession, startOfSession } from '../session/session-key.ts'
import type { SessionRange, SessionRows } from '../session/session-rows.ts'
import type { StateStoreContext } from '../state-store.ts'
import { reversed } from '../window/window-order.ts'
import type { KeyRange, WindowOrder } from '../window/window-rows.ts'

type CachedRow = readonly [string, Row | null]

export interface CachingSessionOptions {
  /** The order in which the layer below returns its rows. */
  readonly order: WindowOrder
  /** The earliest end that has not expired at this stream time. Sessions before it are not seen, though the cache may have them still. */
  readonly firstLiveEnd: (streamTimeMs: number) => number
}

/** The record cache of a session store (Java: `CachingSessionStore`). It holds writes only; rows that are read are not cached. */
export class CachingSessionRows implements SessionRows {
  readonly #inner: SessionRows
  readonly #context: StateStoreContext
  readonly #options: CachingSessionOptions
  readonly #cache: RecordCache
  /** The greatest end that was put. The layer below hears of it later. */
  #streamTime = -1
  #subscription: FlushSubscription | undefined

  constructor(inner: SessionRows, options: CachingSessionOptions, context: StateStoreContext) {
    this.#inner = inner
    this.#context = context
    this.#options = options
    this.#cache = new RecordCache(context.cache, (entry) => emitEntry(entry, inner, this.#subscription, context))
  }

  subscribe(subscription: FlushSubscription): void {
    this.#subscription = subscription
  }

  get(sessionKey: string): Row | null {
    if (endOfSession(sessionKey) < this.#firstLiveEnd()) return null
    const entry = this.#cache.get(sessionKey)
    return entry === undefined ? this.#inner.get(sessionKey) : entry.row
  }

  put(sessionKey: string, row: Row | null): void {
    this.#streamTime = Math.max(this.#streamTime, endOfSession(sessionKey))
    this.#cache.put(sessionKey, row, this.#context.recordContext())
  }

  /** The layer below gets a put of null, as in Java. It may count that as a dropped record. */
  remove(sessionKey: string): void {
    this.put(sessionKey, null)
  }

  find(key: string, asked: SessionRange): IterableIterator<KeyedRow> {
    const sessions = this.#live(asked)
    // The end of a session begins with a byte below 0x80, so no session key of this key sorts behind the bound.
    const cached = this.#cached({ from: key, to: `${key}\x80` }, { fromKey: key, toKey: key }, sessions)
    return this.#overlaid(cached, this.#inner.find(key, sessions), sessions)
  }

  findRange(keys: KeyRange, asked: SessionRange): IterableIterator<KeyedRow> {
    const sessions = this.#live(asked)
    return this.#overlaid(this.#cached({}, keys, sessions), this.#inner.findRange(keys, sessions), sessions)
  }

  flush(): void {
    this.#cache.flush()
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

  #cached(bounds: { readonly from?: string; readonly to?: string }, keys: KeyRange, sessions: SessionRange): CachedRow[] {
    return [...chained([this.#cache.scan(bounds)], (row) => isIn(row, keys, sessions))]
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
