import type { Signal } from '../../model/abort-signal.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { EmbeddedBroker } from './embedded-broker.ts'

/** The wait of a long poll. */
export interface FetchWait<P extends TopicPartition> {
  readonly positions: readonly P[]
  /** How many bytes the positions must have together. */
  readonly minBytes: number
  /** Whether the fetch can answer because of these positions. Asked whenever a partition changes. */
  readonly isReady: (positions: readonly P[]) => boolean
  readonly maxWaitMs: number
  /** One that is aborted ends the wait. */
  readonly signals: readonly Signal[]
}

/**
 * Resolves when the fetch can answer, after `maxWaitMs`, or when a signal is aborted. The caller has seen that no position is ready. So where
 * one byte is enough, the position of the partition that changes is the only one that is looked at: a fetch may have hundreds.
 */
export function sleepUntilNews<P extends TopicPartition>(broker: EmbeddedBroker, wait: FetchWait<P>): Promise<void> {
  const { positions, minBytes, isReady, maxWaitMs, signals } = wait
  if (signals.some(({ aborted }) => aborted)) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      unwatch()
      timer.cancel()
      for (const signal of signals) signal.removeEventListener('abort', done)
      resolve()
    }
    const unwatch = broker.watch(positions, ({ topic, partition }) => {
      const isChanged = (position: P): boolean => position.partition === partition && position.topic === topic
      if (isReady(minBytes > 1 ? positions : positions.filter(isChanged))) done()
    })
    const timer = broker.clock.schedule(maxWaitMs, done)
    for (const signal of signals) signal.addEventListener('abort', done, { once: true })
  })
}
