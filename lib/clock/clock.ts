import type { Signal } from '../model/abort-signal.ts'

/** A timer that has not fired yet. */
export interface Timer {
  /** The timer does not fire any more. */
  cancel(): void
}

/**
 * Time, as a port. All of lib/ tells the time and waits through it, so that tests can run on a clock of their own. Times are ms
 * since the epoch.
 */
export interface Clock {
  /** The time, in ms since the epoch. */
  now(): number
  /** Calls back once, not before `delayMs` have passed. A pending timer keeps the process alive. */
  schedule(delayMs: number, callback: () => void): Timer
  /** Resolves after timers, sockets and other work that is ready have had their turn. A busy loop calls it between its turns. */
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
