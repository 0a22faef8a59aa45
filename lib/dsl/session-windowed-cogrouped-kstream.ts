import type { Windowed } from '../model/windowed.ts'
import { operator, type OperatorParameters } from '../processor/processor-parameters.ts'
import { KStreamSessionWindowAggregate } from '../processor/aggregate/kstream-session-window-aggregate.ts'
import { sessionGetter } from '../processor/table/ktable-value-getter.ts'
import { sessionWindowedSerde } from '../serde/windowed-serdes.ts'
import { cogroupPrefix, type AnyAggregator, type Cogrouping } from './aggregation/cogrouping.ts'
import { erased } from './handles.ts'
import type { Present } from './kstream.ts'
import type { KTable } from './ktable.ts'
import { materialize, sessionSpec, tableOptions } from './aggregation/materialized.ts'
import type { Materialized } from './options.ts'
import { closingOfSessions } from './session-windowed-kstream.ts'
import type { SessionWindows } from './windows/session-windows.ts'
import { storedOperator } from './operators/table-operators.ts'

const emit = 'on-window-update'

/** Grouped streams that are aggregated together, per session (Java: `SessionWindowedCogroupedKStream`). Results come with each update. */
export class SessionWindowedCogroupedKStream<K, VOut> {
  readonly #cogrouping: Cogrouping
  readonly #windows: SessionWindows

  constructor(cogrouping: Cogrouping, windows: SessionWindows) {
    this.#cogrouping = cogrouping
    this.#windows = windows
  }

  /**
   * One aggregate for each key and session, from the initial value on. `merger` joins the aggregates of two sessions; it is first called
   * with the initial value. Records without key are dropped, and late ones.
   */
  aggregate(
    initializer: () => VOut,
    merger: (left: VOut, right: Present<VOut>, key: K) => VOut,
    options?: Materialized<K, Present<VOut>, Present<VOut>, 'session'>,
  ): KTable<Windowed<K>, Present<VOut>> {
    const { name, materialized } = tableOptions(options, { call: 'aggregate()', stored: 'windows' })
    const windows = this.#windows
    const store = materialize(this.#cogrouping.graph, materialized, cogroupPrefix, {})
    const table = storedOperator(store.name, sessionGetter(store.name) as never)
    const processor = (aggregator: AnyAggregator): OperatorParameters => {
      const fold = { initializer, aggregator, merger: merger as (left: unknown, right: unknown, key: unknown) => unknown }
      return operator('aggregate', KStreamSessionWindowAggregate, { ...table.settings(), fold, windows, emit })
    }
    const spec = sessionSpec(store, windows, emit)
    const key = store.key === undefined ? undefined : erased(sessionWindowedSerde(store.key))
    return this.#cogrouping.aggregate({ named: { name }, store, spec, key, table, processor, ...closingOfSessions(windows) })
  }
}
