import { operator, type OperatorParameters } from '../processor/processor-parameters.ts'
import { KStreamAggregate } from '../processor/aggregate/kstream-aggregate.ts'
import { materializedGetter } from '../processor/table/ktable-value-getter.ts'
import { cogroupPrefix, type AnyAggregator, type Cogrouping } from './aggregation/cogrouping.ts'
import { internals } from './graph/state.ts'
import { tableOf } from './handles.ts'
import type { KGroupedStream } from './kgrouped-stream.ts'
import type { Present } from './kstream.ts'
import type { KTable } from './ktable.ts'
import { materialize, tableOptions, tableSpec } from './aggregation/materialized.ts'
import type { Materialized } from './options.ts'
import { SessionWindowedCogroupedKStream } from './session-windowed-cogrouped-kstream.ts'
import { SessionWindows } from './windows/session-windows.ts'
import type { SlidingWindows } from './windows/sliding-windows.ts'
import { storedOperator } from './operators/table-operators.ts'
import { TimeWindowedCogroupedKStream } from './time-windowed-cogrouped-kstream.ts'
import { checkWindows, type WindowsOfTime } from './windows/windows-of-time.ts'
import type { TimeWindows } from './windows/time-windows.ts'
import type { UnlimitedWindows } from './windows/unlimited-windows.ts'

/** Folds a value into the aggregate of its key, and returns the new aggregate. Null deletes the key. */
export type Coaggregator<K, V, VOut> = (aggregate: VOut, value: V, key: K) => VOut | null

/**
 * Grouped streams that are aggregated into one table (Java: `CogroupedKStream`, KIP-150). Each stream has an aggregator of its
 * own. The streams' topics must have equally many partitions. The serdes of a grouping serve its repartition topic; the table's
 * serdes are options of `aggregate()`.
 *
 * @example
 * clicks.groupByKey().cogroup((count: number) => count + 1)
 *   .cogroup(views.groupByKey(), (count, view) => count + view.weight)
 *   .aggregate(() => 0, { key: Serdes.string, value: Serdes.double })
 */
export class CogroupedKStream<K, VOut> {
  readonly #cogrouping: Cogrouping

  constructor(cogrouping: Cogrouping) {
    this.#cogrouping = cogrouping
  }

  /**
   * Adds a grouped stream, and returns this cogroup. If several groupings set a new key, they need names: without names their
   * repartition topics would all be called after the store.
   *
   * @example
   * const more = cogrouped.cogroup(payments.groupByKey(), (sum, payment) => sum - payment.amount)
   */
  cogroup<V>(grouped: KGroupedStream<K, V>, aggregator: Coaggregator<K, V, VOut>): this {
    this.#cogrouping.add(grouped[internals], aggregator as AnyAggregator)
    return this
  }

  /**
   * Folds the records of each key into an aggregate, which begins as the initial value. Records without key or value are dropped.
   *
   * The option `value` is the serde of the aggregates. Default: the application's `defaultValueSerde`. Where neither is given, the
   * application is refused (`STREAMS_SERDE_MISSING`).
   *
   * @example
   * const sums = cogrouped.aggregate(() => 0, { key: Serdes.string, value: Serdes.double })
   */
  aggregate(initializer: () => VOut, options?: Materialized<K, Present<VOut>>): KTable<K, Present<VOut>> {
    const { name, materialized } = tableOptions(options, { call: 'aggregate()', stored: 'table' })
    const store = materialize(this.#cogrouping.graph, materialized, cogroupPrefix, {})
    const table = storedOperator(store.name, materializedGetter(store.name))
    const processor = (aggregator: AnyAggregator): OperatorParameters =>
      operator('aggregate', KStreamAggregate, { ...table.settings(), initializer, aggregator })
    return tableOf(
      this.#cogrouping.aggregate({ named: { name }, store, spec: tableSpec(store), key: store.key, table, processor }),
    )
  }

  /**
   * Cuts the streams into windows. Each window is aggregated separately. With `compatibility: 'java'` aggregators are also called
   * with null values, except in sliding windows.
   *
   * @example
   * const perMinute = cogrouped.windowedBy(TimeWindows.of({ sizeMs: 60_000 })).aggregate(() => 0, { value: Serdes.double })
   */
  windowedBy(windows: TimeWindows | SlidingWindows | UnlimitedWindows): TimeWindowedCogroupedKStream<K, VOut>
  windowedBy(windows: SessionWindows): SessionWindowedCogroupedKStream<K, VOut>
  windowedBy(windows: WindowsOfTime | SessionWindows): object {
    checkWindows(windows)
    if (windows instanceof SessionWindows) return new SessionWindowedCogroupedKStream<K, VOut>(this.#cogrouping, windows)
    return new TimeWindowedCogroupedKStream<K, VOut>(this.#cogrouping, windows)
  }
}
