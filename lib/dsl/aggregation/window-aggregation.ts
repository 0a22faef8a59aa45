import type { EmitStrategy } from '../../model/emit-strategy.ts'
import type { Fold } from '../../processor/aggregate/fold.ts'
import { KStreamSessionWindowAggregate } from '../../processor/aggregate/kstream-session-window-aggregate.ts'
import { KStreamSlidingWindowAggregate } from '../../processor/aggregate/kstream-sliding-window-aggregate.ts'
import { KStreamSlicedWindowAggregate } from '../../processor/aggregate/kstream-sliced-window-aggregate.ts'
import { KStreamWindowAggregate } from '../../processor/aggregate/kstream-window-aggregate.ts'
import { operator, type OperatorParameters } from '../../processor/processor-parameters.ts'
import { sessionGetter, windowedGetter } from '../../processor/table/ktable-value-getter.ts'
import { sessionWindowedSerde, timeWindowedSerde } from '../../serde/windowed-serdes.ts'
import type { StoreSpec, WindowStoreSpec } from '../../state/store-spec.ts'
import type { WindowEnd } from '../graph/graph.ts'
import { erased, type AnySerde, type TableOperator } from '../graph/state.ts'
import { storedOperator } from '../operators/table-operators.ts'
import { SessionWindows } from '../windows/session-windows.ts'
import { SlidingWindows } from '../windows/sliding-windows.ts'
import type { WindowsOfTime } from '../windows/windows-of-time.ts'
import { sessionSpec, windowSpec, type MaterializedStore } from './materialized.ts'
import { slicingOf, type Mergeable } from './slicing.ts'

/** All kinds of windows that a grouped stream can be cut into. */
export type AnyWindows = WindowsOfTime | SessionWindows

export type AnyFold = Fold<unknown, unknown, unknown>

/** The parts of an aggregation that depend on the kind of windows. */
export interface WindowAggregation {
  readonly spec: StoreSpec
  /** Key serde of the resulting table. */
  readonly key: AnySerde | undefined
  readonly table: TableOperator
  /** How long after its end a window may still change. For sessions that is the gap and the grace. */
  readonly graceMs: number
  readonly windowEnd: WindowEnd
  /** Makes the processor that aggregates. `method` is the DSL method that the user called, for messages. */
  readonly processor: (method: string, fold: AnyFold) => OperatorParameters
}

/** `mergeable`: how the aggregates of slices are combined, if windows are kept as slices. */
export function windowAggregation(
  store: MaterializedStore,
  windows: AnyWindows,
  emit: EmitStrategy,
  mergeable: Mergeable,
): WindowAggregation {
  const slicing = slicingOf(store, { windows, emit, mergeable })
  if (windows instanceof SessionWindows) return inSessions(store, windows, emit)
  const spec = windowSpec(store, windows, emit)
  return inWindowsOfTime(store, windows, slicing === undefined ? spec : { ...spec, slicing })
}

function inSessions(store: MaterializedStore, windows: SessionWindows, emit: EmitStrategy): WindowAggregation {
  const table = storedOperator(store.name, sessionGetter(store.name) as never)
  return {
    spec: sessionSpec(store, windows, emit),
    key: store.key && erased(sessionWindowedSerde(store.key)),
    table,
    // A record in the gap behind the end of a session extends the session.
    graceMs: windows.graceMs + windows.gapMs,
    windowEnd: 'included',
    processor: (method, fold) => operator(method, KStreamSessionWindowAggregate, { ...table.settings(), fold, windows, emit }),
  }
}

function inWindowsOfTime(
  store: MaterializedStore,
  windows: WindowsOfTime,
  spec: WindowStoreSpec<unknown, unknown>,
): WindowAggregation {
  const table = storedOperator(store.name, windowedGetter(store.name) as never)
  const { emit = 'on-window-update', slicing } = spec
  const aggregate = slicing === undefined ? KStreamWindowAggregate : KStreamSlicedWindowAggregate
  return {
    spec,
    key: store.key && erased(timeWindowedSerde(store.key, spec.windowSizeMs)),
    table,
    graceMs: windows.graceMs,
    windowEnd: windows instanceof SlidingWindows ? 'included' : 'excluded',
    processor: (method, fold) => {
      const options = { ...table.settings(), fold, emit }
      if (!(windows instanceof SlidingWindows)) return operator(method, aggregate, { ...options, windows })
      const suppliedDifferenceMs = spec.supplied?.windowSizeMs
      return operator(method, KStreamSlidingWindowAggregate, { ...options, windows, suppliedDifferenceMs })
    },
  }
}
