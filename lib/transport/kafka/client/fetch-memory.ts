import type { TopicPartition } from '../../../model/topic-partition.ts'
import type { FetchPosition } from '../../fetcher.ts'
import type { RecordBatch } from '../../record-batch/record-batch.ts'

/** How long a replica that a leader has recommended is used, as by Java's client (its `metadata.max.age.ms`). */
const replicaMs = 300_000

interface Remembered {
  /** Number of the last answer with batches. −1 if there was none. */
  served: number
  /** The position after the last batch, and the leader epoch of that batch. */
  nextOffset: number
  epoch: number
  /** The epoch of the leader that has last confirmed a position, and the position. */
  confirmedIn: number
  confirmedOffset: number
  /** The replica to fetch from (KIP-392). −1 for the leader. */
  replica: number
  replicaUntilMs: number
  /** Failures in a row, and when the partition is asked for again. */
  failures: number
  retryAtMs: number
}

/** What a fetcher remembers of partitions from one request to the next. */
export class FetchMemory {
  /** By topic, then by partition. */
  readonly #topics = new Map<string, Remembered[]>()
  #answers = 0

  /**
   * Orders positions so that those come first whose last batches are longest ago. A broker fills its answer in the order of the
   * request. So none of them starves, and a batch that is larger than the limit of a partition comes when it is the first.
   */
  inTurn<P extends FetchPosition>(positions: readonly P[]): readonly P[] {
    return positions.toSorted((a, b) => this.#of(a).served - this.#of(b).served)
  }

  /** The leader epoch of the record before the position. −1 if it is not known. */
  lastEpoch(position: FetchPosition): number {
    if (position.leaderEpoch !== undefined) return position.leaderEpoch
    const { nextOffset, epoch } = this.#of(position)
    return nextOffset === position.offset ? epoch : -1
  }

  /** Notes an answer of the leader of an epoch. */
  served(position: FetchPosition, batches: readonly RecordBatch[], leaderEpoch: number): void {
    const remembered = this.#of(position)
    remembered.failures = 0
    const last = batches.at(-1)
    this.confirmed({ ...position, offset: last?.nextOffset ?? position.offset }, leaderEpoch)
    if (last === undefined) return
    remembered.served = this.#answers++
    remembered.nextOffset = last.nextOffset
    remembered.epoch = last.partitionLeaderEpoch
  }

  /** The leader of this epoch has all that was read before the position. */
  confirmed(position: FetchPosition, leaderEpoch: number): void {
    Object.assign(this.#of(position), { confirmedIn: leaderEpoch, confirmedOffset: position.offset })
  }

  /** Whether the leader of this epoch has confirmed the position, or need not: it has written the record before, or nobody knows who has. */
  isConfirmed(position: FetchPosition, leaderEpoch: number): boolean {
    const epoch = this.lastEpoch(position)
    if (epoch < 0 || leaderEpoch < 0 || epoch === leaderEpoch) return true
    const { confirmedIn, confirmedOffset } = this.#of(position)
    return confirmedIn === leaderEpoch && confirmedOffset === position.offset
  }

  replicaOf(partition: TopicPartition, nowMs: number): number {
    const { replica, replicaUntilMs } = this.#of(partition)
    return nowMs < replicaUntilMs ? replica : -1
  }

  prefer(partition: TopicPartition, replica: number, nowMs: number): void {
    Object.assign(this.#of(partition), { replica, replicaUntilMs: nowMs + replicaMs })
  }

  /** Notes a failure. `pauseOf` says how long the partition is left alone after so many failures in a row. */
  failed(partition: TopicPartition, nowMs: number, pauseOf: (failures: number) => number): void {
    const remembered = this.#of(partition)
    remembered.replica = -1
    remembered.retryAtMs = nowMs + pauseOf(remembered.failures++)
  }

  /** When the partition may be asked for, in ms of the monotonic clock. */
  retryAtMs(partition: TopicPartition): number {
    const { failures, retryAtMs } = this.#of(partition)
    return failures === 0 ? -Infinity : retryAtMs
  }

  /** In how many ms the first of these partitions may be asked for again. Infinity if all may be asked for now. */
  nextRetryMs(partitions: readonly TopicPartition[], nowMs: number): number {
    let leastMs = Infinity
    for (const partition of partitions) {
      const ms = this.retryAtMs(partition) - nowMs
      if (ms > 0 && ms < leastMs) leastMs = ms
    }
    return leastMs
  }

  hasFailed(partition: TopicPartition): boolean {
    return this.#of(partition).failures > 0
  }

  #of({ topic, partition }: TopicPartition): Remembered {
    const known = this.#topics.get(topic) ?? []
    if (known.length === 0) this.#topics.set(topic, known)
    return (known[partition] ??= {
      served: -1,
      nextOffset: -1,
      epoch: -1,
      confirmedIn: -1,
      confirmedOffset: -1,
      replica: -1,
      replicaUntilMs: 0,
      failures: 0,
      retryAtMs: 0,
    })
  }
}
