import type { Signal } from '../../model/abort-signal.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { FetchPosition } from '../fetcher.ts'

/** How far the records of a partition were handed over. The object is the same for as long as the consumer owns the partition. */
export interface Position extends TopicPartition {
  offset: number
}

/** Says which partitions a consumer reads, and where from: all of them, or those of a member of a group. */
export interface PositionSource {
  /**
   * Waits until there is a partition to read. `changed` is aborted when other partitions are to be read. Rejects with what ended
   * the membership.
   */
  positions(signal: Signal): Promise<{ readonly positions: readonly FetchPosition[]; readonly changed: Signal }>
  position(partition: TopicPartition): Position | undefined
  /** Called where the log no longer has the position: reading begins anew at `from`. */
  reset(partition: TopicPartition): Promise<void>
  commit(): Promise<void>
  close(): Promise<void>
}
