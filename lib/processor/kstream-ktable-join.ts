import { streamRecord, type StreamRecord } from '../model/stream-record.ts'
import type { ValueAndTimestamp } from '../model/value-and-timestamp.ts'
import { internal, type InternalProcessorContext } from './internal-processor-context.ts'
import type { KTableValueGetter, KTableValueGetterSupplier } from './ktable-value-getter.ts'
import { lambdaResult } from './lambda-result.ts'
import type { Processor, ProcessorContext } from './processor.ts'

export interface KStreamKTableJoinOptions<K, V, KTable, VTable, VOut> {
  readonly kind: 'inner' | 'left'
  readonly table: KTableValueGetterSupplier<KTable, VTable>
  /** The table's key; with a KTable the record's own. Null finds nothing. */
  readonly keySelector: (value: V, key: K) => KTable | null
  readonly joiner: (value: V, tableValue: VTable | null, key: K) => VOut
}

/**
 * Looks a stream's records up in a table, or in a global table (Java: `KStreamKTableJoin`, `KStreamGlobalKTableJoin`). Records without value are dropped; what has no key to look up is
 * dropped by an inner join, and goes with a null table value through a left one (KIP-962).
 */
export class KStreamKTableJoin<K, V, KTable, VTable, VOut> implements Processor<K, V | null, K, VOut> {
  readonly #options: KStreamKTableJoinOptions<K, V, KTable, VTable, VOut>
  readonly #table: KTableValueGetter<KTable, VTable>
  #context!: InternalProcessorContext<K, VOut>

  constructor(options: KStreamKTableJoinOptions<K, V, KTable, VTable, VOut>) {
    this.#options = options
    this.#table = options.table.get()
  }

  init(context: ProcessorContext<K, VOut>): void {
    this.#context = internal(context)
    this.#table.init(context)
  }

  process(record: StreamRecord<K, V | null>): void {
    const { key, value } = record
    // Java asks for the key before it looks at the value; a selector that fails on null fails there, too.
    const tableKey = value === null && this.#context.compatibility === 'safe' ? null : this.#select(value as V, key)
    if (value === null) return this.#context.drop()
    if (tableKey === null && this.#options.kind === 'inner') return this.#context.drop()
    const row = tableKey === null ? null : this.#row(tableKey, record.timestamp)
    if (row === null && this.#options.kind === 'inner') return
    const joined = lambdaResult(
      this.#options.joiner(value, row === null ? null : row.value, key),
      'joiner',
      this.#context.nodeName,
    )
    this.#context.forward(streamRecord(key, joined, record.timestamp, record.headers))
  }

  /** A versioned table answers what it was at the time of the record. */
  #row(key: KTable, timestamp: number): ValueAndTimestamp<VTable> | null {
    return this.#table.getAsOf === undefined ? this.#table.get(key) : this.#table.getAsOf(key, timestamp)
  }

  #select(value: V, key: K): KTable | null {
    return lambdaResult(this.#options.keySelector(value, key), 'key selector', this.#context.nodeName)
  }
}
