import type { RecordContext } from '../../model/record-context.ts'
import type { CacheEntry } from './record-cache.ts'
import type { Row } from '../key-value/row.ts'
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
