import type { ByteKey } from '../../kernel/byte-key.ts'
import type { KeyRange } from '../../kernel/ordered-rows.ts'
import { asBuffer, fromLatin1, incrementBytes } from '../../model/bytes.ts'
import type { CachingByteRows } from '../layers/caching-byte-rows.ts'
import type { CachedStateStore, FlushListener } from '../layers/flush-listener.ts'
import { LayeredStateStore } from '../layers/layered-state-store.ts'
import type { KeyValue } from '../../model/key-value.ts'
import type { KeyValueIterator, KeyValueStore } from './key-value-store.ts'
import { positioned } from './row-iterators.ts'
import { RowView } from './row-view.ts'
import type { Row } from './row.ts'
import type { StoreKeys } from './store-keys.ts'
import type { ViewCodec } from './view-codec.ts'
import type { BaseByteRows, ByteRows } from './byte-rows.ts'
import { noBudget, restoreWithin, type RestoreBudget } from '../restore-budget.ts'
import type { ChangelogRecord, StateStore } from '../state-store.ts'
import type { StoreSpec } from '../store-spec.ts'

export interface KeyValueLayers<K, V> {
  readonly spec: StoreSpec
  readonly keys: StoreKeys<K>
  readonly codec: ViewCodec<V>
  /** The uppermost layer: reads and writes begin there. */
  readonly top: ByteRows
  readonly cache: CachingByteRows<K, V> | undefined
  /** The lowest layer: it keeps the rows. */
  readonly base: BaseByteRows
}

/** A key-value store, plain or timestamped, as operators see it: keys and values of the user's types over the layers of bytes. */
export class KeyValueStateStore<K, V>
  extends LayeredStateStore<StoreSpec>
  implements StateStore, KeyValueStore<K, V>, CachedStateStore<K, unknown>
{
  readonly #layers: KeyValueLayers<K, V>
  readonly #keys: StoreKeys<K>
  readonly #codec: ViewCodec<V>
  readonly #top: ByteRows
  readonly #view = new RowView()

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

  /** Whether the store has a value of the key. It is not decoded. */
  has(key: K): boolean {
    this.checkOpen()
    return this.#top.get(this.#keys.encode(key)) !== null
  }

  getFlushed(key: K): V | null {
    this.checkOpen()
    const row = this.#layers.base.get(this.#keys.encode(key))
    return row === null ? null : this.#codec.fromRow(row)
  }

  put(key: K, value: V | null): void {
    this.checkOpen()
    const row = value === null ? null : this.#codec.toRow(value, this.#view)
    this.#top.put(this.#keys.encode(key), row)
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
    return this.#scan({ from: asBuffer(prefix), to: end === null ? undefined : asBuffer(end), reverse: false }, after)
  }

  approximateNumEntries(): number {
    this.checkOpen()
    return this.#top.count()
  }

  setFlushListener(listener: FlushListener<K, unknown>, oldValues: 'send' | 'omit'): boolean {
    const { cache } = this.#layers
    cache?.subscribe({ listener, oldValues })
    return cache !== undefined
  }

  restore(records: readonly ChangelogRecord[], budget: RestoreBudget = noBudget): number {
    return restoreWithin(budget, records, ({ key, value, timestamp }) =>
      this.#layers.base.restore(this.#keys.fromBytes(key), value === null ? null : this.#restored(value, timestamp)),
    )
  }

  #restored(value: Uint8Array, timestamp: number): RowView {
    return this.#view.set(asBuffer(value), 0, value.byteLength, this.#codec.restoredTimestamp(timestamp))
  }

  /** Both ends are included: no key lies between `to` and `to` with a zero byte behind it. */
  #bounds(from: K | null, to: K | null): KeyRange {
    return {
      from: from === null ? undefined : copied(this.#keys.encode(from), 0),
      to: to === null ? undefined : copied(this.#keys.encode(to), 1),
    }
  }

  /** `after` is a key as latin1. */
  #scan(range: KeyRange, after: string | undefined): KeyValueIterator<K, V> {
    this.checkOpen()
    return positioned(this.#top.scan(after === undefined ? range : behind(range, after)), (row) => this.#entry(row))
  }

  #entry([key, { bytes, timestamp }]: readonly [string, Row]): KeyValue<K, V> {
    const keyBytes = asBuffer(fromLatin1(key))
    const row = this.#view.set(asBuffer(bytes), 0, bytes.byteLength, timestamp)
    return { key: this.#keys.decode(keyBytes, 0, keyBytes.length), value: this.#codec.fromRow(row) }
  }
}

/** The bytes of a key, and behind them some zeros. */
function copied({ bytes, at, length }: ByteKey, zeros: number): Buffer {
  const copy = Buffer.alloc(length + zeros)
  bytes.copy(copy, 0, at, at + length)
  return copy
}

/** What is left of a range behind a key. */
function behind(range: KeyRange, after: string): KeyRange {
  return range.reverse === true
    ? { ...range, to: Buffer.from(after, 'latin1') }
    : { ...range, from: Buffer.from(`${after}\0`, 'latin1') }
}
