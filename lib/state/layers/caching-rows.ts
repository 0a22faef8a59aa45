import type { RecordContext } from '../../model/record-context.ts'
import type { OrderedRange } from '../../storage/ordered-map.ts'
import { RecordCache, type CacheEntry } from './record-cache.ts'
import type { KeyedRow, Row } from '../key-value/row.ts'
import { overlay } from '../key-value/row-iterators.ts'
import { ascending, descending } from '../key-value/key-order.ts'
import type { KeyValueRows } from '../key-value/key-value-rows.ts'
import type { StateStoreContext } from '../state-store.ts'

/**
 * Called for each update that leaves the cache. `oldRow` is the row that the layer below had; null if the subscription does not ask
 * for it.
 */
export type RowFlushListener = (key: string, newRow: Row | null, oldRow: Row | null, context: RecordContext) => void

/** A listener, and whether it wants to hear the old values. */
export interface FlushSubscription {
  readonly listener: RowFlushListener
  readonly oldValues: 'send' | 'omit'
}

/**
 * Writes an entry that leaves a cache to the layer below, and tells the listener. During these calls the record that made the
 * update is the current record of the task. A deletion of a key that the layer below does not have is neither written nor forwarded
 * (Java: `CachingKeyValueStore.putAndMaybeForward`).
 *
 * A value may come and go between two flushes. Java does not forward its deletion. But a foreign-key join may have read the value
 * meanwhile, and sent it as the answer to a subscription. Without the deletion the join's result would keep the value for ever: so
 * `safe` forwards it.
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
export class CachingRows implements KeyValueRows {
  readonly #inner: KeyValueRows
  readonly #context: StateStoreContext
  readonly #cache: RecordCache
  #subscription: FlushSubscription | undefined

  constructor(inner: KeyValueRows, context: StateStoreContext) {
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
