import { assert } from '../../model/assert.ts'
import type { FetchedPartition, IsolationLevel } from '../fetcher.ts'
import { markerType } from '../record-batch/control-record.ts'
import { decodeRecordBatch } from '../record-batch/decode-record-batches.ts'
import type { RecordBatch } from '../record-batch/record-batch.ts'
import { compactBatches } from './log-compaction.ts'
import { ProducerStates } from './producer-states.ts'
import { refusal } from './refusal.ts'
import type { StoredBatch } from './stored-batch.ts'
import { maxTimestampOf, placeBatch, readBatchHeader } from './stored-batch.ts'
import type { TopicConfig } from './topic-config.ts'
import type { LogEnd } from '../log-truncation.ts'
import { LeaderEpochs } from './leader-epochs.ts'
import { TransactionIndex } from './transaction-index.ts'

/** Records every change of a partition, so that a restart can load it again. */
export interface PartitionJournal {
  put(batch: StoredBatch): void
  remove(baseOffset: number): void
  start(offset: number): void
}

type ReadMarks = Pick<FetchedPartition, 'highWatermark' | 'lastStableOffset' | 'logStartOffset' | 'abortedTransactions'>
type ReadRange = ReadMarks & Pick<FetchedPartition, 'batches'>
type ReadBytes = ReadMarks & { readonly records: Uint8Array }

/** Where a record is, and when it was. */
export interface RecordPlace {
  readonly offset: number
  readonly timestamp: number
}

/** The log of one partition: batches in the order of offsets, divided into segments (Kafka: `UnifiedLog`). */
export class PartitionLog {
  #batches: StoredBatch[] = []
  /** Size of the batches of the last segment. */
  #activeBytes = 0
  #startOffset = 0
  #endOffset = 0
  readonly #name: string
  #config: TopicConfig
  readonly #journal: PartitionJournal
  readonly #epochs = new LeaderEpochs()
  #producers = new ProducerStates()
  #transactions = new TransactionIndex()

  constructor(name: string, config: TopicConfig, journal: PartitionJournal) {
    this.#name = name
    this.#config = config
    this.#journal = journal
  }

  /** From now on. What is stored stays as it is until the next cleaning. */
  configure(config: TopicConfig): void {
    this.#config = config
  }

  get startOffset(): number {
    return this.#startOffset
  }

  /** The epoch of its leader. */
  get leaderEpoch(): number {
    return this.#epochs.last
  }

  /** The end of the log: without replicas every record is below the high watermark. */
  get highWatermark(): number {
    return this.#endOffset
  }

  get lastStableOffset(): number {
    return this.#transactions.lastStableOffset(this.#endOffset)
  }

  /**
   * Appends a copy of a sealed batch, and returns its base offset. For a repeated batch it returns the offset of the first
   * append. `leaderEpoch` is by default that of the last batch.
   */
  append(sealed: Uint8Array, nowMs: number, leaderEpoch = this.#epochs.last): number {
    if (sealed.length > this.#config.maxMessageBytes)
      throw refusal(
        'MESSAGE_TOO_LARGE',
        `A batch of ${sealed.length} bytes is too large for ${this.#name}: raise max.message.bytes.`,
        { bytes: sealed.length },
      )
    const header = readBatchHeader(sealed, 0)
    const repeated = this.#producers.check({ ...header, baseOffset: this.#endOffset })
    if (repeated !== null) return repeated
    if (!header.isTransactional && this.#transactions.isOpen(header.producerId)) throw this.#inTransaction(header)
    if (this.#config.isCompacted && !header.isControl) this.#checkKeys(sealed)
    const batch = placeBatch(sealed, this.#endOffset, leaderEpoch, this.#config.usesAppendTime ? nowMs : null)
    const stored = this.#admit(batch)
    this.#journal.put(stored)
    return stored.baseOffset
  }

  /** Adds a batch from the store. Calls come in the order of offsets. */
  load(bytes: Uint8Array): void {
    this.#admit(bytes)
  }

  loadStart(offset: number): void {
    this.#startOffset = Math.max(this.#startOffset, offset)
    this.#endOffset = Math.max(this.#endOffset, offset)
  }

  /**
   * Reads whole batches, beginning with the one that contains `offset`: up to `bytesMax` in all, but at least one batch. Throws
   * `TRANSPORT_OFFSET_OUT_OF_RANGE`, and `TRANSPORT_CORRUPT_MESSAGE` if the first batch is damaged.
   */
  read(offset: number, bytesMax: number, isolation: IsolationLevel): ReadRange & { readonly byteLength: number } {
    const batches: RecordBatch[] = []
    let byteLength = 0
    for (const { bytes } of this.#range(offset, bytesMax, isolation)) {
      const batch = decodedAfter(batches, bytes)
      if (batch === null) break
      batches.push(batch)
      byteLength += bytes.length
    }
    return { batches, byteLength, ...this.#marks(offset, batches.at(-1)?.nextOffset ?? offset, isolation) }
  }

  /** Reads as `read` does, without decoding the batches. */
  readBytes(offset: number, bytesMax: number, isolation: IsolationLevel): ReadBytes {
    const stored = this.#range(offset, bytesMax, isolation)
    const records = stored.length === 1 ? stored[0]!.bytes : Buffer.concat(stored.map(({ bytes }) => bytes))
    return { records, ...this.#marks(offset, stored.at(-1)?.nextOffset ?? offset, isolation) }
  }

  #range(offset: number, bytesMax: number, isolation: IsolationLevel): readonly StoredBatch[] {
    if (offset < this.#startOffset || offset > this.#endOffset)
      throw refusal(
        'OFFSET_OUT_OF_RANGE',
        `${this.#name} has offsets ${this.#startOffset} to ${this.#endOffset}, not ${offset}: reset the position.`,
        { offset },
      )
    const limit = isolation === 'read_committed' ? this.lastStableOffset : this.#endOffset
    const first = this.#find(offset)
    let at = first
    for (let byteLength = 0; at < this.#batches.length; at++) {
      const { bytes, baseOffset } = this.#batches[at]!
      if (baseOffset >= limit || (at > first && byteLength + bytes.length > bytesMax)) break
      byteLength += bytes.length
    }
    return this.#batches.slice(first, at)
  }

  #marks(from: number, to: number, isolation: IsolationLevel): ReadMarks {
    return {
      highWatermark: this.#endOffset,
      lastStableOffset: this.lastStableOffset,
      logStartOffset: this.#startOffset,
      abortedTransactions: isolation === 'read_committed' ? this.#transactions.abortedIn(from, to) : [],
    }
  }

  /** Counts the bytes that can be read from `offset` on, for long polls. It stops counting at `bytesMax`. */
  availableBytes(offset: number, bytesMax: number, isolation: IsolationLevel): number {
    const limit = isolation === 'read_committed' ? this.lastStableOffset : this.#endOffset
    let total = 0
    for (let at = this.#find(offset); at < this.#batches.length && total < bytesMax; at++) {
      if (this.#batches[at]!.baseOffset >= limit) break
      total += this.#batches[at]!.bytes.length
    }
    return total
  }

  /** The offset of the first record at or after the time. If there is no such record, the end of the log. */
  offsetAt(timestampMs: number): number {
    return this.firstSince(timestampMs)?.offset ?? this.#endOffset
  }

  /** The first record at or after the time. */
  firstSince(timestampMs: number): RecordPlace | null {
    for (const stored of this.#batches) {
      if (stored.maxTimestamp < timestampMs || stored.nextOffset <= this.#startOffset) continue
      const batch = decodeRecordBatch(stored.bytes)
      for (let index = 0; index < batch.count; index++)
        if (batch.timestamp(index) >= timestampMs && batch.offset(index) >= this.#startOffset)
          return { offset: batch.offset(index), timestamp: batch.timestamp(index) }
    }
    return null
  }

  /** The first record of the greatest timestamp (KIP-734). */
  latestByTime(): RecordPlace | null {
    const latest = this.#batches.reduce((max, { maxTimestamp }) => Math.max(max, maxTimestamp), -1)
    return latest < 0 ? null : this.firstSince(latest)
  }

  /**
   * The last epoch up to `epoch` in which records were appended, and the offset after its last record. `current`: the epoch of the
   * leader. −1 for both if the log knows none.
   */
  endOfEpoch(epoch: number, current: number = this.#epochs.last): LogEnd {
    return this.#epochs.endOf(epoch, current, this.#endOffset)
  }

  /**
   * Up to where this log has what a reader has read who is at `offset`, and whose last record was of `epoch` (KIP-320). Undefined: it has
   * all of it, or `epoch` is −1.
   */
  divergence(offset: number, epoch: number, current?: number): LogEnd | undefined {
    if (epoch < 0) return undefined
    const end = this.endOfEpoch(epoch, current)
    return end.leaderEpoch < epoch || end.endOffset < offset ? end : undefined
  }

  /**
   * Loses the batches that end after `offset`, as when a replica that lacks them becomes the leader, of the epoch `leaderEpoch` (Kafka:
   * an unclean election). Returns the lost batches.
   */
  truncate(offset: number, leaderEpoch: number): readonly StoredBatch[] {
    const kept = this.#batches.filter(({ nextOffset }) => nextOffset <= offset)
    const lost = this.#batches.slice(kept.length)
    for (const { baseOffset } of lost) this.#journal.remove(baseOffset)
    this.#endOffset = lost[0]?.baseOffset ?? this.#endOffset
    this.#epochs.truncate(this.#endOffset, leaderEpoch)
    this.#batches = kept
    this.#producers = new ProducerStates()
    this.#transactions = new TransactionIndex()
    for (const batch of kept) this.#note(batch)
    return lost
  }

  /** Deletes the records before an offset; −1 deletes all. Throws `TRANSPORT_OFFSET_OUT_OF_RANGE`. */
  deleteRecords(before: number): void {
    if (!this.#config.isDeleted)
      throw refusal('POLICY_VIOLATION', `${this.#name} is compacted only: delete its records by tombstones.`)
    const offset = before === -1 ? this.#endOffset : before
    if (offset < 0 || offset > this.#endOffset)
      throw refusal(
        'OFFSET_OUT_OF_RANGE',
        `${this.#name} ends at ${this.#endOffset}, before ${offset}: name an offset up to its end.`,
        { offset },
      )
    if (offset > this.#startOffset) this.#moveStart(offset)
  }

  /** Applies the topic's retention and compaction. */
  clean(nowMs: number): void {
    if (this.#config.isDeleted) this.#retain(nowMs)
    if (this.#config.isCompacted) this.#compact(nowMs)
  }

  /** Removes all batches, from the journal as well. */
  erase(): void {
    for (const { baseOffset } of this.#batches) this.#journal.remove(baseOffset)
    this.#batches = []
  }

  #admit(bytes: Uint8Array): StoredBatch {
    const header = readBatchHeader(bytes, this.#segmentOf(bytes))
    assert(header.baseOffset >= this.#endOffset, 'Batches are appended in the order of offsets.')
    this.#activeBytes = header.segment === this.#batches.at(-1)?.segment ? this.#activeBytes + bytes.length : bytes.length
    this.#batches.push(header)
    this.#endOffset = header.nextOffset
    this.#epochs.wrote(header.leaderEpoch, header.baseOffset)
    this.#note(header)
    return header
  }

  #inTransaction({ producerId }: StoredBatch): Error {
    const message = `Producer ${producerId} has a transaction open in ${this.#name}: end it before you write outside of it.`
    return refusal('INVALID_TXN_STATE', message, { producerId })
  }

  #note(stored: StoredBatch): void {
    this.#producers.record(stored)
    if (stored.isControl) this.#endTransaction(stored)
    else if (stored.isTransactional && stored.producerId >= 0) this.#transactions.wrote(stored.producerId, stored.baseOffset)
  }

  #endTransaction(stored: StoredBatch): void {
    const type = markerType(decodeRecordBatch(stored.bytes))
    if (type !== null) this.#transactions.ended(stored.producerId, type, stored.baseOffset)
  }

  #checkKeys(sealed: Uint8Array): void {
    const batch = decodeRecordBatch(sealed)
    for (let index = 0; index < batch.count; index++)
      if (batch.key(index) === null)
        throw refusal(
          'INVALID_RECORD',
          `${this.#name} is compacted, and the record at index ${index} of a batch has no key: give it one.`,
          { index },
        )
  }

  /**
   * Returns the segment of the next batch: a new one if the last is full, or would span more than `segment.ms` (Kafka:
   * `LogSegment.shouldRoll`).
   */
  #segmentOf(bytes: Uint8Array): number {
    const last = this.#batches.at(-1)
    if (last === undefined) return 0
    const first = this.#batches[this.#firstWhere(({ segment }) => segment === last.segment)]!
    const isFull = this.#activeBytes + bytes.length > this.#config.segmentBytes
    return isFull || maxTimestampOf(bytes) - first.maxTimestamp > this.#config.segmentMs ? last.segment + 1 : last.segment
  }

  /** Index of the first batch that ends after `offset`. */
  #find(offset: number): number {
    return this.#firstWhere(({ nextOffset }) => nextOffset > offset)
  }

  /** Index of the first batch with a property that all batches after it have, too. */
  #firstWhere(has: (batch: StoredBatch) => boolean): number {
    let low = 0
    let high = this.#batches.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (has(this.#batches[middle]!)) high = middle
      else low = middle + 1
    }
    return low
  }

  #moveStart(offset: number): void {
    this.#startOffset = offset
    this.#journal.start(offset)
    const active = this.#batches.at(-1)?.segment
    for (const { baseOffset, bytes, segment } of this.#batches.splice(0, this.#find(offset))) {
      this.#journal.remove(baseOffset)
      if (segment === active) this.#activeBytes -= bytes.length
    }
  }

  /**
   * Deletes whole segments, the oldest first: the active one, too, if all its records are too old (Kafka rolls it before that).
   */
  #retain(nowMs: number): void {
    for (let count = this.#oldestSegment(); count > 0; count = this.#oldestSegment()) {
      const segment = this.#batches.slice(0, count)
      const end = segment.at(-1)!.nextOffset
      const isOld = segment.every((batch) => nowMs - batch.maxTimestamp > this.#config.retentionMs)
      if ((!isOld && !this.#isSurplus(segment)) || end > this.lastStableOffset) return
      this.#moveStart(end)
    }
  }

  /** Whether the log is large enough without its oldest segment, which is not the active one. */
  #isSurplus(oldest: readonly StoredBatch[]): boolean {
    const { retentionBytes } = this.#config
    if (retentionBytes === Infinity || oldest.length === this.#batches.length) return false
    return sizeOf(this.#batches) - sizeOf(oldest) >= retentionBytes
  }

  /** The number of batches of the oldest segment. */
  #oldestSegment(): number {
    const oldest = this.#batches[0]?.segment
    return oldest === undefined ? 0 : this.#firstWhere(({ segment }) => segment > oldest)
  }

  #compact(nowMs: number): void {
    const active = this.#batches.at(-1)?.segment
    const stable = this.lastStableOffset
    const lagMs = this.#config.minCompactionLagMs
    // Without `min.compaction.lag.ms` a timestamp in the future does not hold up compaction.
    const lagging = (batch: StoredBatch): boolean => lagMs > 0 && nowMs - batch.maxTimestamp < lagMs
    const isDirtyEnd = (batch: StoredBatch): boolean => batch.segment === active || batch.nextOffset > stable || lagging(batch)
    const end = this.#batches.findIndex(isDirtyEnd)
    if (end === 0) return
    const closed = this.#batches.slice(0, end < 0 ? this.#batches.length : end)
    const isAborted = (producerId: number, offset: number): boolean => this.#transactions.isAborted(producerId, offset)
    const kept = compactBatches(closed, { nowMs, deleteRetentionMs: this.#config.deleteRetentionMs, isAborted })
    this.#replace(closed, kept)
  }

  #replace(closed: readonly StoredBatch[], kept: readonly StoredBatch[]): void {
    const before = new Set(closed)
    const bases = new Set(kept.map(({ baseOffset }) => baseOffset))
    for (const { baseOffset } of closed) if (!bases.has(baseOffset)) this.#journal.remove(baseOffset)
    for (const batch of kept) if (!before.has(batch)) this.#journal.put(batch)
    this.#batches = [...kept, ...this.#batches.slice(closed.length)]
  }
}

function sizeOf(batches: readonly StoredBatch[]): number {
  return batches.reduce((sum, { bytes }) => sum + bytes.length, 0)
}

/**
 * Decodes the next batch of a read. Null if it is damaged and not the first: the read ends before it, and the next read throws.
 */
function decodedAfter(before: readonly RecordBatch[], bytes: Uint8Array): RecordBatch | null {
  try {
    return decodeRecordBatch(bytes)
  } catch (error) {
    if (before.length === 0) throw error
    return null
  }
}
