import type { EmitStrategy } from '../../model/emit-strategy.ts'
import { longSerde } from '../../serde/integer-serdes.ts'
import { erased, type TableState } from '../graph/state.ts'
import { SlidingWindows } from '../windows/sliding-windows.ts'
import { cogroupPrefix, type AnyAggregator, type Cogrouping } from './cogrouping.ts'
import { addCounts, addOne, zero } from './counting.ts'
import { materialize, tableOptions, type AnyMaterialized, type MaterializedStore } from './materialized.ts'
import { addAggregate, type StreamGrouping } from './stream-grouping.ts'
import { windowAggregation, type AnyFold, type AnyWindows } from './window-aggregation.ts'

/** A grouped stream that is cut into windows of time, or into sessions. */
export interface WindowedGrouping {
  readonly grouping: StreamGrouping
  readonly windows: AnyWindows
  readonly emit: EmitStrategy
}

type Options = AnyMaterialized | undefined

export function countWindows(windowed: WindowedGrouping, options: Options): TableState {
  const { graph, key } = windowed.grouping
  const { name, materialized } = tableOptions(options, { call: 'count()', stored: 'windows' })
  // Java once generated a name here. The counter of generated names still advances, so that later names are the same as in Java.
  const isUnnamed = materialized !== undefined && materialized.name === undefined
  if (isUnnamed && !(windowed.windows instanceof SlidingWindows)) graph.newStoreName('KSTREAM-AGGREGATE-')
  const store = materialize(graph, materialized, 'KSTREAM-AGGREGATE-', { key, value: erased(longSerde) })
  const fold = { initializer: zero, aggregator: addOne, merger: addCounts } as AnyFold
  return addWindowed(windowed, store, { method: 'count', prefix: 'KSTREAM-AGGREGATE-', name, fold })
}

export function reduceWindows(windowed: WindowedGrouping, reducer: object, options: Options): TableState {
  const { grouping } = windowed
  const { name, materialized } = tableOptions(options, { call: 'reduce()', stored: 'windows' })
  const store = materialize(grouping.graph, materialized, 'KSTREAM-REDUCE-', grouping)
  const fold = { reducer } as AnyFold
  return addWindowed(windowed, store, { method: 'reduce', prefix: 'KSTREAM-REDUCE-', name, fold })
}

export function aggregateWindows(windowed: WindowedGrouping, fold: object, options: Options): TableState {
  const { graph, key } = windowed.grouping
  const { name, materialized } = tableOptions(options, { call: 'aggregate()', stored: 'windows' })
  const store = materialize(graph, materialized, 'KSTREAM-AGGREGATE-', { key })
  return addWindowed(windowed, store, { method: 'aggregate', prefix: 'KSTREAM-AGGREGATE-', name, fold: fold as AnyFold })
}

interface Windowed {
  readonly method: string
  readonly prefix: string
  readonly name: string | undefined
  readonly fold: AnyFold
}

function addWindowed(
  { grouping, windows, emit }: WindowedGrouping,
  store: MaterializedStore,
  { method, prefix, name, fold }: Windowed,
): TableState {
  const { processor, ...aggregation } = windowAggregation(store, windows, emit)
  return addAggregate(grouping, { ...aggregation, prefix, named: { name }, store, processor: () => processor(method, fold) })
}

/** Aggregates a cogroup in windows. Each update forwards a result. */
export function aggregateCogroup(cogrouping: Cogrouping, windows: AnyWindows, fold: object, options: Options): TableState {
  const { name, materialized } = tableOptions(options, { call: 'aggregate()', stored: 'windows' })
  const store = materialize(cogrouping.graph, materialized, cogroupPrefix, {})
  const { processor, ...aggregation } = windowAggregation(store, windows, 'on-window-update')
  return cogrouping.aggregate({
    ...aggregation,
    named: { name },
    store,
    processor: (aggregator: AnyAggregator) => processor('aggregate', { ...fold, aggregator } as AnyFold),
  })
}
