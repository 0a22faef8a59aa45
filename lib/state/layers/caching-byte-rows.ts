import type { ByteKey } from '../../kernel/byte-key.ts'
import type { KeyRange } from '../../kernel/ordered-rows.ts'
import { change } from '../../model/change.ts'
import type { ByteRows } from '../key-value/byte-rows.ts'
import { ascending, descending } from '../key-value/key-order.ts'
import { overlay } from '../key-value/row-iterators.ts'
import { RowView } from '../key-value/row-view.ts'
import type { KeyedRow } from '../key-value/row.ts'
import type { StoreKeys } from '../key-value/store-keys.ts'
import type { ViewCodec } from '../key-value/view-codec.ts'
import type { StateStoreContext } from '../state-store.ts'
import { ByteCache, type LeavingEntry } from './byte-cache.ts'
import type { FlushListener } from './flush-listener.ts'

interface Subscription<K> {
  readonly listener: FlushListener<K, unknown>
  readonly oldValues: 'send' | 'omit'
}

export interface CachingOptions<K, V> {
  readonly keys: StoreKeys<K>
  readonly codec: ViewCodec<V>
  readonly context: StateStoreContext
}

/** The record cache of a key-value store (KIP-63; Java: `CachingKeyValueStore`). */
export class CachingByteRows<K, V> implements ByteRows {
  readonly #inner: ByteRows
  readonly #options: CachingOptions<K, V>
  readonly #cache: ByteCache
  #subscription: Subscription<K> | undefined

  constructor(inner: ByteRows, options: CachingOptions<K, V>) {
    this.#inner = inner
    this.#options = options
    const { context } = options
    this.#cache = new ByteCache(context.cache, (entry) => context.withRecordContext(entry.context, () => this.#emit(entry)))
  }

  subscribe(subscription: Subscription<K>): void {
    this.#subscription = subscription
  }

  get(key: ByteKey): RowView | null {
    const cached = this.#cache.get(key)
    if (cached !== undefined) return cached
    const row = this.#inner.get(key)
    return row === null ? null : this.#kept(key, row)
  }

  put(key: ByteKey, row: RowView | null): void {
    this.#cache.put(key, row, this.#options.context.recordContext())
  }

  scan(range: KeyRange): IterableIterator<KeyedRow> {
    return overlay(this.#cache.scan(range), this.#inner.scan(range), range.reverse === true ? descending : ascending)
  }

  count(): number {
    return this.#inner.count()
  }

  flush(): void {
    this.#cache.flush()
  }

  close(): void {
    this.#cache.close()
  }

  /** What is kept may push out other entries, whose listeners read and write this store: so the row that is returned is a copy. */
  #kept(key: ByteKey, row: RowView): RowView {
    const copy = new RowView().set(row.copy(), 0, row.length, row.timestamp)
    this.#cache.keep(key, copy)
    return copy
  }

  /**
   * Writes an entry that leaves the cache to the layer below, and tells the listener. During these calls the record that made the
   * update is the current record of the task. A deletion of a key that the layer below does not have is neither written nor forwarded
   * (Java: `CachingKeyValueStore.putAndMaybeForward`). Deletions, and rows without timestamps, are forwarded with the timestamp of their
   * input record (Java: `TimestampedCacheFlushListener`).
   *
   * A value may come and go between two flushes. Java does not forward its deletion. But a foreign-key join may have read the value
   * meanwhile, and sent it as the answer to a subscription. Without the deletion the join's result would keep the value for ever: so
   * `safe` forwards it.
   */
  #emit({ key, row, context, deletesUnemitted }: LeavingEntry): void {
    const inner = this.#inner
    if (this.#subscription === undefined) return inner.put(key, row)
    const { listener, oldValues } = this.#subscription
    const { keys, codec, context: task } = this.#options
    const old = row === null || oldValues === 'send' ? inner.get(key) : null
    if (row === null && old === null && (!deletesUnemitted || task.compatibility === 'java')) return
    const oldValue = old !== null && oldValues === 'send' ? codec.valueOf(old) : null
    inner.put(key, row)
    const timestamp = row === null ? null : codec.timestampOf(row)
    const update = change(row === null ? null : codec.valueOf(row), oldValue)
    listener(keys.decode(key.bytes, key.at, key.length), update, timestamp ?? context.timestamp)
  }
}
