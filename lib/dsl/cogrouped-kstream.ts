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
import type { WindowsOfTime } from './windows/windows-of-time.ts'
import type { TimeWindows } from './windows/time-windows.ts'
import type { UnlimitedWindows } from './windows/unlimited-windows.ts'

/** Folds a value into the aggregate of its key. Null deletes. */
export type Coaggregator<K, V, VOut> = (aggregate: VOut, value: V, key: K) => VOut | null

/**
 * Grouped streams that are aggregated together (Java: `CogroupedKStream`, KIP-150): as if each were aggregated by itself, all into
 * one table. Their topics must have equally many partitions. Serdes of the groupings are for their repartition topics; those of the
 * table are given where it is materialized.
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
   * Adds a grouped stream to this cogroup, and returns it. Two that are grouped by another key need names, for their topics.
   *
   * @example
   * const more = cogrouped.cogroup(payments.groupByKey(), (sum, payment) => sum - payment.amount)
   */
  cogroup<V>(grouped: KGroupedStream<K, V>, aggregator: Coaggregator<K, V, VOut>): this {
    this.#cogrouping.add(grouped[internals], aggregator as AnyAggregator)
    return this
  }

  /**
   * One aggregate for each key, from the initial value on. Records without key or value are dropped.
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
   * Aggregates per window instead of for ever. With `compatibility: 'java'` an aggregator sees null values, but in sliding windows.
   *
   * @example
   * const perMinute = cogrouped.windowedBy(TimeWindows.of({ sizeMs: 60_000 })).aggregate(() => 0, { value: Serdes.double })
   */
  windowedBy(windows: TimeWindows | SlidingWindows | UnlimitedWindows): TimeWindowedCogroupedKStream<K, VOut>
  windowedBy(windows: SessionWindows): SessionWindowedCogroupedKStream<K, VOut>
  windowedBy(windows: WindowsOfTime | SessionWindows): object {
    if (windows instanceof SessionWindows) return new SessionWindowedCogroupedKStream<K, VOut>(this.#cogrouping, windows)
    return new TimeWindowedCogroupedKStream<K, VOut>(this.#cogrouping, windows)
  }
}
