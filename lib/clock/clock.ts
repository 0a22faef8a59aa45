import type { Signal } from '../model/abort-signal.ts'

/** A timer that has not fired yet. */
export interface Timer {
  /** The timer does not fire any more. */
  cancel(): void
}

/**
 * Time, as a port: nothing else in lib/ may ask the machine for it, or wait for it. Times are ms since the epoch.
 */
export interface Clock {
  /** The time, in ms since the epoch. */
  now(): number
  /** Calls back once, not before `delayMs` have passed. A pending timer keeps the process alive. */
  schedule(delayMs: number, callback: () => void): Timer
  /** Resolves when timers, sockets and other work that is ready have had their turn: a loop that is busy calls it between turns. */
  yield(): Promise<void>
}

/** Resolves after `delayMs` of the clock's time, or at once when the signal is aborted. */
export function sleep(clock: Clock, delayMs: number, signal?: Signal): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      timer.cancel()
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = clock.schedule(delayMs, done)
    signal?.addEventListener('abort', done, { once: true })
  })
}
