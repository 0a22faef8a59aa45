import { change, type Change } from '../../model/change.ts'
import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import type { Unread } from '../../model/unread.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import { MaterializedTable } from './materialized-table.ts'
import type { Processor, ProcessorContext } from '../processor.ts'
import type { ReadsOf } from '../reads.ts'
import { noKey } from '../skip-reasons.ts'
import type { OldValues } from './timestamped-tuple-forwarder.ts'

export interface KTableSourceOptions {
  /** A timestamped key-value store. Absent if no operator reads the table or needs its old values. */
  readonly storeName: string | undefined
  readonly oldValues: OldValues
}

/**
 * Turns the records of a topic into a table (Java: `KTableSource`). The record that comes last is the row of its key, even if its
 * timestamp is older. Records without key are dropped.
 */
export class KTableSource<K extends Unread<unknown>, V extends Unread<unknown>> implements Processor<
  K | null,
  V | null,
  K,
  Change<V>
> {
  static readonly reads: ReadsOf<Unread<unknown>, Unread<unknown>> = { key: 'bytes', value: 'bytes', passes: 'both' }
  readonly #options: KTableSourceOptions
  #context!: InternalProcessorContext<K, Change<V>>
  #table: MaterializedTable<K, V> | undefined

  constructor(options: KTableSourceOptions) {
    this.#options = options
  }

  init(context: ProcessorContext<K, Change<V>>): void {
    this.#context = internal(context)
    const { storeName, oldValues } = this.#options
    if (storeName !== undefined) this.#table = new MaterializedTable(this.#context, storeName, oldValues)
  }

  process(record: StreamRecord<K | null, V | null>): void {
    const { key, value, timestamp, headers } = record
    if (key === null) return this.#context.drop(noKey)
    if (this.#table === undefined) return this.#context.forward(streamRecord(key, change(value, null), timestamp, headers))
    const old = this.#options.oldValues === 'send' ? this.#table.get(key) : null
    this.#table.update(key, value, old === null ? null : old.value, timestamp, record)
  }
}
