import { ByteKey } from '../../kernel/byte-key.ts'
import { windowSuffixBytes } from '../../kernel/windowed-table.ts'
import { asBuffer, fromLatin1 } from '../../model/bytes.ts'
import type { Windowed } from '../../model/windowed.ts'
import type { CachingWindowRows } from '../layers/caching-window-rows.ts'
import type { CachedStateStore, FlushListener } from '../layers/flush-listener.ts'
import { LayeredStateStore } from '../layers/layered-state-store.ts'
import { positioned } from '../key-value/row-iterators.ts'
import { RowView } from '../key-value/row-view.ts'
import type { StoreKeys } from '../key-value/store-keys.ts'
import type { ViewCodec } from '../key-value/view-codec.ts'
import type { SegmentedWindowRows } from './segmented-window-rows.ts'
import { noBudget, type RestoreBudget } from '../restore-budget.ts'
import type { ChangelogRecord, StateStore } from '../state-store.ts'
import type { WindowStoreSpec } from '../store-spec.ts'
import { startOfWindow, textOf } from './window-key.ts'
import { WindowLookUps } from './fetched-windows.ts'
import type { KeyRange, TimeRange, WindowRows } from './window-rows.ts'
import type { UnemittedWindows, WindowEntry, WindowedEntry, WindowStore } from './window-store.ts'

const allKeys: KeyRange = { fromKey: null, toKey: null, isAll: true }

export interface WindowLayers<K, V> {
  readonly spec: WindowStoreSpec<unknown, unknown>
  readonly keys: StoreKeys<K>
  readonly codec: ViewCodec<V>
  /** The window of a key, in these bytes, that begins at `startMs`. */
  decodeKey(key: ByteKey, startMs: number): Windowed<K>
  /** The uppermost layer: reads and writes begin there. */
  readonly top: WindowRows
  readonly cache: CachingWindowRows<K, V> | undefined
  /** The lowest layer: it keeps the rows. */
  readonly base: SegmentedWindowRows
}

/** A window store, plain or timestamped, as operators see it: keys and values of the user's types over the layers of bytes. */
export class WindowStateStore<K, V>
  extends LayeredStateStore<WindowStoreSpec<unknown, unknown>>
  implements StateStore, WindowStore<K, V>, UnemittedWindows, CachedStateStore<Windowed<K>, unknown>
{
  readonly #layers: WindowLayers<K, V>
  readonly #keys: StoreKeys<K>
  readonly #codec: ViewCodec<V>
  readonly #top: WindowRows
  readonly #lookUps: WindowLookUps<V>
  readonly #view = new RowView()
  readonly #key = new ByteKey()

  constructor(layers: WindowLayers<K, V>) {
    super(layers)
    this.#layers = layers
    this.#keys = layers.keys
    this.#codec = layers.codec
    this.#top = layers.top
    this.#lookUps = new WindowLookUps(layers.top, layers.codec)
  }

  fetchOne(key: K, startMs: number): V | null {
    this.checkOpen()
    const row = this.#top.get(this.#keys.encode(key), startMs)
    return row === null ? null : this.#codec.fromRow(row)
  }

  put(key: K, value: V | null, startMs: number): void {
    this.checkOpen()
    const row = value === null ? null : this.#codec.toRow(value, this.#view)
    this.#top.put(this.#keys.encode(key), startMs, row)
  }

  // `after`: the position where an earlier iterator over the same rows stopped. The rows behind it are returned.

  fetch(key: K, fromMs: number, toMs: number, after?: string): IterableIterator<WindowEntry<V>> {
    return this.#fetchKey(key, { fromMs, toMs, reverse: false, after })
  }

  backwardFetch(key: K, fromMs: number, toMs: number, after?: string): IterableIterator<WindowEntry<V>> {
    return this.#fetchKey(key, { fromMs, toMs, reverse: true, after })
  }

  fetchRange(
    fromKey: K | null,
    toKey: K | null,
    fromMs: number,
    toMs: number,
    after?: string,
  ): IterableIterator<WindowedEntry<K, V>> {
    return this.#fetchKeys(this.#range(fromKey, toKey), { fromMs, toMs, reverse: false, after })
  }

  backwardFetchRange(
    fromKey: K | null,
    toKey: K | null,
    fromMs: number,
    toMs: number,
    after?: string,
  ): IterableIterator<WindowedEntry<K, V>> {
    return this.#fetchKeys(this.#range(fromKey, toKey), { fromMs, toMs, reverse: true, after })
  }

  fetchAll(fromMs: number, toMs: number, after?: string): IterableIterator<WindowedEntry<K, V>> {
    return this.#fetchKeys(allKeys, { fromMs, toMs, reverse: false, after })
  }

  backwardFetchAll(fromMs: number, toMs: number, after?: string): IterableIterator<WindowedEntry<K, V>> {
    return this.#fetchKeys(allKeys, { fromMs, toMs, reverse: true, after })
  }

  all(after?: string): IterableIterator<WindowedEntry<K, V>> {
    return this.fetchAll(0, Infinity, after)
  }

  backwardAll(after?: string): IterableIterator<WindowedEntry<K, V>> {
    return this.backwardFetchAll(0, Infinity, after)
  }

  keepFrom(startMs: number): void {
    this.#layers.base.keepFrom(startMs)
  }

  setFlushListener(listener: FlushListener<Windowed<K>, unknown>, oldValues: 'send' | 'omit'): boolean {
    const { cache } = this.#layers
    if (cache === undefined) return false
    cache.subscribe({ listener, oldValues })
    return true
  }

  restore(records: readonly ChangelogRecord[], budget: RestoreBudget = noBudget): number {
    return this.#layers.base.restore(records, budget, ({ value, timestamp }) =>
      value === null ? null : this.#view.set(asBuffer(value), 0, value.byteLength, this.#codec.restoredTimestamp(timestamp)),
    )
  }

  #fetchKey(key: K, times: TimeRange): IterableIterator<WindowEntry<V>> {
    this.checkOpen()
    return this.#lookUps.fetch(this.#keys.encode(key), times)
  }

  #range(fromKey: K | null, toKey: K | null): KeyRange {
    return {
      fromKey: fromKey === null ? null : textOf(this.#keys.encode(fromKey)),
      toKey: toKey === null ? null : textOf(this.#keys.encode(toKey)),
    }
  }

  #fetchKeys(keys: KeyRange, times: TimeRange): IterableIterator<WindowedEntry<K, V>> {
    this.checkOpen()
    return positioned(this.#top.fetchRange(keys, times), ([windowKey, { bytes, timestamp }]) => ({
      key: this.#windowed(windowKey),
      value: this.#codec.fromRow(this.#view.set(asBuffer(bytes), 0, bytes.byteLength, timestamp)),
    }))
  }

  #windowed(windowKey: string): Windowed<K> {
    const bytes = asBuffer(fromLatin1(windowKey))
    const key = this.#key.set(bytes, 0, bytes.length - windowSuffixBytes)
    return this.#layers.decodeKey(key, startOfWindow(windowKey))
  }
}
