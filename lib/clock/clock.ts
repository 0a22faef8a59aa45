import type { Signal } from '../model/abort-signal.ts'

/** A timer that has not fired yet. */
export interface Timer {
  /** The timer does not fire any more. */
  cancel(): void
}

/**
 * Time, as a port. All of lib/ tells the time and waits through it, so that tests can run on a clock of their own.
 *
 * There are two times. Wall-clock time (`now`) says what a record or a file carries: it is shared with other machines, and may be set
 * back or forward at any moment. Monotonic time says how long something took or takes. A difference of two wall-clock times is
 * no duration.
 */
export interface Clock {
  /** The time, in ms since the epoch. */
  now(): number
  /**
   * The ms since some moment in the past, with fractions. Setting the wall clock does not change it. Only the difference of two of
   * these times, of the same clock, means anything.
   */
  monotonic(): number
  /**
   * Calls back once, not before `delayMs` of monotonic time have passed. Any delay holds, Infinity included; one that is negative
   * is over already. A pending timer keeps the process alive.
   */
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
