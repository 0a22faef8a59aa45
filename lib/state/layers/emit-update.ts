import type { ByteKey } from '../../kernel/byte-key.ts'
import { change } from '../../model/change.ts'
import type { RowView } from '../key-value/row-view.ts'
import type { ViewCodec } from '../key-value/view-codec.ts'
import type { StateStoreContext } from '../state-store.ts'
import type { LeavingEntry } from './byte-cache.ts'
import type { FlushListener } from './flush-listener.ts'

/** Who hears of the updates that leave a cache. */
export interface Subscription<K> {
  readonly listener: FlushListener<K, unknown>
  readonly oldValues: 'send' | 'omit'
}

/** Where the updates of a cache go. */
export interface EmitTarget<K, V> {
  /** The layer below, by the keys of the cache. */
  readonly below: { get(key: ByteKey): RowView | null; put(key: ByteKey, row: RowView | null): void }
  readonly codec: ViewCodec<V>
  readonly context: StateStoreContext
  decodeKey(key: ByteKey): K
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
export function emitUpdate<K, V>(entry: LeavingEntry, to: EmitTarget<K, V>, subscription: Subscription<K> | undefined): void {
  to.context.withRecordContext(entry.context, () => {
    if (subscription === undefined) to.below.put(entry.key, entry.row)
    else emitTo(subscription, entry, to)
  })
}

function emitTo<K, V>(
  { listener, oldValues }: Subscription<K>,
  { key, row, context, deletesUnemitted }: LeavingEntry,
  to: EmitTarget<K, V>,
): void {
  const { below, codec, context: task } = to
  const old = row === null || oldValues === 'send' ? below.get(key) : null
  if (row === null && old === null && (!deletesUnemitted || task.compatibility === 'java')) return
  const oldValue = old !== null && oldValues === 'send' ? codec.valueOf(old) : null
  below.put(key, row)
  const timestamp = row === null ? null : codec.timestampOf(row)
  const update = change(row === null ? null : codec.valueOf(row), oldValue)
  listener(to.decodeKey(key), update, timestamp ?? context.timestamp)
}
