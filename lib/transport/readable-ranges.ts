import type { AbortedTransaction, FetchedPartition } from './fetcher.ts'
import { markerType } from './record-batch/control-record.ts'
import type { RecordBatch } from './record-batch/record-batch.ts'

/**
 * The records of a batch at the indexes from `from` up to, and without, `end`. After an empty range, too, reading goes on behind
 * the batch.
 */
export interface ReadableRange {
  /** The batch that the records are in. */
  readonly batch: RecordBatch
  /** Index of the first record to read. */
  readonly from: number
  /** The index after the last record to read. */
  readonly end: number
}

/**
 * Returns the records of a fetch from `position` that an application may see, in the order of offsets (Kafka: `CompletedFetch`).
 * Every reader of a partition calls this function: the loop, the global thread, restores and typed consumers.
 *
 * - Records before `position` are left out: a broker answers with whole batches.
 * - Control batches (transaction markers) give an empty range.
 * - Batches of aborted transactions give an empty range. The broker names these transactions if the fetch is `read_committed`.
 * - A batch that compaction has emptied gives an empty range.
 *
 * The position of the reader moves over empty ranges. Batches that end before `position` have no range, so that no position moves
 * back.
 */
export function readableRanges({ batches, abortedTransactions }: FetchedPartition, position: number): readonly ReadableRange[] {
  const aborted = new AbortedProducers(abortedTransactions)
  const ranges: ReadableRange[] = []
  for (const batch of batches) {
    const isAborted = aborted.wrote(batch)
    if (batch.nextOffset <= position) continue
    const from = batch.isControl || isAborted ? batch.count : firstIndexFrom(batch, position)
    ranges.push({ batch, from, end: batch.count })
  }
  return ranges
}

/** The offset to fetch from after this answer. */
export function positionAfter({ batches }: FetchedPartition, position: number): number {
  return Math.max(position, batches.at(-1)?.nextOffset ?? position)
}

/** Bytes of the batches in these answers. */
export function fetchedBytes(answers: readonly FetchedPartition[]): number {
  let bytes = 0
  for (const { batches } of answers) for (const { byteLength } of batches) bytes += byteLength
  return bytes
}

function firstIndexFrom(batch: RecordBatch, position: number): number {
  let index = 0
  while (index < batch.count && batch.offset(index) < position) index++
  return index
}

/**
 * Tells which batches belong to aborted transactions. An aborted transaction reaches from the first offset that the broker names
 * up to the producer's abort marker. Therefore `wrote` is called for all batches, in the order of their offsets.
 */
class AbortedProducers {
  readonly #ahead: AbortedTransaction[]
  readonly #current = new Set<number>()

  constructor(transactions: readonly AbortedTransaction[]) {
    this.#ahead = transactions.toSorted((left, right) => left.firstOffset - right.firstOffset)
  }

  wrote(batch: RecordBatch): boolean {
    while (this.#ahead.length > 0 && this.#ahead[0]!.firstOffset < batch.nextOffset)
      this.#current.add(this.#ahead.shift()!.producerId)
    const isAborted = batch.isTransactional && this.#current.has(batch.producerId)
    if (batch.isControl && markerType(batch) === 'abort') this.#current.delete(batch.producerId)
    return isAborted
  }
}
