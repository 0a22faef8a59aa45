import type { Station, Trace } from '../../../contracts/feed.ts'
import type { KeptTrace } from '../store/traces.ts'

/** Left to right; the page itself is after the last one. */
export const stations = ['sql', 'raw', 'ingestion', 'enriched', 'document'] as const satisfies readonly Station[]

/** A second of the pipeline takes twenty on the screen. */
export const slowness = 20
/** How long a dot rests where its recorded way ends. */
const restMs = 300

/** Between two stations, by their indices: 0 is at the first, 1 at the second. */
export interface Spot {
  readonly from: number
  readonly to: number
  readonly fraction: number
}

/**
 * Where the dot of a trace is, `elapsedMs` after the page first heard of it: a replay of recorded hops, twenty times slower. Between two
 * stations only if both ends are known; null once its way has ended.
 */
export function spotOf({ hops }: Pick<Trace, 'hops'>, elapsedMs: number): Spot | null {
  const [first] = hops
  if (first === undefined || elapsedMs < 0) return null
  const seen = first.seen + elapsedMs / slowness
  const next = hops.findIndex((hop) => hop.seen > seen)
  const before = hops[next === -1 ? hops.length - 1 : next - 1]!
  const at = stations.indexOf(before.station)
  if (next === -1) return seen - before.seen < restMs / slowness ? { from: at, to: at, fraction: 0 } : null
  const after = hops[next]!
  return { from: at, to: stations.indexOf(after.station), fraction: (seen - before.seen) / (after.seen - before.seen) }
}

/** Traces that have a dot now. Dots of one's own and of the selected record are never thinned out. */
export function moving(traces: Iterable<KeptTrace>, now: number, isDense: boolean): { trace: Trace; spot: Spot }[] {
  const dots: { trace: Trace; spot: Spot }[] = []
  for (const { trace, arrivedAt } of traces) {
    if (isDense && trace.why === 'sampled') continue
    const spot = spotOf(trace, now - arrivedAt)
    if (spot !== null) dots.push({ trace, spot })
  }
  return dots
}

/** Records a second, above which single dots say nothing any more. */
export const denseAbove = 40

/** Length of the block of a backlog, 0 to 1: logarithmic, full at a million. */
export function backlogLength(backlog: number): number {
  return Math.min(1, Math.log10(1 + backlog) / 6)
}
