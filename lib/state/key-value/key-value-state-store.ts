import { incrementBytes, latin1 } from '../../model/bytes.ts'
import type { OrderedRange } from '../../storage/ordered-map.ts'
import type { CachingRows } from '../layers/caching-rows.ts'
import type { CachedStateStore, FlushListener } from '../layers/flush-listener.ts'
import type { KeyCodec } from './key-codec.ts'
import { LayeredStateStore } from '../layers/layered-state-store.ts'
import type { KeyValue } from '../../model/key-value.ts'
import type { KeyValueIterator, KeyValueStore } from './key-value-store.ts'
import { rowFlushListener } from '../layers/row-flush-listener.ts'
import { positioned } from './row-iterators.ts'
import type { RowCodec } from './row-codec.ts'
import type { BaseRows, KeyValueRows } from './key-value-rows.ts'
import { noBudget, restoreWithin, type RestoreBudget } from '../restore-budget.ts'
import type { ChangelogRecord, StateStore } from '../state-store.ts'
import type { StoreSpec } from '../store-spec.ts'

export interface KeyValueLayers<K, V> {
  readonly spec: StoreSpec
  readonly keys: KeyCodec<K>
  readonly codec: RowCodec<V>
  /** The uppermost layer: reads and writes begin there. */
  readonly top: KeyValueRows
  readonly cache: CachingRows | undefined
  /** The lowest layer: it keeps the rows. */
  readonly base: BaseRows
}

/** A key-value store, plain or timestamped, as operators see it: keys and values of the user's types over the layers of bytes. */
export class KeyValueStateStore<K, V>
  extends LayeredStateStore<StoreSpec>
  implements StateStore, KeyValueStore<K, V>, CachedStateStore<K, unknown>
{
  readonly #layers: KeyValueLayers<K, V>
  readonly #keys: KeyCodec<K>
  readonly #codec: RowCodec<V>
  readonly #top: KeyValueRows

  constructor(layers: KeyValueLayers<K, V>) {
    super(layers)
    this.#layers = layers
    this.#keys = layers.keys
    this.#codec = layers.codec
    this.#top = layers.top
  }

  get(key: K): V | null {
    this.checkOpen()
    const row = this.#top.get(this.#keys.encode(key))
    return row === null ? null : this.#codec.fromRow(row)
  }

  getFlushed(key: K): V | null {
    this.checkOpen()
    const row = this.#layers.base.get(this.#keys.encode(key))
    return row === null ? null : this.#codec.fromRow(row)
  }

  put(key: K, value: V | null): void {
    this.checkOpen()
    const bytes = this.#keys.encode(key)
    this.#top.put(bytes, value === null ? null : this.#codec.toRow(value))
  }

  putIfAbsent(key: K, value: V): V | null {
    const old = this.get(key)
    if (old === null) this.put(key, value)
    return old
  }

  putAll(entries: Iterable<KeyValue<K, V | null>>): void {
    for (const { key, value } of entries) this.put(key, value)
  }

  delete(key: K): V | null {
    const old = this.get(key)
    this.put(key, null)
    return old
  }

  // `after`: the position where an earlier iterator over the same range stopped. The rows behind it are returned.

  range(from: K | null, to: K | null, after?: string): KeyValueIterator<K, V> {
    return this.#scan({ ...this.#bounds(from, to), reverse: false }, after)
  }

  reverseRange(from: K | null, to: K | null, after?: string): KeyValueIterator<K, V> {
    return this.#scan({ ...this.#bounds(from, to), reverse: true }, after)
  }

  all(after?: string): KeyValueIterator<K, V> {
    return this.#scan({ reverse: false }, after)
  }

  reverseAll(after?: string): KeyValueIterator<K, V> {
    return this.#scan({ reverse: true }, after)
  }

  prefixScan(prefix: Uint8Array, after?: string): KeyValueIterator<K, V> {
    const end = incrementBytes(prefix)
    return this.#scan({ from: latin1(prefix), to: end === null ? undefined : latin1(end), reverse: false }, after)
  }

  approximateNumEntries(): number {
    this.checkOpen()
    return this.#top.count()
  }

  setFlushListener(listener: FlushListener<K, unknown>, oldValues: 'send' | 'omit'): boolean {
    const { cache } = this.#layers
    if (cache === undefined) return false
    cache.subscribe({ listener: rowFlushListener(listener, (key) => this.#keys.decode(key), this.#codec), oldValues })
    return true
  }

  restore(records: readonly ChangelogRecord[], budget: RestoreBudget = noBudget): number {
    return restoreWithin(budget, records, ({ key, value, timestamp }) =>
      this.#layers.base.restore(latin1(key), value === null ? null : this.#codec.restored(value, timestamp)),
    )
  }

  /** Both ends are included: no key lies between `to` and `to` with a zero byte behind it. */
  #bounds(from: K | null, to: K | null): OrderedRange {
    return {
      from: from === null ? undefined : this.#keys.encode(from),
      to: to === null ? undefined : `${this.#keys.encode(to)}\0`,
    }
  }

  #scan(range: OrderedRange, after: string | undefined): KeyValueIterator<K, V> {
    this.checkOpen()
    const rest = after === undefined ? range : range.reverse ? { ...range, to: after } : { ...range, from: `${after}\0` }
    return positioned(this.#top.scan(rest), ([key, row]) => ({ key: this.#keys.decode(key), value: this.#codec.fromRow(row) }))
  }
}
