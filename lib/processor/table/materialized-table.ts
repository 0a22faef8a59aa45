import type { Change } from '../../model/change.ts'
import type { StreamRecord } from '../../model/stream-record.ts'
import type { ValueAndTimestamp } from '../../model/value-and-timestamp.ts'
import type { CachedStateStore } from '../../state/layers/flush-listener.ts'
import type { InternalProcessorContext } from '../internal-processor-context.ts'
import { tableStore, type TableStore } from './table-store.ts'
import { TimestampedTupleForwarder, type OldValues } from './timestamped-tuple-forwarder.ts'

/** A table in its store: an update is put there, and then forwarded as a change. */
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
   * What an update of the key is to carry as its old value, as long as it is stored; null where nobody asks. It is read again, since a
   * user's fold may have changed the other copy in place.
   */
  oldValue(key: K): V | null {
    return this.#forwarder.sendsOldValues ? (this.#store.get(key)?.value ?? null) : null
  }

  /**
   * `cause` is the record that caused the update; its headers go along. What is older than the history of a versioned store is not
   * forwarded; what is not its latest version is marked as that (KIP-914).
   */
  update(key: K, newValue: V | null, oldValue: V | null, timestamp: number, cause: StreamRecord<unknown, unknown>): void {
    const validTo = this.#store.put(key, newValue, timestamp)
    if (validTo !== 'not-put') this.#forwarder.maybeForward(key, newValue, oldValue, timestamp, cause, validTo === Infinity)
  }
}
