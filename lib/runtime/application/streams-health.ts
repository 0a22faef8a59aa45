import type { Standstill } from '../loop/standstill.ts'
import type { StreamsState } from '../streams-config.ts'

/** Options of `health`. */
export interface HealthOptions {
  /** An application that has work is not ready if it has done none for so long, in ms. Default 4000. */
  readonly standstillMs?: number | undefined
}

/** Whether an application does its work. */
export interface StreamsHealth {
  /** The state of the application, as `streams.state` has it. */
  readonly state: StreamsState
  /** False once the application has ended, or is about to: only a new process helps. */
  readonly isLive: boolean
  /** True if its tasks run, and whatever there is to process is processed. An application that has nothing to do is ready. */
  readonly isReady: boolean
  /** Why it is not ready, as sentences. */
  readonly reasons: readonly string[]
  /** What does not move, although it should. */
  readonly standstills: readonly Standstill[]
}

interface Seen {
  readonly state: StreamsState
  readonly isPaused: boolean
  readonly standstills: readonly Standstill[]
}

const live: ReadonlySet<StreamsState> = new Set(['created', 'rebalancing', 'running'])

export function healthOf({ state, isPaused, standstills }: Seen): StreamsHealth {
  const reasons = [
    ...(state === 'running' ? [] : [`The application is ${state}.`]),
    ...(isPaused ? ['The application is paused.'] : []),
    ...standstills.map(({ message }) => message),
  ]
  return { state, isLive: live.has(state), isReady: reasons.length === 0, reasons, standstills }
}
