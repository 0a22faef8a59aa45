import type { EmitStrategy } from '../model/emit-strategy.ts'
import type { Windowed } from '../model/windowed.ts'
import { TopologyError } from '../model/errors.ts'
import type { Fold } from '../processor/aggregate/fold.ts'
import { operator, type OperatorParameters } from '../processor/processor-parameters.ts'
import { KStreamSlidingWindowAggregate } from '../processor/aggregate/kstream-sliding-window-aggregate.ts'
import { KStreamWindowAggregate, type KStreamWindowAggregateOptions } from '../processor/aggregate/kstream-window-aggregate.ts'
import { windowedGetter } from '../processor/table/ktable-value-getter.ts'
import { longSerde } from '../serde/integer-serdes.ts'
import { timeWindowedSerde } from '../serde/windowed-serdes.ts'
import type { WindowEnd } from './graph/graph.ts'
import type { WindowStoreSpec } from '../state/store-spec.ts'
import { erased } from './handles.ts'
import type { Present } from './kstream.ts'
import type { KTable } from './ktable.ts'
import { materialize, tableOptions, windowSpec, type MaterializedStore } from './aggregation/materialized.ts'
import type { Materialized } from './options.ts'
import { addOne, zero } from './aggregation/counting.ts'
import { addAggregate, type StreamGrouping } from './aggregation/stream-grouping.ts'
import { storedOperator } from './operators/table-operators.ts'
import { SlidingWindows } from './windows/sliding-windows.ts'
import type { TimeWindows } from './windows/time-windows.ts'
import { UnlimitedWindows } from './windows/unlimited-windows.ts'

/** What a grouped stream can be cut into, sessions aside. */
export type WindowsOfTime = TimeWindows | SlidingWindows | UnlimitedWindows

/** Unlimited windows never close, so that there is nothing to emit then. */
export type UnlimitedWindowedKStream<K, V> = Omit<TimeWindowedKStream<K, V>, 'emitStrategy'>

/**
 * A grouped stream, cut into windows of time (Java: `TimeWindowedKStream`). Records without key or value are dropped, and
 * what comes after its window has closed. With `compatibility: 'java'` null values are dropped in sliding windows only: a fold sees them.
 */
export class TimeWindowedKStream<K, V> {
  readonly #grouping: StreamGrouping
  readonly #windows: WindowsOfTime
  readonly #emit: EmitStrategy

  constructor(grouping: StreamGrouping, windows: WindowsOfTime, emit: EmitStrategy = 'on-window-update') {
    this.#grouping = grouping
    this.#windows = windows
    this.#emit = emit
  }

  /**
   * When results are forwarded (KIP-825). Default `on-window-update`. Throws a `TopologyError` (`STREAMS_EMIT_STRATEGY`) for unlimited
   * windows on close: they never do.
   */
  emitStrategy(emit: EmitStrategy): TimeWindowedKStream<K, V> {
    if (emit === 'on-window-close' && this.#windows instanceof UnlimitedWindows)
      throw new TopologyError('STREAMS_EMIT_STRATEGY', 'Unlimited windows never close: emit on update, or give them a size.')
    return new TimeWindowedKStream(this.#grouping, this.#windows, emit)
  }

  /** How many records each key has had in each window. */
  count(options?: Materialized<K, number, number, 'window'>): KTable<Windowed<K>, number> {
    const { graph, key } = this.#grouping
    const { name, materialized } = tableOptions(options, { call: 'count()', stored: 'windows' })
    // An index that Java once used for a name: it is drawn still, so that names further on stay.
    const isUnnamed = materialized !== undefined && materialized.name === undefined
    if (isUnnamed && !(this.#windows instanceof SlidingWindows)) graph.newStoreName('KSTREAM-AGGREGATE-')
    const store = materialize(graph, materialized, 'KSTREAM-AGGREGATE-', { key, value: erased(longSerde) })
    return this.#add('count', 'KSTREAM-AGGREGATE-', store, name, { initializer: zero, aggregator: addOne })
  }

  /** Combines the values of each window two by two; the first is taken as it is. Null deletes. */
  reduce<VR = Present<V>>(
    reducer: (aggregate: Present<V>, value: V, key: K) => Present<V> | null,
    options?: Materialized<K, Present<V>, VR, 'window'>,
  ): KTable<Windowed<K>, VR> {
    const { name, materialized } = tableOptions(options, { call: 'reduce()', stored: 'windows' })
    const store = materialize(this.#grouping.graph, materialized, 'KSTREAM-REDUCE-', this.#grouping)
    return this.#add('reduce', 'KSTREAM-REDUCE-', store, name, { reducer })
  }

  /** Folds the values of each window, from the initial value on. Null deletes. */
  aggregate<VR>(
    initializer: () => VR,
    aggregator: (aggregate: VR, value: V, key: K) => VR | null,
    options?: Materialized<K, Present<VR>, Present<VR>, 'window'>,
  ): KTable<Windowed<K>, Present<VR>> {
    const { name, materialized } = tableOptions(options, { call: 'aggregate()', stored: 'windows' })
    const store = materialize(this.#grouping.graph, materialized, 'KSTREAM-AGGREGATE-', { key: this.#grouping.key })
    return this.#add('aggregate', 'KSTREAM-AGGREGATE-', store, name, { initializer, aggregator })
  }

  #add<VR>(
    method: string,
    prefix: string,
    store: MaterializedStore,
    name: string | undefined,
    fold: object,
  ): KTable<Windowed<K>, VR> {
    const table = storedOperator(store.name, windowedGetter(store.name) as never)
    const spec = windowSpec(store, this.#windows, this.#emit)
    const options = { fold: fold as Fold<unknown, unknown, unknown>, emit: this.#emit }
    const processor = () => windowAggregate(method, this.#windows, spec, { ...table.settings(), ...options })
    const key = store.key === undefined ? undefined : erased(timeWindowedSerde(store.key, spec.windowSizeMs))
    const closing = closingOf(this.#windows)
    return addAggregate(this.#grouping, { prefix, named: { name }, store, spec, key, table, processor, ...closing })
  }
}

/** When such windows close. */
export function closingOf(windows: WindowsOfTime): { readonly graceMs: number; readonly windowEnd: WindowEnd } {
  return { graceMs: windows.graceMs, windowEnd: windows instanceof SlidingWindows ? 'included' : 'excluded' }
}

/** The processor that aggregates in such windows. */
export function windowAggregate(
  method: string,
  windows: WindowsOfTime,
  { supplied }: WindowStoreSpec<unknown, unknown>,
  options: Omit<KStreamWindowAggregateOptions<unknown, unknown, unknown>, 'windows'>,
): OperatorParameters {
  if (windows instanceof SlidingWindows)
    return operator(method, KStreamSlidingWindowAggregate, { ...options, windows, suppliedDifferenceMs: supplied?.windowSizeMs })
  return operator(method, KStreamWindowAggregate, { ...options, windows })
}
