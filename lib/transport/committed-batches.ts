import type { AbortedTransaction, FetchedPartition } from './fetcher.ts'
import { markerType } from './record-batch/control-record.ts'
import type { RecordBatch } from './record-batch/record-batch.ts'

/**
 * What an application may see of a partition fetched with `read_committed`: no markers, and no batch of a transaction that was
 * aborted (Kafka: `CompletedFetch`). A transaction is aborted from the offset the broker names up to its marker, so batches are
 * taken in their order. Of `read_uncommitted` it leaves out the markers only.
 */
export function committedBatches({ batches, abortedTransactions }: FetchedPartition): readonly RecordBatch[] {
  if (abortedTransactions.length === 0) return batches.filter(({ isControl }) => !isControl)
  const waiting = abortedTransactions.toSorted((left, right) => left.firstOffset - right.firstOffset)
  const aborted = new Set<number>()
  return batches.filter((batch) => {
    admit(waiting, aborted, batch)
    if (!batch.isControl) return !(batch.isTransactional && aborted.has(batch.producerId))
    if (markerType(batch) === 'abort') aborted.delete(batch.producerId)
    return false
  })
}

function admit(waiting: AbortedTransaction[], aborted: Set<number>, { nextOffset }: RecordBatch): void {
  while (waiting.length > 0 && waiting[0]!.firstOffset < nextOffset) aborted.add(waiting.shift()!.producerId)
}
