import type { AbortedTransaction, FetchedPartition } from './fetcher.ts'
import { markerType } from './record-batch/control-record.ts'
import type { RecordBatch } from './record-batch/record-batch.ts'

/** The records `from` up to `end` of a batch. An empty range shows nothing; reading goes on behind its batch all the same. */
export interface ReadableRange {
  readonly batch: RecordBatch
  readonly from: number
  readonly end: number
}

/**
 * What a fetch from `position` shows an application, in the order of offsets (Kafka: `CompletedFetch`). Every reader of a
 * partition goes through it: the loop, the global thread, restores and typed consumers.
 *
 * - A broker answers with whole batches. Records before the position were read before, and are skipped.
 * - Control batches (transaction markers) show nothing.
 * - Batches of aborted transactions show nothing. The answer names those transactions where it was asked for `read_committed`.
 * - A batch that compaction has emptied shows nothing.
 *
 * Batches that show nothing are empty ranges, because the position moves over them. A batch that ends before the position is
 * left out, so that no position moves back.
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

/** The offset to fetch after this answer. */
export function positionAfter({ batches }: FetchedPartition, position: number): number {
  return Math.max(position, batches.at(-1)?.nextOffset ?? position)
}

function firstIndexFrom(batch: RecordBatch, position: number): number {
  let index = 0
  while (index < batch.count && batch.offset(index) < position) index++
  return index
}

/**
 * The producers whose transaction is an aborted one at the batch that is read. A transaction is aborted from the first offset
 * that the broker names up to its abort marker. So batches are asked about in their order.
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
