import type { Change } from '../model/change.ts'
import type { StreamRecord } from '../model/stream-record.ts'
import type { CachedStateStore } from '../state/flush-listener.ts'
import type { TimestampedKeyValueStore } from '../state/key-value-store.ts'
import { internal, type InternalProcessorContext } from './internal-processor-context.ts'
import { timestamped } from './ktable-value-getter.ts'
import { lambdaResult } from './lambda-result.ts'
import type { Processor, ProcessorContext } from './processor.ts'
import { TimestampedTupleForwarder, type OldValues } from './timestamped-tuple-forwarder.ts'

export interface KStreamReduceOptions<K, V> {
  /** A timestamped key-value store. */
  readonly storeName: string
  /** Null deletes the key. */
  readonly reducer: (aggregate: V, value: V, key: K) => V | null
  readonly oldValues: OldValues
}

/** Combines the values of a key (Java: `KStreamReduce`); the first is taken as it is. Records without key or value are dropped. */
export class KStreamReduce<K, V> implements Processor<K | null, V | null, K, Change<V>> {
  readonly #options: KStreamReduceOptions<K, V>
  #context!: InternalProcessorContext<K, Change<V>>
  #store!: TimestampedKeyValueStore<K, V>
  #forwarder!: TimestampedTupleForwarder<K, V>

  constructor(options: KStreamReduceOptions<K, V>) {
    this.#options = options
  }

  init(context: ProcessorContext<K, Change<V>>): void {
    const store = context.stateStore<TimestampedKeyValueStore<K, V> & CachedStateStore<K, V>>(this.#options.storeName)
    this.#store = store
    this.#context = internal(context)
    this.#forwarder = new TimestampedTupleForwarder(store, this.#context, this.#options.oldValues)
  }

  process(record: StreamRecord<K | null, V | null>): void {
    const { key, value } = record
    if (key === null || value === null) return this.#context.drop()
    const old = this.#store.get(key)
    const aggregate = old === null ? value : this.#reduce(old.value, value, key)
    const timestamp = old === null ? record.timestamp : Math.max(record.timestamp, old.timestamp)
    this.#store.put(key, timestamped(aggregate, timestamp))
    this.#forwarder.maybeForward(key, aggregate, old === null ? null : old.value, timestamp, record)
  }

  #reduce(aggregate: V, value: V, key: K): V | null {
    return lambdaResult(this.#options.reducer(aggregate, value, key), 'reducer', this.#context.nodeName)
  }
}
