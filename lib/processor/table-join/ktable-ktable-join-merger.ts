import { change, type Change } from '../../model/change.ts'
import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import { MaterializedTable } from '../table/materialized-table.ts'
import type { Processor, ProcessorContext } from '../processor.ts'
import type { OldValues } from '../table/timestamped-tuple-forwarder.ts'

export interface KTableKTableJoinMergerOptions {
  /** A timestamped key-value store of the results. Absent: the result is not kept. */
  readonly storeName: string | undefined
  readonly oldValues: OldValues
}

/**
 * Forwards the results of both sides of a table join. If it has a store, it puts them there first (Java:
 * `KTableKTableJoinMerger`).
 */
export class KTableKTableJoinMerger<K, V> implements Processor<K, Change<V>, K, Change<V>> {
  readonly #options: KTableKTableJoinMergerOptions
  #context!: InternalProcessorContext<K, Change<V>>
  #table: MaterializedTable<K, V> | undefined

  constructor(options: KTableKTableJoinMergerOptions) {
    this.#options = options
  }

  init(context: ProcessorContext<K, Change<V>>): void {
    this.#context = internal(context)
    const { storeName, oldValues } = this.#options
    if (storeName !== undefined) this.#table = new MaterializedTable(this.#context, storeName, oldValues)
  }

  process(record: StreamRecord<K, Change<V>>): void {
    const { key, timestamp } = record
    const { newValue, oldValue, isLatest } = record.value
    if (this.#table === undefined) {
      const update = change(newValue, this.#options.oldValues === 'send' ? oldValue : null, isLatest)
      return this.#context.forward(streamRecord(key, update, timestamp, record.headers))
    }
    this.#table.update(key, newValue, oldValue, timestamp, record)
  }
}
