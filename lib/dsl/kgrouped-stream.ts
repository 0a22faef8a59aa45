import type { Unread } from '../model/unread.ts'
import { operator, type OperatorParameters } from '../processor/processor-parameters.ts'
import { KStreamAggregate } from '../processor/aggregate/kstream-aggregate.ts'
import { KStreamReduce } from '../processor/aggregate/kstream-reduce.ts'
import { materializedGetter } from '../processor/table/ktable-value-getter.ts'
import { longSerde } from '../serde/integer-serdes.ts'
import { addOne, readsPresence, zero } from './aggregation/counting.ts'
import { addAggregate, StreamGrouping, type GroupedOptions } from './aggregation/stream-grouping.ts'
import { CogroupedKStream, type Coaggregator } from './cogrouped-kstream.ts'
import { Cogrouping, type AnyAggregator } from './aggregation/cogrouping.ts'
import { erased, internals, type StreamState } from './graph/state.ts'
import { tableOf } from './handles.ts'
import type { KTable } from './ktable.ts'
import type { Present } from './kstream.ts'
import { materialize, tableOptions, tableSpec, type MaterializedStore } from './aggregation/materialized.ts'
import type { Materialized } from './options.ts'
import { storedOperator, type StoredTableSettings } from './operators/table-operators.ts'
import { SessionWindowedKStream } from './session-windowed-kstream.ts'
import { SessionWindows } from './windows/session-windows.ts'
import type { SlidingWindows } from './windows/sliding-windows.ts'
import { TimeWindowedKStream, type UnlimitedWindowedKStream } from './time-windowed-kstream.ts'
import type { TimeWindows } from './windows/time-windows.ts'
import { checkWindows, type WindowsOfTime } from './windows/windows-of-time.ts'
import type { UnlimitedWindows } from './windows/unlimited-windows.ts'

/** A stream grouped by key (Java: `KGroupedStream`). Its aggregations drop records without key or value. */
export class KGroupedStream<K, V> {
  readonly #grouping: StreamGrouping

  constructor(stream: StreamState, grouped: GroupedOptions, method: 'groupBy' | 'groupByKey') {
    this.#grouping = new StreamGrouping(stream, grouped, method)
  }

  get [internals](): StreamGrouping {
    return this.#grouping
  }

  /**
   * Counts the records of each key.
   *
   * @example
   * const counts = grouped.count({ store: 'counts' })
   */
  count(options?: Materialized<K, number>): KTable<K, number> {
    const { graph } = this.#grouping
    const { name, materialized } = tableOptions(options, { call: 'count()', stored: 'table' })
    // Java once generated a name here. The counter of generated names still advances, so that later names are the same as in
    // Java.
    if (materialized !== undefined && materialized.name === undefined) graph.newStoreName('KSTREAM-AGGREGATE-')
    const inherited = { key: this.#grouping.key, value: erased(longSerde) }
    const store = materialize(graph, materialized, 'KSTREAM-AGGREGATE-', inherited)
    const fold = { initializer: zero, aggregator: addOne, reads: readsPresence }
    return this.#add('KSTREAM-AGGREGATE-', store, name, (table) =>
      operator('count', KStreamAggregate<Unread<K>, Unread<V>, number>, { ...table, ...fold }),
    )
  }

  /**
   * Combines the values of each key two by two, beginning with the first value. A result of null deletes the key.
   *
   * @example
   * const largest = grouped.reduce((largest, order) => (order.amount > largest.amount ? order : largest))
   */
  reduce<VR = Present<V>>(
    reducer: (aggregate: Present<V>, value: Present<V>, key: K) => Present<V> | null,
    options?: Materialized<K, Present<V>, VR>,
  ): KTable<K, VR> {
    const { name, materialized } = tableOptions(options, { call: 'reduce()', stored: 'table' })
    const store = materialize(this.#grouping.graph, materialized, 'KSTREAM-REDUCE-', this.#grouping)
    return this.#add('KSTREAM-REDUCE-', store, name, (table) =>
      operator('reduce', KStreamReduce<K, Present<V>>, { ...table, reducer }),
    )
  }

  /**
   * Folds the values of each key into an aggregate, which begins as the initial value. A result of null deletes the key.
   *
   * The option `value` is the serde of the aggregates. Default: the application's `defaultValueSerde`. Where neither is given, the
   * application is refused (`STREAMS_SERDE_MISSING`).
   *
   * @example
   * const sums = grouped.aggregate(() => 0, (sum, order) => sum + order.amount, { store: 'sums', value: Serdes.double })
   */
  aggregate<VR>(
    initializer: () => VR,
    aggregator: (aggregate: VR, value: Present<V>, key: K) => VR | null,
    options?: Materialized<K, Present<VR>>,
  ): KTable<K, Present<VR>> {
    const { name, materialized } = tableOptions(options, { call: 'aggregate()', stored: 'table' })
    const store = materialize(this.#grouping.graph, materialized, 'KSTREAM-AGGREGATE-', { key: this.#grouping.key })
    const fold = aggregator as (aggregate: VR | null, value: Present<V>, key: K) => VR | null
    return this.#add('KSTREAM-AGGREGATE-', store, name, (table) =>
      operator('aggregate', KStreamAggregate<K, Present<V>, VR>, { ...table, initializer, aggregator: fold }),
    )
  }

  /**
   * Begins an aggregation over several grouped streams. The aggregate's type is that of the aggregator's first parameter. With
   * `compatibility: 'java'` and windows the aggregator is also called with null values, except in sliding windows.
   *
   * @example
   * const activity = grouped
   *   .cogroup((count: number) => count + 1)
   *   .cogroup(payments.groupByKey(), (count) => count + 1)
   *   .aggregate(() => 0, { key: Serdes.string, value: Serdes.long })
   */
  cogroup<VOut>(aggregator: Coaggregator<K, V, VOut>): CogroupedKStream<K, VOut> {
    return new CogroupedKStream(new Cogrouping(this.#grouping, aggregator as AnyAggregator))
  }

  /**
   * Cuts the grouped stream into windows. Each window is aggregated separately.
   *
   * @example
   * const perMinute = grouped.windowedBy(TimeWindows.of({ sizeMs: 60_000, graceMs: 5_000 })).count()
   */
  // An `UnlimitedWindows` also fits the type `TimeWindows`, so its overload comes first.
  windowedBy(windows: UnlimitedWindows): UnlimitedWindowedKStream<K, V>
  windowedBy(windows: TimeWindows): TimeWindowedKStream<K, V>
  windowedBy(windows: SlidingWindows): TimeWindowedKStream<K, Present<V>>
  windowedBy(windows: SessionWindows): SessionWindowedKStream<K, V>
  windowedBy(windows: WindowsOfTime | SessionWindows): object {
    checkWindows(windows)
    if (windows instanceof SessionWindows) return new SessionWindowedKStream<K, V>(this.#grouping, windows)
    return new TimeWindowedKStream<K, V>(this.#grouping, windows)
  }

  #add<VR>(
    prefix: string,
    store: MaterializedStore,
    name: string | undefined,
    processorOf: (table: StoredTableSettings) => OperatorParameters,
  ): KTable<K, VR> {
    const table = storedOperator(store.name, materializedGetter(store.name))
    const processor = (): OperatorParameters => processorOf(table.settings())
    return tableOf(
      addAggregate(this.#grouping, {
        prefix,
        named: { name },
        store,
        spec: tableSpec(store),
        key: store.key,
        table,
        processor,
      }),
    )
  }
}
