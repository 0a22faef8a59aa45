import type { Signal } from '../../model/abort-signal.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { FetchPosition } from '../fetcher.ts'

/** How far a partition was handed over. One object for as long as the partition is owned: another one means another ownership. */
export interface Position extends TopicPartition {
  offset: number
}

/** What to read: all partitions, or the share of a group's member. */
export interface PositionSource {
  /** Waits until there is something to read; `changed` is aborted when another set is to be read. Rejects if there is none any more. */
  positions(signal: Signal): Promise<{ readonly positions: readonly FetchPosition[]; readonly changed: Signal }>
  position(partition: TopicPartition): Position | undefined
  /** The log no longer has the position: begin where the consumer was told to. */
  reset(partition: TopicPartition): Promise<void>
  commit(): Promise<void>
  close(): Promise<void>
}
