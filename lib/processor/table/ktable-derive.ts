import { change, type Change } from '../../model/change.ts'
import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import { MaterializedTable } from './materialized-table.ts'
import type { Processor, ProcessorContext } from '../processor.ts'
import { derive, type TableDerivation } from './table-derivation.ts'
import type { OldValues } from './timestamped-tuple-forwarder.ts'

/** Filters or maps the old and the new value of a change. A null value stays null, and no lambda is called for it. */
export interface KTableDeriveOptions<K, V, VR> {
  /** A timestamped key-value store of the derived values. Absent: readers compute them from the parent table. */
  readonly storeName: string | undefined
  readonly oldValues: OldValues
  readonly derivation: TableDerivation<K, V, VR>
  /**
   * `skipped`: a change whose old and new value are both null is not forwarded if old values are known. A filter makes many of
   * them.
   */
  readonly nullToNull: 'skipped' | 'sent'
}

/** A table that derives each value from one value of its parent (Java: `KTableFilter`, `KTableMapValues`). */
export class KTableDerive<K, V, VR> implements Processor<K, Change<V>, K, Change<VR>> {
  readonly #options: KTableDeriveOptions<K, V, VR>
  #context!: InternalProcessorContext<K, Change<VR>>
  #table: MaterializedTable<K, VR> | undefined

  constructor(options: KTableDeriveOptions<K, V, VR>) {
    this.#options = options
  }

  init(context: ProcessorContext<K, Change<VR>>): void {
    this.#context = internal(context)
    const { storeName, oldValues } = this.#options
    if (storeName !== undefined) this.#table = new MaterializedTable(this.#context, storeName, oldValues)
  }

  process(record: StreamRecord<K, Change<V>>): void {
    const { key, value, timestamp, headers } = record
    const { oldValues, nullToNull } = this.#options
    const newValue = this.#derive(value.newValue, key)
    const oldValue = oldValues === 'send' ? this.#oldValue(value, key) : null
    if (nullToNull === 'skipped' && oldValues === 'send' && newValue === null && oldValue === null) return
    if (this.#table === undefined)
      return this.#context.forward(streamRecord(key, change(newValue, oldValue, value.isLatest), timestamp, headers))
    this.#table.update(key, newValue, oldValue, timestamp, record)
  }

  #oldValue({ oldValue }: Change<V>, key: K): VR | null {
    if (this.#table === undefined) return this.#derive(oldValue, key)
    return this.#table.get(key)?.value ?? null
  }

  #derive(value: V | null, key: K): VR | null {
    return value === null ? null : derive(this.#options.derivation, value, key, this.#context.nodeName)
  }
}
