import type { Clock } from '../clock/clock.ts'
import { sleep } from '../clock/clock.ts'
import { TransportError } from '../model/errors.ts'

export interface Patience {
  readonly clock: Clock
  readonly retryBackoffMs: number
  /** How long errors are endured. Java: `task.timeout.ms`. */
  readonly taskTimeoutMs: number
}

/**
 * Repeats an attempt that fails with an error that may pass. Rejects with the error that lasts for `taskTimeoutMs`, with any other error
 * at once, and with the last error when the signal is aborted.
 */
export async function patiently<T>(
  attempt: () => Promise<T>,
  { clock, retryBackoffMs, taskTimeoutMs }: Patience,
  signal?: AbortSignal,
): Promise<T> {
  const startMs = clock.monotonic()
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      const passes = error instanceof TransportError && error.kind === 'retriable'
      if (!passes || signal?.aborted === true || clock.monotonic() - startMs >= taskTimeoutMs) throw error
      await sleep(clock, retryBackoffMs, signal)
    }
  }
}
