import type { StreamRecord } from '../../model/stream-record.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { RecordBatch } from '../../transport/record-batch/record-batch.ts'
import type { CurrentRecord } from './current-record.ts'
import type { RunningSource } from './processor-topology.ts'
import type { RecordReader } from './record-reader.ts'

interface Segment {
  readonly batch: RecordBatch
  at: number
  readonly end: number
}

/**
 * The fetched records of one partition, as index ranges of batches. Only the first is decoded, because its timestamp decides
 * which partition comes next (Java: `RecordQueue`).
 */
export class RecordQueue {
  readonly partition: TopicPartition
  readonly source: Pick<RunningSource, 'process'>
  readonly #reader: Pick<RecordReader, 'read' | 'reused'>
  #segments: Segment[] = []
  #undecoded = 0
  #head: StreamRecord<unknown, unknown> | null = null
  #headOffset = -1
  /** The error of a record that could not be read. It is thrown when that record is taken, after those before it are processed. */
  #failure: unknown = undefined
  #nextOffset: number
  /** The epoch of the leader that has written the record before `#nextOffset`. */
  #nextEpoch = -1
  #headBatch: RecordBatch | null = null
  #headIndex = 0
  #takenOffset = -1
  #takenBatch: RecordBatch | null = null
  #takenIndex = 0
  #partitionTime: number

  constructor(partition: TopicPartition, source: Pick<RunningSource, 'process'>, reader: Pick<RecordReader, 'read' | 'reused'>) {
    this.partition = partition
    this.source = source
    this.#reader = reader
    this.#nextOffset = -1
    this.#partitionTime = -1
  }

  /** The largest timestamp of a record that was taken; −1 before the first. */
  get partitionTime(): number {
    return this.#partitionTime
  }

  /** The offset to commit: all records before it have been taken or skipped. −1 before the first batch. */
  get position(): number {
    return this.isEmpty ? this.#nextOffset : this.#headOffset
  }

  /**
   * The epoch of the leader that has written what is before the position, to commit with it (KIP-320). While records wait it is that of
   * the next one, as in Java: so it is never older than what was skipped just before.
   */
  get leaderEpoch(): number {
    return this.isEmpty ? this.#nextEpoch : this.#headBatch!.partitionLeaderEpoch
  }

  /** The offset after the last batch that was added. −1 before the first. */
  get fetchPosition(): number {
    return this.#nextOffset
  }

  get takenOffset(): number {
    return this.#takenOffset
  }

  get isEmpty(): boolean {
    return this.#head === null && this.#failure === undefined
  }

  get size(): number {
    return this.#undecoded + (this.isEmpty ? 0 : 1)
  }

  /** Bytes of the batches that have records left. */
  get heldBytes(): number {
    return this.#segments.reduce((bytes, { batch }) => bytes + batch.byteLength, 0)
  }

  get headTimestamp(): number {
    return this.#head?.timestamp ?? -1
  }

  /** Continues with the partition time that an earlier owner of the partition has committed. */
  resume(partitionTime: number): void {
    this.#partitionTime = partitionTime
  }

  /** Sets the offset at which the next batch begins. */
  seek(offset: number, leaderEpoch: number): void {
    this.#nextOffset = offset
    this.#nextEpoch = leaderEpoch
  }

  /** Adds records `from` up to `end` of a batch. An empty range, as of markers and aborted records, only moves the position. */
  add(batch: RecordBatch, from: number, end: number): void {
    this.#nextOffset = batch.nextOffset
    this.#nextEpoch = batch.partitionLeaderEpoch
    if (from >= end) return
    this.#segments.push({ batch, at: from, end })
    this.#undecoded += end - from
    if (this.isEmpty) this.#decodeHead()
  }

  take(): StreamRecord<unknown, unknown> {
    this.#throwFailure()
    const record = this.#head!
    this.#takenOffset = this.#headOffset
    this.#takenBatch = this.#headBatch
    this.#takenIndex = this.#headIndex
    if (record.timestamp > this.#partitionTime) this.#partitionTime = record.timestamp
    this.#decodeHead()
    return record
  }

  /** Tells the current record about the bytes of the record that was taken last. */
  note(current: CurrentRecord, { key, value }: StreamRecord<unknown, unknown>): void {
    current.from(this.#takenBatch!, this.#takenIndex)
    this.#reader.reused?.note(current, key, value, this.#takenBatch!, this.#takenIndex)
  }

  #throwFailure(): void {
    const failure = this.#failure
    if (failure === undefined) return
    this.#decodeHead()
    throw failure
  }

  #decodeHead(): void {
    this.#head = null
    this.#failure = undefined
    while (this.#segments.length > 0 && this.isEmpty) {
      const segment = this.#segments[0]!
      this.#decode(segment)
      if (segment.at === segment.end) this.#segments.shift()
    }
  }

  #decode(segment: Segment): void {
    const index = segment.at++
    this.#undecoded--
    this.#headOffset = segment.batch.offset(index)
    this.#headBatch = segment.batch
    this.#headIndex = index
    try {
      this.#head = this.#reader.read(segment.batch, index, this.#partitionTime)
    } catch (error) {
      this.#failure = error
    }
  }
}
