import type { Signal } from '../model/abort-signal.ts'
import { sleep, type Clock } from './clock.ts'

export interface WithinOptions {
  readonly clock: Clock
  readonly limitMs: number
  /** The error after the limit. */
  readonly late: () => Error
  /** Once it is aborted, nobody waits any more: the timer ends, and the promise may never settle. Default: somebody always waits. */
  readonly signal?: Signal
}

/** Settles as `work` does, or rejects when it has not settled within the limit. What `work` does after that is ignored. */
export async function within<T>(work: Promise<T>, { clock, limitMs, late, signal }: WithinOptions): Promise<T> {
  const limit = Promise.withResolvers<never>()
  const timer = clock.schedule(limitMs, () => limit.reject(late()))
  const cancel = (): void => timer.cancel()
  signal?.addEventListener('abort', cancel, { once: true })
  try {
    return await Promise.race([work, limit.promise])
  } finally {
    cancel()
    signal?.removeEventListener('abort', cancel)
  }
}

/** Waits for `work`, but not longer than the limit. Resolves to whether it has ended by then, and rejects if it has failed by then. */
export async function endsWithin(work: Promise<unknown>, limitMs: number, clock: Clock): Promise<boolean> {
  const ended = new AbortController()
  const timeUp = limitMs === Infinity ? [] : [sleep(clock, limitMs, ended.signal).then(() => false)]
  try {
    return await Promise.race([work.then(() => true), ...timeUp])
  } finally {
    ended.abort()
  }
}

/**
 * Settles as `work` does, or resolves to undefined if the signal is aborted first. A signal may outlive any number of works: a work that
 * has settled leaves nothing at it. What `then` leaves at a promise stays there until that promise settles.
 */
export function unlessAborted<T>(work: Promise<T>, signal: Signal): Promise<T | undefined> {
  if (signal.aborted) return Promise.race([work, Promise.resolve(undefined)])
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(undefined)
    const settled = (): void => signal.removeEventListener('abort', stop)
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(settled)
  })
}
