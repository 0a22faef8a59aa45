/** A timer that has not fired yet. */
export interface Timer {
  cancel(): void
}

/**
 * Time, as a port: nothing else in lib/ may ask the machine for it. Wall clock in ms since the epoch.
 */
export interface Clock {
  now(): number
  /** Calls back once, not before `delayMs` have passed. A pending timer keeps the process alive. */
  schedule(delayMs: number, callback: () => void): Timer
}

/** Resolves after `delayMs` of the clock's time, or at once when the signal is aborted. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
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
