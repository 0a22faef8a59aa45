import type { RecordContext } from '../../model/record-context.ts'
import type { OrderedRange } from '../../storage/ordered-map.ts'
import { RecordCache, type CacheEntry } from './record-cache.ts'
import type { KeyedRow, Row } from '../key-value/row.ts'
import { overlay } from '../key-value/row-iterators.ts'
import { ascending, descending, type RowStore } from '../key-value/row-store.ts'
import type { StateStoreContext } from '../state-store.ts'

/** Is told each update that leaves the cache; `oldRow` is what the store below held, where it was asked for. */
export type RowFlushListener = (key: string, newRow: Row | null, oldRow: Row | null, context: RecordContext) => void

/** Who hears of flushed updates, and whether with the old value. */
export interface FlushSubscription {
  readonly listener: RowFlushListener
  readonly oldValues: 'send' | 'omit'
}

/**
 * Writes an entry that leaves a cache, and tells the listener, as if the update's own record were being processed. A deletion of
 * what the store below never had is nothing: neither written nor forwarded (Java: `CachingKeyValueStore.putAndMaybeForward`).
 *
 * Java also keeps silent where a value came and went between two flushes. But a foreign-key join may have read it meanwhile and
 * answered a subscription with it: without the deletion its result would keep the value for ever. So `safe` forwards that one.
 */
export function emitEntry(
  { key, row, context, deletesUnemitted }: CacheEntry,
  below: { readonly get: (key: string) => Row | null; readonly put: (key: string, row: Row | null) => void },
  subscription: FlushSubscription | undefined,
  task: StateStoreContext,
): void {
  if (context === null) return
  task.withRecordContext(context, () => {
    if (subscription === undefined) return below.put(key, row)
    const old = row === null || subscription.oldValues === 'send' ? below.get(key) : null
    if (row === null && old === null && (!deletesUnemitted || task.compatibility === 'java')) return
    below.put(key, row)
    subscription.listener(key, row, subscription.oldValues === 'send' ? old : null, context)
  })
}

/** The record cache of a key-value store (KIP-63; Java: `CachingKeyValueStore`). */
export class CachingRows implements RowStore {
  readonly #inner: RowStore
  readonly #context: StateStoreContext
  readonly #cache: RecordCache
  #subscription: FlushSubscription | undefined

  constructor(inner: RowStore, context: StateStoreContext) {
    this.#inner = inner
    this.#context = context
    this.#cache = new RecordCache(context.cache, (entry) => emitEntry(entry, inner, this.#subscription, context))
  }

  subscribe(subscription: FlushSubscription): void {
    this.#subscription = subscription
  }

  get(key: string): Row | null {
    const entry = this.#cache.get(key)
    if (entry !== undefined) return entry.row
    const row = this.#inner.get(key)
    if (row !== null) this.#cache.keep(key, row)
    return row
  }

  put(key: string, row: Row | null): void {
    this.#cache.put(key, row, this.#context.recordContext())
  }

  scan(range: OrderedRange): IterableIterator<KeyedRow> {
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
}
