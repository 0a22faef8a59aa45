import type { Change } from '../../model/change.ts'
import type { StreamRecord } from '../../model/stream-record.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import { lambdaResult } from '../lambda-result.ts'
import type { ReadsOf } from '../reads.ts'
import { MaterializedTable } from '../table/materialized-table.ts'
import type { Processor, ProcessorContext } from '../processor.ts'
import { noKeyOrValue } from '../skip-reasons.ts'
import type { OldValues } from '../table/timestamped-tuple-forwarder.ts'

export interface KStreamAggregateOptions<K, V, A> {
  /** A timestamped key-value store. */
  readonly storeName: string
  readonly initializer: () => A | null
  /** Null deletes the key. */
  readonly aggregator: (aggregate: A | null, value: V, key: K) => A | null
  readonly oldValues: OldValues
  /** What the aggregator reads of keys and values. Default: their values. */
  readonly reads?: ReadsOf<K, V>
}

/** Aggregates by key (Java: `KStreamAggregate`). Records without key or value are dropped. */
export class KStreamAggregate<K, V, A> implements Processor<K | null, V | null, K, Change<A>> {
  readonly #options: KStreamAggregateOptions<K, V, A>
  #context!: InternalProcessorContext<K, Change<A>>
  #table!: MaterializedTable<K, A>

  constructor(options: KStreamAggregateOptions<K, V, A>) {
    this.#options = options
  }

  init(context: ProcessorContext<K, Change<A>>): void {
    this.#context = internal(context)
    this.#table = new MaterializedTable(this.#context, this.#options.storeName, this.#options.oldValues)
  }

  process(record: StreamRecord<K | null, V | null>): void {
    const { key, value } = record
    if (key === null || value === null) return this.#context.drop(noKeyOrValue(key))
    const old = this.#table.get(key)
    const oldAggregate = old === null ? this.#initial() : old.value
    const timestamp = old === null ? record.timestamp : Math.max(record.timestamp, old.timestamp)
    const aggregate = lambdaResult(this.#options.aggregator(oldAggregate, value, key), 'aggregator', this.#context.nodeName)
    const oldValue = old === null ? phantomOldValue(oldAggregate, this.#context) : this.#table.oldValue(key)
    this.#table.update(key, aggregate, oldValue, timestamp, record)
  }

  #initial(): A | null {
    return lambdaResult(this.#options.initializer(), 'initializer', this.#context.nodeName)
  }
}

/**
 * The old value in the first update of a key. It is null. Java forwards the initial value if there is no cache, so that a grouping
 * downstream subtracts a value that was never added; `java` copies that.
 */
export function phantomOldValue<A>(initial: A | null, context: InternalProcessorContext<never, never>): A | null {
  return context.compatibility === 'java' ? initial : null
}
