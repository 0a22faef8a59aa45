import type { ByteKey } from '../../kernel/byte-key.ts'
import type { KeyRange } from '../../kernel/ordered-rows.ts'
import type { ByteRows } from '../key-value/byte-rows.ts'
import { ascending, descending } from '../key-value/key-order.ts'
import { overlay } from '../key-value/row-iterators.ts'
import { RowView } from '../key-value/row-view.ts'
import type { KeyedRow } from '../key-value/row.ts'
import type { StoreKeys } from '../key-value/store-keys.ts'
import type { ViewCodec } from '../key-value/view-codec.ts'
import type { StateStoreContext } from '../state-store.ts'
import { ByteCache } from './byte-cache.ts'
import { emitUpdate, type Subscription } from './emit-update.ts'

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
    const { keys, codec, context } = options
    const target = { below: inner, codec, context, decodeKey: ({ bytes, at, length }: ByteKey) => keys.decode(bytes, at, length) }
    this.#cache = new ByteCache(context.cache, (entry) => emitUpdate(entry, target, this.#subscription))
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

  clear(): void {
    this.#cache.clear()
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
}
