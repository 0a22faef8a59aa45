import { change, type Change } from '../model/change.ts'
import { streamRecord, type StreamRecord } from '../model/stream-record.ts'
import type { CachedStateStore } from '../state/flush-listener.ts'
import type { TimestampedKeyValueStore } from '../state/key-value-store.ts'
import { internal, type InternalProcessorContext } from './internal-processor-context.ts'
import { timestamped } from './ktable-value-getter.ts'
import { lambdaResult } from './lambda-result.ts'
import type { Processor, ProcessorContext } from './processor.ts'
import { TimestampedTupleForwarder, type OldValues } from './timestamped-tuple-forwarder.ts'

/** Filters or maps each side of a change; a null value stays null, and is not asked about. */
export interface KTableDeriveOptions<K, V, VR> {
  /** Of the derived values: a timestamped key-value store. Absent: they are computed where they are needed. */
  readonly storeName: string | undefined
  readonly oldValues: OldValues
  readonly derive: (value: V, key: K) => VR | null
  /** What it is called in errors. */
  readonly lambda: string
  /** `skipped`: a change from nothing to nothing, as a filter sees many, is not sent on where old values are known. */
  readonly nullToNull: 'skipped' | 'sent'
}

/** A table whose values come from those of its parent one by one (Java: `KTableFilter`, `KTableMapValues`). */
export class KTableDerive<K, V, VR> implements Processor<K, Change<V>, K, Change<VR>> {
  readonly #options: KTableDeriveOptions<K, V, VR>
  #context!: InternalProcessorContext<K, Change<VR>>
  #store: TimestampedKeyValueStore<K, VR> | undefined
  #forwarder: TimestampedTupleForwarder<K, VR> | undefined

  constructor(options: KTableDeriveOptions<K, V, VR>) {
    this.#options = options
  }

  init(context: ProcessorContext<K, Change<VR>>): void {
    this.#context = internal(context)
    if (this.#options.storeName === undefined) return
    const store = context.stateStore<TimestampedKeyValueStore<K, VR> & CachedStateStore<K, VR>>(this.#options.storeName)
    this.#store = store
    this.#forwarder = new TimestampedTupleForwarder(store, this.#context, this.#options.oldValues)
  }

  process(record: StreamRecord<K, Change<V>>): void {
    const { key, value, timestamp, headers } = record
    const { oldValues, nullToNull } = this.#options
    const newValue = this.#derive(value.newValue, key)
    const oldValue = oldValues === 'send' ? this.#oldValue(value, key) : null
    if (nullToNull === 'skipped' && oldValues === 'send' && newValue === null && oldValue === null) return
    if (this.#store === undefined)
      return this.#context.forward(streamRecord(key, change(newValue, oldValue, value.isLatest), timestamp, headers))
    this.#store.put(key, timestamped(newValue, timestamp))
    this.#forwarder?.maybeForward(key, newValue, oldValue, timestamp, record)
  }

  #oldValue({ oldValue }: Change<V>, key: K): VR | null {
    if (this.#store === undefined) return this.#derive(oldValue, key)
    return this.#store.get(key)?.value ?? null
  }

  #derive(value: V | null, key: K): VR | null {
    if (value === null) return null
    return lambdaResult(this.#options.derive(value, key), this.#options.lambda, this.#context.nodeName)
  }
}
