import type { Change } from '../../model/change.ts'
import type { StreamRecord } from '../../model/stream-record.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import { lambdaResult } from '../lambda-result.ts'
import { MaterializedTable } from '../table/materialized-table.ts'
import type { Processor, ProcessorContext } from '../processor.ts'
import type { OldValues } from '../table/timestamped-tuple-forwarder.ts'

export interface KTableGroupedAggregateOptions<K, V, A> {
  /** A timestamped key-value store. */
  readonly storeName: string
  /** The aggregate of an empty group. Absent: the first value of a group is its aggregate (`reduce`). */
  readonly initializer: (() => A | null) | undefined
  readonly adder: (aggregate: A, value: V, key: K) => A | null
  readonly subtractor: (aggregate: A, value: V, key: K) => A | null
  readonly oldValues: OldValues
}

/**
 * Aggregates the rows of a table by group (Java: `KTableAggregate`, `KTableReduce`). For each change it subtracts the old row
 * from the aggregate, if there is an old row, then adds the new row. A null aggregate deletes the group.
 */
export class KTableGroupedAggregate<K, V, A> implements Processor<K, Change<V>, K, Change<A>> {
  readonly #options: KTableGroupedAggregateOptions<K, V, A>
  #context!: InternalProcessorContext<K, Change<A>>
  #table!: MaterializedTable<K, A>

  constructor(options: KTableGroupedAggregateOptions<K, V, A>) {
    this.#options = options
  }

  init(context: ProcessorContext<K, Change<A>>): void {
    this.#context = internal(context)
    this.#table = new MaterializedTable(this.#context, this.#options.storeName, this.#options.oldValues)
  }

  process(record: StreamRecord<K, Change<V>>): void {
    const { key, value } = record
    const old = this.#table.get(key)
    const oldAggregate = old === null ? null : old.value
    const timestamp = old === null ? record.timestamp : Math.max(record.timestamp, old.timestamp)
    const aggregate = this.#add(this.#subtract(oldAggregate, value.oldValue, key), value.newValue, key)
    this.#table.update(key, aggregate, this.#table.oldValue(key), timestamp, record)
  }

  #subtract(aggregate: A | null, value: V | null, key: K): A | null {
    if (value === null || aggregate === null) return aggregate
    return lambdaResult(this.#options.subtractor(aggregate, value, key), 'subtractor', this.#context.nodeName)
  }

  #add(aggregate: A | null, value: V | null, key: K): A | null {
    if (value === null) return aggregate
    const { initializer, adder } = this.#options
    const { nodeName } = this.#context
    if (aggregate === null && initializer === undefined) return value as unknown as A
    const sum = aggregate ?? lambdaResult(initializer!(), 'initializer', nodeName)
    return lambdaResult(adder(sum as A, value, key), 'adder', nodeName)
  }
}
