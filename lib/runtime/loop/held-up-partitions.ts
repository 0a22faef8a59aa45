import type { Clock } from '../../clock/clock.ts'
import { partitionKey, type TopicPartition } from '../../model/topic-partition.ts'
import type { FetchedPartition } from '../../transport/fetcher.ts'
import type { Logger } from '../logger.ts'

/**
 * A partition whose next records wait for the end of a transaction that another producer has left open (`read_committed`). The producer ends
 * it, or the coordinator does after that producer's `transaction.timeout.ms`.
 */
export interface HeldUpPartition extends TopicPartition {
  /** The last stable offset, which stands still: the first offset of that transaction. */
  readonly lastStableOffset: number
  /** Since when it is known to stand still, in ms since the epoch. */
  readonly sinceMs: number
}

export interface HeldUpPartitionsOptions {
  readonly clock: Clock
  readonly logger: Logger
  /** After this long a partition counts as held up. */
  readonly afterMs: number
}

interface Still extends HeldUpPartition {
  readonly fromMs: number
  isTold: boolean
}

/**
 * The partitions that are read up to their last stable offset, which does not move. A reader that waits for somebody else's transaction looks
 * as if it hung: the log says that it waits, for which offset, and when it goes on.
 */
export class HeldUpPartitions {
  readonly #options: HeldUpPartitionsOptions
  readonly #still = new Map<string, Still>()

  constructor(options: HeldUpPartitionsOptions) {
    this.#options = options
  }

  /** Notes the answer of a fetch, and the offset up to which its partition is read by now. */
  note({ topic, partition, lastStableOffset, highWatermark }: FetchedPartition, position: number): void {
    const key = partitionKey({ topic, partition })
    const known = this.#still.get(key)
    const isWaiting = lastStableOffset >= 0 && lastStableOffset < highWatermark && position >= lastStableOffset
    if (isWaiting && known?.lastStableOffset === lastStableOffset) return this.#tellIfLate(known)
    if (known?.isTold === true) this.#options.logger.info(`${key} goes on: it was held up at offset ${known.lastStableOffset}.`)
    this.#still.delete(key)
    const { clock } = this.#options
    const since = { sinceMs: clock.now(), fromMs: clock.monotonic() }
    if (isWaiting) this.#still.set(key, { topic, partition, lastStableOffset, ...since, isTold: false })
  }

  /** Those of these partitions, given by their keys, that are held up. */
  among(keys: ReadonlySet<string>): readonly HeldUpPartition[] {
    return [...this.#still]
      .filter(([key, still]) => keys.has(key) && this.#isLate(still))
      .map(([, { topic, partition, lastStableOffset, sinceMs }]) => ({ topic, partition, lastStableOffset, sinceMs }))
  }

  #isLate({ fromMs }: Still): boolean {
    return this.#options.clock.monotonic() - fromMs >= this.#options.afterMs
  }

  #tellIfLate(still: Still): void {
    if (still.isTold || !this.#isLate(still)) return
    still.isTold = true
    const { topic, partition, lastStableOffset, sinceMs } = still
    const key = partitionKey(still)
    this.#options.logger.warn(
      `The last stable offset of ${key} stands still at ${lastStableOffset}: a transaction of another producer is open, and what follows ` +
        'is read when it has ended. `kafka-transactions.sh find-hanging` names transactions that never end.',
      { topic, partition, lastStableOffset, sinceMs },
    )
  }
}
