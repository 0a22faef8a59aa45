import type { Change } from '../../model/change.ts'
import type { StreamRecord } from '../../model/stream-record.ts'
import type { ValueAndTimestamp } from '../../model/value-and-timestamp.ts'
import type { CachedStateStore } from '../../state/layers/flush-listener.ts'
import type { InternalProcessorContext } from '../internal-processor-context.ts'
import { tableStore, type TableStore } from './table-store.ts'
import { TimestampedTupleForwarder, type OldValues } from './timestamped-tuple-forwarder.ts'

/** A table with a store. An update is put into the store first, and then forwarded as a change. */
export class MaterializedTable<K, V> {
  readonly #store: TableStore<K, V>
  readonly #forwarder: TimestampedTupleForwarder<K, V>

  constructor(context: InternalProcessorContext<K, Change<V>>, storeName: string, oldValues: OldValues) {
    this.#store = tableStore(context, storeName)
    this.#forwarder = new TimestampedTupleForwarder(
      context.stateStore<Partial<CachedStateStore<K, V>>>(storeName),
      context,
      oldValues,
    )
  }

  get(key: K): ValueAndTimestamp<V> | null {
    return this.#store.get(key)
  }

  /**
   * Returns the old value for the next update of the key. Null if no operator downstream needs old values. Call it before the
   * update. It reads the store again, because a user's fold may have changed another copy in place.
   */
  oldValue(key: K): V | null {
    return this.#forwarder.sendsOldValues ? (this.#store.get(key)?.value ?? null) : null
  }

  /**
   * Puts and forwards an update with the headers of `cause`, the record that caused it. An update that is older than the history
   * of a versioned store is not forwarded. If the update is not the latest version of its key, `isLatest` is false (KIP-914).
   */
  update(key: K, newValue: V | null, oldValue: V | null, timestamp: number, cause: StreamRecord<unknown, unknown>): void {
    const validTo = this.#store.put(key, newValue, timestamp)
    if (validTo !== 'not-put') this.#forwarder.maybeForward(key, newValue, oldValue, timestamp, cause, validTo === Infinity)
  }
}
