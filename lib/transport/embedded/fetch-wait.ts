import type { Signal } from '../../model/abort-signal.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { EmbeddedBroker } from './embedded-broker.ts'

/** The wait of a long poll. */
export interface FetchWait {
  readonly partitions: readonly TopicPartition[]
  /** Whether the fetch can answer. Asked whenever one of the partitions changes. */
  readonly isReady: () => boolean
  readonly maxWaitMs: number
  /** One that is aborted ends the wait. */
  readonly signals: readonly Signal[]
}

/** Resolves when the fetch can answer, after `maxWaitMs`, or when a signal is aborted. */
export function sleepUntilNews(broker: EmbeddedBroker, { partitions, isReady, maxWaitMs, signals }: FetchWait): Promise<void> {
  if (signals.some(({ aborted }) => aborted)) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      unwatch()
      timer.cancel()
      for (const signal of signals) signal.removeEventListener('abort', done)
      resolve()
    }
    const unwatch = broker.watch(partitions, () => {
      if (isReady()) done()
    })
    const timer = broker.clock.schedule(maxWaitMs, done)
    for (const signal of signals) signal.addEventListener('abort', done, { once: true })
  })
}
