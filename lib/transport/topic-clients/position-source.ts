import type { Signal } from '../../model/abort-signal.ts'
import type { TransportError } from '../../model/errors.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { FetchPosition } from '../fetcher.ts'
import type { GroupIdentity, OffsetCommit } from '../group-coordinator.ts'

/** The next offset that the consumer hands over. The object stays the same as long as the consumer owns the partition. */
export interface Position extends TopicPartition {
  offset: number
  /** The epoch of the leader that has written the record before. −1: it is not known. */
  leaderEpoch: number
  /** The topic that the offset is of (KIP-516). Undefined if the broker gives topics no ids. */
  readonly topicId?: string | undefined
}

/** Offsets for a transaction to commit, in the name of the member that owns their partitions. */
export interface OffsetsToSend {
  readonly group: GroupIdentity
  readonly offsets: readonly OffsetCommit[]
  /** Called when the transaction is committed. */
  readonly committed: () => void
}

/**
 * The partitions that a consumer reads, with their positions: all partitions of its topics, or those that its group assigns to
 * it.
 */
export interface PositionSource {
  /**
   * Waits until there is a partition to read. `changed` is aborted when the set of partitions changes. Rejects with the error that
   * ended the group membership.
   */
  positions(signal: Signal): Promise<{ readonly positions: readonly FetchPosition[]; readonly changed: Signal }>
  position(partition: TopicPartition): Position | undefined
  /**
   * Called if the log no longer has the position. Sets it to the start option `from`, or to where a log was cut that has lost records
   * (KIP-320).
   */
  reset(partition: TopicPartition, error: TransportError): Promise<void>
  /** Called if a broker answers as if it did not have a topic. Positions of topics that are gone, or made again, are given up. */
  lookSoon(): void
  commit(): Promise<void>
  /** What `commit` would commit now. */
  offsetsToSend(): Promise<OffsetsToSend>
  /** Reading goes on where the group has committed. What is read already, and not handed over, is left out. */
  rewind(): Promise<void>
  close(): Promise<void>
}
