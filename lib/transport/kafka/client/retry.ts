import type { Chance } from '../../../clock/chance.ts'
import { sleep } from '../../../clock/clock.ts'
import type { Clock } from '../../../clock/clock.ts'
import type { TransportError } from '../../../model/errors.ts'
import { isRetriable } from './kafka-errors.ts'

const backoffMs = 50
const backoffMaxMs = 1000

/** A new topic reaches all brokers in moments. One that is unknown for longer is not there, and its user should hear so. */
const unknownTopicMs = 3000

export interface RetryOptions {
  readonly clock: Clock
  readonly chance: Chance
  /** From now on; an attempt under way at its end still counts. */
  readonly withinMs: number
  /** Aborted: no further attempt. */
  readonly signal: AbortSignal
}

/** Repeats what fails with a `retriable` error, with growing pauses (as Kafka's `retry.backoff.ms`), then gives the last error. */
export async function retry<T>({ clock, chance, withinMs, signal }: RetryOptions, attempt: () => Promise<T>): Promise<T> {
  const start = clock.now()
  for (let failures = 0; ; failures++) {
    try {
      return await attempt()
    } catch (error) {
      const pauseMs = pauseAfter(failures, chance)
      if (!isRetriable(error) || signal.aborted || clock.now() + pauseMs - start >= limitMs(error, withinMs)) throw error
      await sleep(clock, pauseMs, signal)
    }
  }
}

function limitMs({ code }: TransportError, withinMs: number): number {
  return code === 'TRANSPORT_UNKNOWN_TOPIC_OR_PARTITION' ? Math.min(withinMs, unknownTopicMs) : withinMs
}

export function pauseAfter(failures: number, chance: Chance): number {
  return Math.min(backoffMaxMs, backoffMs * 2 ** failures) * (0.8 + 0.4 * chance.float())
}
