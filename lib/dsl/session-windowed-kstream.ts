import type { EmitStrategy } from '../model/emit-strategy.ts'
import type { Windowed } from '../model/windowed.ts'
import type { Fold } from '../processor/aggregate/fold.ts'
import { operator } from '../processor/processor-parameters.ts'
import { KStreamSessionWindowAggregate } from '../processor/aggregate/kstream-session-window-aggregate.ts'
import { sessionGetter } from '../processor/table/ktable-value-getter.ts'
import { longSerde } from '../serde/integer-serdes.ts'
import { sessionWindowedSerde } from '../serde/windowed-serdes.ts'
import type { WindowEnd } from './graph/graph.ts'
import { erased } from './handles.ts'
import type { Present } from './kstream.ts'
import type { KTable } from './ktable.ts'
import { materialize, sessionSpec, tableOptions, type MaterializedStore } from './aggregation/materialized.ts'
import type { Materialized } from './options.ts'
import type { SessionWindows } from './windows/session-windows.ts'
import { addCounts, addOne, zero } from './aggregation/counting.ts'
import { addAggregate, type StreamGrouping } from './aggregation/stream-grouping.ts'
import { storedOperator } from './operators/table-operators.ts'

/**
 * A grouped stream, cut into sessions (Java: `SessionWindowedKStream`). A record that is near to several sessions joins them; those that
 * went into the new one are deleted in the table. Records without key or value are dropped, and what comes after its session has closed.
 * With `compatibility: 'java'` null values are not dropped: a fold sees them.
 */
export class SessionWindowedKStream<K, V> {
  readonly #grouping: StreamGrouping
  readonly #windows: SessionWindows
  readonly #emit: EmitStrategy

  constructor(grouping: StreamGrouping, windows: SessionWindows, emit: EmitStrategy = 'on-window-update') {
    this.#grouping = grouping
    this.#windows = windows
    this.#emit = emit
  }

  /** When results are forwarded (KIP-825). Default `on-window-update`. */
  emitStrategy(emit: EmitStrategy): SessionWindowedKStream<K, V> {
    return new SessionWindowedKStream(this.#grouping, this.#windows, emit)
  }

  /** How many records each session has. */
  count(options?: Materialized<K, number, number, 'session'>): KTable<Windowed<K>, number> {
    const { graph, key } = this.#grouping
    const { name, materialized } = tableOptions(options, { call: 'count()', stored: 'windows' })
    // An index that Java once used for a name: it is drawn still, so that names further on stay.
    if (materialized !== undefined && materialized.name === undefined) graph.newStoreName('KSTREAM-AGGREGATE-')
    const store = materialize(graph, materialized, 'KSTREAM-AGGREGATE-', { key, value: erased(longSerde) })
    const fold = { initializer: zero, aggregator: addOne, merger: addCounts }
    return this.#add('count', 'KSTREAM-AGGREGATE-', store, name, fold)
  }

  /** Combines the values of each session two by two, and the results of sessions that are joined; the first is taken as it is. Null deletes. */
  reduce<VR = Present<V>>(
    reducer: (aggregate: Present<V>, value: V, key: K) => Present<V> | null,
    options?: Materialized<K, Present<V>, VR, 'session'>,
  ): KTable<Windowed<K>, VR> {
    const { name, materialized } = tableOptions(options, { call: 'reduce()', stored: 'windows' })
    const store = materialize(this.#grouping.graph, materialized, 'KSTREAM-REDUCE-', this.#grouping)
    return this.#add('reduce', 'KSTREAM-REDUCE-', store, name, { reducer })
  }

  /**
   * Folds the values of each session, from the initial value on. `merger` joins the aggregates of two sessions; it is first called with the
   * initial value. Null deletes.
   */
  aggregate<VR>(
    initializer: () => VR,
    aggregator: (aggregate: VR, value: V, key: K) => VR | null,
    merger: (left: VR, right: Present<VR>, key: K) => VR,
    options?: Materialized<K, Present<VR>, Present<VR>, 'session'>,
  ): KTable<Windowed<K>, Present<VR>> {
    const { name, materialized } = tableOptions(options, { call: 'aggregate()', stored: 'windows' })
    const store = materialize(this.#grouping.graph, materialized, 'KSTREAM-AGGREGATE-', { key: this.#grouping.key })
    return this.#add('aggregate', 'KSTREAM-AGGREGATE-', store, name, { initializer, aggregator, merger })
  }

  #add<VR>(
    method: string,
    prefix: string,
    store: MaterializedStore,
    name: string | undefined,
    fold: object,
  ): KTable<Windowed<K>, VR> {
    const [windows, emit] = [this.#windows, this.#emit]
    const table = storedOperator(store.name, sessionGetter(store.name) as never)
    const options = { fold: fold as Fold<unknown, unknown, unknown>, windows, emit }
    const processor = () => operator(method, KStreamSessionWindowAggregate, { ...table.settings(), ...options })
    const key = store.key === undefined ? undefined : erased(sessionWindowedSerde(store.key))
    const spec = sessionSpec(store, windows, emit)
    return addAggregate(this.#grouping, {
      prefix,
      named: { name },
      store,
      spec,
      key,
      table,
      processor,
      ...closingOfSessions(windows),
    })
  }
}

/** When sessions close: a record may still come into the gap behind their end. */
export function closingOfSessions({ gapMs, graceMs }: SessionWindows): {
  readonly graceMs: number
  readonly windowEnd: WindowEnd
} {
  return { graceMs: graceMs + gapMs, windowEnd: 'included' }
}
