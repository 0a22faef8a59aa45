import { EmitThrottle } from '../aggregate/emit-throttle.ts'
import { internal } from '../internal-processor-context.ts'
import type { ProcessorContext } from '../processor.ts'

/** What both sides of a join know of time, in one task (Java: `KStreamImplJoin.TimeTracker`). It lives in memory only. */
export interface JoinClock {
  /** Largest timestamp of both sides; −1 before the first record. */
  streamTimeMs: number
  /** No record that waits for a partner is older. */
  oldestWaitingMs: number
  /** Of looking for records that wait no longer. */
  readonly throttle: EmitThrottle
}

/** The clock of the join in this task. `join` is a name that its nodes share. */
export function joinClock<K, V>(context: ProcessorContext<K, V>, join: string): JoinClock {
  const { compatibility, emitIntervalMs } = internal(context)
  // What was restored may be of any age. Java takes it for younger than all that comes, and finds it late, or by an overflow.
  const oldestWaitingMs = compatibility === 'java' ? Infinity : -Infinity
  const makeClock = (): JoinClock => ({ streamTimeMs: -1, oldestWaitingMs, throttle: new EmitThrottle(emitIntervalMs) })
  return internal(context).shared(join, makeClock)
}
