import type { Change } from '../../model/change.ts'
import type { StreamRecord } from '../../model/stream-record.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import { lambdaResult } from '../lambda-result.ts'
import { MaterializedTable } from '../table/materialized-table.ts'
import type { Processor, ProcessorContext } from '../processor.ts'
import { noKeyOrValue } from '../skip-reasons.ts'
import type { OldValues } from '../table/timestamped-tuple-forwarder.ts'

export interface KStreamReduceOptions<K, V> {
  /** A timestamped key-value store. */
  readonly storeName: string
  /** Null deletes the key. */
  readonly reducer: (aggregate: V, value: V, key: K) => V | null
  readonly oldValues: OldValues
}

/**
 * Combines the values of a key (Java: `KStreamReduce`). The first value is the first aggregate. Records without key or value are
 * dropped.
 */
export class KStreamReduce<K, V> implements Processor<K | null, V | null, K, Change<V>> {
  readonly #options: KStreamReduceOptions<K, V>
  #context!: InternalProcessorContext<K, Change<V>>
  #table!: MaterializedTable<K, V>

  constructor(options: KStreamReduceOptions<K, V>) {
    this.#options = options
  }

  init(context: ProcessorContext<K, Change<V>>): void {
    this.#context = internal(context)
    this.#table = new MaterializedTable(this.#context, this.#options.storeName, this.#options.oldValues)
  }

  process(record: StreamRecord<K | null, V | null>): void {
    const { key, value } = record
    if (key === null || value === null) return this.#context.drop(noKeyOrValue(key))
    const old = this.#table.get(key)
    const aggregate = old === null ? value : this.#reduce(old.value, value, key)
    const timestamp = old === null ? record.timestamp : Math.max(record.timestamp, old.timestamp)
    this.#table.update(key, aggregate, this.#table.oldValue(key), timestamp, record)
  }

  #reduce(aggregate: V, value: V, key: K): V | null {
    return lambdaResult(this.#options.reducer(aggregate, value, key), 'reducer', this.#context.nodeName)
  }
}
