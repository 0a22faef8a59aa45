import type { EmitStrategy } from '../../model/emit-strategy.ts'
import type { Fold } from '../../processor/aggregate/fold.ts'
import { KStreamSessionWindowAggregate } from '../../processor/aggregate/kstream-session-window-aggregate.ts'
import { KStreamSlidingWindowAggregate } from '../../processor/aggregate/kstream-sliding-window-aggregate.ts'
import { KStreamWindowAggregate } from '../../processor/aggregate/kstream-window-aggregate.ts'
import { operator, type OperatorParameters } from '../../processor/processor-parameters.ts'
import { sessionGetter, windowedGetter } from '../../processor/table/ktable-value-getter.ts'
import { sessionWindowedSerde, timeWindowedSerde } from '../../serde/windowed-serdes.ts'
import type { StoreSpec } from '../../state/store-spec.ts'
import type { WindowEnd } from '../graph/graph.ts'
import { erased, type AnySerde, type TableOperator } from '../graph/state.ts'
import { storedOperator } from '../operators/table-operators.ts'
import { SessionWindows } from '../windows/session-windows.ts'
import { SlidingWindows } from '../windows/sliding-windows.ts'
import type { WindowsOfTime } from '../windows/windows-of-time.ts'
import { sessionSpec, windowSpec, type MaterializedStore } from './materialized.ts'

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

export function windowAggregation(store: MaterializedStore, windows: AnyWindows, emit: EmitStrategy): WindowAggregation {
  return windows instanceof SessionWindows ? inSessions(store, windows, emit) : inWindowsOfTime(store, windows, emit)
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

function inWindowsOfTime(store: MaterializedStore, windows: WindowsOfTime, emit: EmitStrategy): WindowAggregation {
  const table = storedOperator(store.name, windowedGetter(store.name) as never)
  const spec = windowSpec(store, windows, emit)
  return {
    spec,
    key: store.key && erased(timeWindowedSerde(store.key, spec.windowSizeMs)),
    table,
    graceMs: windows.graceMs,
    windowEnd: windows instanceof SlidingWindows ? 'included' : 'excluded',
    processor: (method, fold) => {
      const options = { ...table.settings(), fold, emit }
      if (!(windows instanceof SlidingWindows)) return operator(method, KStreamWindowAggregate, { ...options, windows })
      const suppliedDifferenceMs = spec.supplied?.windowSizeMs
      return operator(method, KStreamSlidingWindowAggregate, { ...options, windows, suppliedDifferenceMs })
    },
  }
}
