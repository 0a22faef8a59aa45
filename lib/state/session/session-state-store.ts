import { ByteKey } from '../../kernel/byte-key.ts'
import { asBuffer, fromLatin1 } from '../../model/bytes.ts'
import type { Windowed } from '../../model/windowed.ts'
import type { CachingSessionRows } from '../layers/caching-session-rows.ts'
import type { CachedStateStore, FlushListener } from '../layers/flush-listener.ts'
import { LayeredStateStore } from '../layers/layered-state-store.ts'
import { positioned } from '../key-value/row-iterators.ts'
import { RowView } from '../key-value/row-view.ts'
import type { KeyedRow } from '../key-value/row.ts'
import type { StoreKeys } from '../key-value/store-keys.ts'
import type { ViewCodec } from '../key-value/view-codec.ts'
import { KeyScratch } from '../window/key-scratch.ts'
import { textOf } from '../window/window-key.ts'
import type { SegmentedSessionRows } from './segmented-session-rows.ts'
import type { SessionRange, SessionRows } from './session-rows.ts'
import type { SessionStore, UnemittedSessions } from './session-store.ts'
import { noBudget, type RestoreBudget } from '../restore-budget.ts'
import type { ChangelogRecord, StateStore } from '../state-store.ts'
import type { SessionStoreSpec } from '../store-spec.ts'
import type { WindowedEntry } from '../window/window-store.ts'

export interface SessionLayers<K, V> {
  readonly spec: SessionStoreSpec<unknown, unknown>
  readonly keys: StoreKeys<K>
  readonly codec: ViewCodec<V>
  /** The session of a session key. */
  decodeKey(session: ByteKey): Windowed<K>
  /** The uppermost layer: reads and writes begin there. */
  readonly top: SessionRows
  readonly cache: CachingSessionRows<K, V> | undefined
  /** The lowest layer: it keeps the rows. */
  readonly base: SegmentedSessionRows
}

type Sessions<K, V> = IterableIterator<WindowedEntry<K, V>>

/** A session store as operators see it: keys and values of the user's types over the layers of bytes. */
export class SessionStateStore<K, V>
  extends LayeredStateStore<SessionStoreSpec<unknown, unknown>>
  implements StateStore, SessionStore<K, V>, UnemittedSessions<K, V>, CachedStateStore<Windowed<K>, unknown>
{
  readonly #layers: SessionLayers<K, V>
  readonly #keys: StoreKeys<K>
  readonly #codec: ViewCodec<V>
  readonly #top: SessionRows
  readonly #scratch = new KeyScratch()
  readonly #view = new RowView()
  readonly #key = new ByteKey()

  constructor(layers: SessionLayers<K, V>) {
    super(layers)
    this.#layers = layers
    this.#keys = layers.keys
    this.#codec = layers.codec
    this.#top = layers.top
  }

  fetchSession(key: K, startMs: number, endMs: number): V | null {
    this.checkOpen()
    const row = this.#top.get(this.#scratch.ofSession(this.#keys.encode(key), startMs, endMs))
    return row === null ? null : this.#codec.fromRow(row)
  }

  put(session: Windowed<K>, value: V | null): void {
    this.checkOpen()
    const row = value === null ? null : this.#codec.toRow(value, this.#view)
    this.#top.put(this.#sessionKey(session), row)
  }

  remove(session: Windowed<K>): void {
    this.checkOpen()
    this.#top.remove(this.#sessionKey(session))
  }

  // `after`: the position where an earlier iterator over the same rows stopped. The rows behind it are returned.

  fetch(key: K, after?: string): Sessions<K, V> {
    return this.findSessions(key, 0, Infinity, after)
  }

  backwardFetch(key: K, after?: string): Sessions<K, V> {
    return this.backwardFindSessions(key, 0, Infinity, after)
  }

  fetchRange(fromKey: K | null, toKey: K | null, after?: string): Sessions<K, V> {
    return this.findSessionsRange(fromKey, toKey, 0, Infinity, after)
  }

  backwardFetchRange(fromKey: K | null, toKey: K | null, after?: string): Sessions<K, V> {
    return this.backwardFindSessionsRange(fromKey, toKey, 0, Infinity, after)
  }

  findSessions(key: K, earliestEndMs: number, latestStartMs: number, after?: string): Sessions<K, V> {
    return this.#findKey(key, { earliestEndMs, latestStartMs, reverse: false, after })
  }

  backwardFindSessions(key: K, earliestEndMs: number, latestStartMs: number, after?: string): Sessions<K, V> {
    return this.#findKey(key, { earliestEndMs, latestStartMs, reverse: true, after })
  }

  findSessionsRange(
    fromKey: K | null,
    toKey: K | null,
    earliestEndMs: number,
    latestStartMs: number,
    after?: string,
  ): Sessions<K, V> {
    return this.#findKeys(fromKey, toKey, { earliestEndMs, latestStartMs, reverse: false, after })
  }

  backwardFindSessionsRange(
    fromKey: K | null,
    toKey: K | null,
    earliestEndMs: number,
    latestStartMs: number,
    after?: string,
  ): Sessions<K, V> {
    return this.#findKeys(fromKey, toKey, { earliestEndMs, latestStartMs, reverse: true, after })
  }

  findSessionsByEnd(earliestEndMs: number, latestEndMs: number): Sessions<K, V> {
    this.checkOpen()
    return this.#entries(this.#layers.base.findByEnd(earliestEndMs, latestEndMs))
  }

  keepFrom(endMs: number): void {
    this.#layers.base.keepFrom(endMs)
  }

  /** A flushed session is forwarded with its end as timestamp (Java: `SessionCacheFlushListener`). */
  setFlushListener(listener: FlushListener<Windowed<K>, unknown>, oldValues: 'send' | 'omit'): boolean {
    const { cache } = this.#layers
    if (cache === undefined) return false
    const atEnd: FlushListener<Windowed<K>, unknown> = (session, change) => listener(session, change, session.endMs)
    cache.subscribe({ listener: atEnd, oldValues })
    return true
  }

  restore(records: readonly ChangelogRecord[], budget: RestoreBudget = noBudget): number {
    return this.#layers.base.restore(records, budget, ({ value, timestamp }) =>
      value === null ? null : this.#view.set(asBuffer(value), 0, value.byteLength, this.#codec.restoredTimestamp(timestamp)),
    )
  }

  #findKey(key: K, sessions: SessionRange): Sessions<K, V> {
    this.checkOpen()
    return this.#entries(this.#top.find(this.#keys.encode(key), sessions))
  }

  #findKeys(from: K | null, to: K | null, sessions: SessionRange): Sessions<K, V> {
    this.checkOpen()
    const fromKey = from === null ? null : textOf(this.#keys.encode(from))
    const toKey = to === null ? null : textOf(this.#keys.encode(to))
    return this.#entries(this.#top.findRange({ fromKey, toKey }, sessions))
  }

  #entries(rows: IterableIterator<KeyedRow>): Sessions<K, V> {
    return positioned(rows, (row) => this.#entry(row))
  }

  #entry([sessionKey, { bytes, timestamp }]: Readonly<KeyedRow>): WindowedEntry<K, V> {
    const keyBytes = asBuffer(fromLatin1(sessionKey))
    const key = this.#layers.decodeKey(this.#key.set(keyBytes, 0, keyBytes.length))
    return { key, value: this.#codec.fromRow(this.#view.set(asBuffer(bytes), 0, bytes.byteLength, timestamp)) }
  }

  #sessionKey({ key, startMs, endMs }: Windowed<K>): ByteKey {
    return this.#scratch.ofSession(this.#keys.encode(key), startMs, endMs)
  }
}
