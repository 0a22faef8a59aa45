import type { EmitStrategy } from '../../model/emit-strategy.ts'
import { TopologyError } from '../../model/errors.ts'
import { slicedResult } from '../../processor/aggregate/sliced-result.ts'
import type { WindowSlicing } from '../../state/store-spec.ts'
import { SessionWindows } from '../windows/session-windows.ts'
import { TimeWindows } from '../windows/time-windows.ts'
import type { WindowsOfTime } from '../windows/windows-of-time.ts'
import type { MaterializedStore } from './materialized.ts'

export type AnyMerger = (left: unknown, right: unknown, key: unknown) => unknown

/** What an aggregation says of how slices are combined: a merger, or what the user has to give for one. */
export type Mergeable = { readonly merger: AnyMerger } | { readonly needs: string }

/** A windowed aggregation whose windows may be kept as slices. */
export interface SlicedAggregation {
  readonly windows: WindowsOfTime | SessionWindows
  readonly emit: EmitStrategy
  readonly mergeable: Mergeable
}

/**
 * How the windows of a store are kept as slices; undefined: they are not. Throws a `TopologyError` (`STREAMS_SLICES`) where that is asked for, and
 * cannot be.
 */
export function slicingOf(store: MaterializedStore, { windows, emit, mergeable }: SlicedAggregation): WindowSlicing | undefined {
  if (store.options.slices !== true) return undefined
  if (!(windows instanceof TimeWindows))
    throw refused(
      store,
      `they are ${kindOf(windows)}. Leave slices out, or use TimeWindows with an advanceMs below their sizeMs.`,
    )
  if (windows.advanceMs === windows.sizeMs)
    throw refused(store, 'they do not overlap. Leave slices out: a window is one row already.')
  if (store.options.caching === 'disabled' && emit === 'on-window-update')
    throw refused(store, 'each update would combine all windows of its record. Leave caching enabled, or emit on close.')
  if ('needs' in mergeable) throw refused(store, mergeable.needs)
  return { advanceMs: windows.advanceMs, merger: checked(mergeable.merger, `the store ${store.name}`) }
}

function checked(merger: AnyMerger, owner: string): AnyMerger {
  return (left, right, key) => slicedResult(merger(left, right, key), 'merger', owner)
}

function kindOf(windows: WindowsOfTime | SessionWindows): string {
  if (windows instanceof SessionWindows) return 'sessions'
  return 'differenceMs' in windows ? 'sliding windows' : 'unlimited windows'
}

function refused({ name: store }: MaterializedStore, reason: string): TopologyError {
  return new TopologyError('STREAMS_SLICES', `The windows of the store ${store} cannot be kept as slices: ${reason}`, {
    facts: { store },
  })
}
