import { EmitThrottle } from '../aggregate/emit-throttle.ts'
import { internal } from '../internal-processor-context.ts'
import type { ProcessorContext } from '../processor.ts'

/** The times that both sides of a join share in one task (Java: `KStreamImplJoin.TimeTracker`). They are in memory only. */
export interface JoinClock {
  /** The largest timestamp of both sides; −1 before the first record. */
  streamTimeMs: number
  /** No record that waits for a partner is older than this. */
  oldestWaitingMs: number
  /** Limits how often the join looks for records whose wait is over. */
  readonly throttle: EmitThrottle
}

/** Returns the clock of a join in this task. `join` is the name that the nodes of the join share. */
export function joinClock<K, V>(context: ProcessorContext<K, V>, join: string): JoinClock {
  const { compatibility, emitIntervalMs } = internal(context)
  // Restored records may have any age, so `safe` looks for them at once. Java assumes that none waits, and finds them later.
  const oldestWaitingMs = compatibility === 'java' ? Infinity : -Infinity
  const makeClock = (): JoinClock => ({ streamTimeMs: -1, oldestWaitingMs, throttle: new EmitThrottle(emitIntervalMs) })
  return internal(context).shared(join, makeClock)
}
