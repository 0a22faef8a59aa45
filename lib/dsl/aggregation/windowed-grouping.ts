import type { EmitStrategy } from '../../model/emit-strategy.ts'
import { longSerde } from '../../serde/integer-serdes.ts'
import { erased, type TableState } from '../graph/state.ts'
import { SlidingWindows } from '../windows/sliding-windows.ts'
import { cogroupPrefix, type AnyAggregator, type Cogrouping } from './cogrouping.ts'
import { addCounts, addOne, zero } from './counting.ts'
import { materialize, tableOptions, type AnyMaterialized, type MaterializedStore } from './materialized.ts'
import { addAggregate, type StreamGrouping } from './stream-grouping.ts'
import * as optionNames from '../option-names.ts'
import type { AnyMerger, Mergeable } from './slicing.ts'
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
  const mergeable = { merger: addCounts as AnyMerger }
  return addWindowed(windowed, store, { method: 'count', prefix: 'KSTREAM-AGGREGATE-', name, fold, mergeable })
}

export function reduceWindows(windowed: WindowedGrouping, reducer: object, options: Options): TableState {
  const { grouping } = windowed
  const known = { ...optionNames.materialized, ...optionNames.reducedSlices }
  const { name, materialized } = tableOptions(options, { call: 'reduce()', stored: 'windows', known })
  const store = materialize(grouping.graph, materialized, 'KSTREAM-REDUCE-', grouping)
  const fold = { reducer } as AnyFold
  const isAssociative = options !== undefined && 'associative' in options && options.associative === true
  const mergeable = isAssociative ? { merger: reducer as AnyMerger } : { needs: needsAssociative }
  return addWindowed(windowed, store, { method: 'reduce', prefix: 'KSTREAM-REDUCE-', name, fold, mergeable })
}

export function aggregateWindows(windowed: WindowedGrouping, fold: object, options: Options): TableState {
  const { graph, key } = windowed.grouping
  const known = { ...optionNames.materialized, ...optionNames.aggregatedSlices }
  const { name, materialized } = tableOptions(options, { call: 'aggregate()', stored: 'windows', known })
  const store = materialize(graph, materialized, 'KSTREAM-AGGREGATE-', { key })
  const merger = options !== undefined && 'merger' in options ? options.merger : undefined
  const mergeable = typeof merger === 'function' ? { merger: merger as AnyMerger } : { needs: needsMerger }
  return addWindowed(windowed, store, {
    method: 'aggregate',
    prefix: 'KSTREAM-AGGREGATE-',
    name,
    fold: fold as AnyFold,
    mergeable,
  })
}

const needsAssociative = 'their reducer must be associative and commutative. Say so with associative: true, or leave slices out.'
const needsMerger = 'nothing says how the aggregates of two slices become one. Give aggregate() a merger, or leave slices out.'

interface Windowed {
  readonly method: string
  readonly prefix: string
  readonly name: string | undefined
  readonly fold: AnyFold
  readonly mergeable: Mergeable
}

function addWindowed(
  { grouping, windows, emit }: WindowedGrouping,
  store: MaterializedStore,
  { method, prefix, name, fold, mergeable }: Windowed,
): TableState {
  const { processor, ...aggregation } = windowAggregation(store, windows, emit, mergeable)
  return addAggregate(grouping, { ...aggregation, prefix, named: { name }, store, processor: () => processor(method, fold) })
}

const needsOneStream = 'a cogroup aggregates several streams. Leave slices out, or merge the streams before they are grouped.'

/** Aggregates a cogroup in windows. Each update forwards a result. */
export function aggregateCogroup(cogrouping: Cogrouping, windows: AnyWindows, fold: object, options: Options): TableState {
  const { name, materialized } = tableOptions(options, { call: 'aggregate()', stored: 'windows' })
  const store = materialize(cogrouping.graph, materialized, cogroupPrefix, {})
  const { processor, ...aggregation } = windowAggregation(store, windows, 'on-window-update', { needs: needsOneStream })
  return cogrouping.aggregate({
    ...aggregation,
    named: { name },
    store,
    processor: (aggregator: AnyAggregator) => processor('aggregate', { ...fold, aggregator } as AnyFold),
  })
}
