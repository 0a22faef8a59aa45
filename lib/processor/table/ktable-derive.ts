import { change, type Change } from '../../model/change.ts'
import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import { MaterializedTable } from './materialized-table.ts'
import type { Processor, ProcessorContext } from '../processor.ts'
import { derive, type TableDerivation } from './table-derivation.ts'
import type { OldValues } from './timestamped-tuple-forwarder.ts'

/** Filters or maps each side of a change; a null value stays null, and is not asked about. */
export interface KTableDeriveOptions<K, V, VR> {
  /** Of the derived values: a timestamped key-value store. Absent: they are computed where they are needed. */
  readonly storeName: string | undefined
  readonly oldValues: OldValues
  readonly derivation: TableDerivation<K, V, VR>
  /** `skipped`: a change from nothing to nothing, as a filter sees many, is not sent on where old values are known. */
  readonly nullToNull: 'skipped' | 'sent'
}

/** A table whose values come from those of its parent one by one (Java: `KTableFilter`, `KTableMapValues`). */
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
