import { change, type Change } from '../model/change.ts'
import { streamRecord, type StreamRecord } from '../model/stream-record.ts'
import type { CachedStateStore } from '../state/flush-listener.ts'
import type { TimestampedKeyValueStore } from '../state/key-value-store.ts'
import { internal, type InternalProcessorContext } from './internal-processor-context.ts'
import { timestamped } from './ktable-value-getter.ts'
import type { Processor, ProcessorContext } from './processor.ts'
import { TimestampedTupleForwarder, type OldValues } from './timestamped-tuple-forwarder.ts'

export interface KTableKTableJoinMergerOptions {
  /** Where the result is materialised: a timestamped key-value store. */
  readonly storeName: string | undefined
  readonly oldValues: OldValues
}

/** Where both sides of a table join come together (Java: `KTableKTableJoinMerger`); the result may be kept in a store. */
export class KTableKTableJoinMerger<K, V> implements Processor<K, Change<V>, K, Change<V>> {
  readonly #options: KTableKTableJoinMergerOptions
  #context!: InternalProcessorContext<K, Change<V>>
  #store: TimestampedKeyValueStore<K, V> | undefined
  #forwarder: TimestampedTupleForwarder<K, V> | undefined

  constructor(options: KTableKTableJoinMergerOptions) {
    this.#options = options
  }

  init(context: ProcessorContext<K, Change<V>>): void {
    this.#context = internal(context)
    if (this.#options.storeName === undefined) return
    const store = context.stateStore<TimestampedKeyValueStore<K, V> & CachedStateStore<K, V>>(this.#options.storeName)
    this.#store = store
    this.#forwarder = new TimestampedTupleForwarder(store, this.#context, this.#options.oldValues)
  }

  process(record: StreamRecord<K, Change<V>>): void {
    const { key, timestamp } = record
    const { newValue, oldValue, isLatest } = record.value
    if (this.#store === undefined) {
      const update = change(newValue, this.#options.oldValues === 'send' ? oldValue : null, isLatest)
      return this.#context.forward(streamRecord(key, update, timestamp, record.headers))
    }
    this.#store.put(key, timestamped(newValue, timestamp))
    this.#forwarder?.maybeForward(key, newValue, oldValue, timestamp, record)
  }
}
