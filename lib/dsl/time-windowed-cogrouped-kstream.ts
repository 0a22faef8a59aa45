import type { Windowed } from '../model/windowed.ts'
import type { OperatorParameters } from '../processor/processor-parameters.ts'
import { windowedGetter } from '../processor/table/ktable-value-getter.ts'
import { timeWindowedSerde } from '../serde/windowed-serdes.ts'
import { cogroupPrefix, type AnyAggregator, type Cogrouping } from './aggregation/cogrouping.ts'
import { erased } from './handles.ts'
import type { Present } from './kstream.ts'
import type { KTable } from './ktable.ts'
import { materialize, tableOptions, windowSpec } from './aggregation/materialized.ts'
import type { Materialized } from './options.ts'
import { storedOperator } from './operators/table-operators.ts'
import { closingOf, windowAggregate, type WindowsOfTime } from './time-windowed-kstream.ts'

const emit = 'on-window-update'

/** Grouped streams that are aggregated together, per window of time (Java: `TimeWindowedCogroupedKStream`). Results come with each update. */
export class TimeWindowedCogroupedKStream<K, VOut> {
  readonly #cogrouping: Cogrouping
  readonly #windows: WindowsOfTime

  constructor(cogrouping: Cogrouping, windows: WindowsOfTime) {
    this.#cogrouping = cogrouping
    this.#windows = windows
  }

  /** One aggregate for each key and window, from the initial value on. Records without key are dropped, and late ones. */
  aggregate(
    initializer: () => VOut,
    options?: Materialized<K, Present<VOut>, Present<VOut>, 'window'>,
  ): KTable<Windowed<K>, Present<VOut>> {
    const { name, materialized } = tableOptions(options, { call: 'aggregate()', stored: 'windows' })
    const windows = this.#windows
    const store = materialize(this.#cogrouping.graph, materialized, cogroupPrefix, {})
    const table = storedOperator(store.name, windowedGetter(store.name) as never)
    const spec = windowSpec(store, windows, emit)
    const key = store.key === undefined ? undefined : erased(timeWindowedSerde(store.key, spec.windowSizeMs))
    const processor = (aggregator: AnyAggregator): OperatorParameters =>
      windowAggregate('aggregate', windows, spec, { ...table.settings(), fold: { initializer, aggregator }, emit })
    return this.#cogrouping.aggregate({ named: { name }, store, spec, key, table, processor, ...closingOf(windows) })
  }
}
