import type { Chance } from '../../../clock/chance.ts'
import { sleep } from '../../../clock/clock.ts'
import type { Clock } from '../../../clock/clock.ts'
import type { TransportError } from '../../../model/errors.ts'
import { isRetriable } from './kafka-errors.ts'

const backoffMs = 50
const backoffMaxMs = 1000

/**
 * All brokers know a new topic after a moment. A topic that is unknown for longer than this does not exist, and the caller gets the
 * error.
 */
const unknownTopicMs = 3000

export interface RetryOptions {
  readonly clock: Clock
  readonly chance: Chance
  /** The time from the first attempt after which no other begins. */
  readonly withinMs: number
  /** An aborted signal ends the attempts. */
  readonly signal: AbortSignal
}

/**
 * Repeats an attempt that fails with a `retriable` error, after growing pauses (as Kafka's `retry.backoff.ms`). Rejects with the
 * last error.
 */
export async function retry<T>({ clock, chance, withinMs, signal }: RetryOptions, attempt: () => Promise<T>): Promise<T> {
  const start = clock.monotonic()
  for (let failures = 0; ; failures++) {
    try {
      return await attempt()
    } catch (error) {
      const pauseMs = pauseAfter(failures, chance, error)
      if (!isRetriable(error) || signal.aborted || clock.monotonic() + pauseMs - start >= limitMs(error, withinMs)) throw error
      await sleep(clock, pauseMs, signal)
    }
  }
}

function limitMs({ code }: TransportError, withinMs: number): number {
  return code === 'TRANSPORT_UNKNOWN_TOPIC_OR_PARTITION' ? Math.min(withinMs, unknownTopicMs) : withinMs
}

/**
 * The pause before the next attempt. A transaction before this one is ended within milliseconds (Java:
 * `ADD_PARTITIONS_RETRY_BACKOFF_MS`).
 */
export function pauseAfter(failures: number, chance: Chance, error?: unknown): number {
  const [firstMs, maxMs] = isOfTransactionBefore(error) ? [5, 100] : [backoffMs, backoffMaxMs]
  return Math.min(maxMs, firstMs * 2 ** failures) * (0.8 + 0.4 * chance.float())
}

function isOfTransactionBefore(error: unknown): boolean {
  return isRetriable(error) && error.code === 'TRANSPORT_CONCURRENT_TRANSACTIONS'
}
