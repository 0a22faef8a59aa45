import { latin1 } from '../../model/bytes.ts'
import type { FetchedPartition } from '../../transport/fetcher.ts'
import { readableRanges, type ReadableRange } from '../../transport/readable-ranges.ts'
import type { RecordBatch } from '../../transport/record-batch/record-batch.ts'
import type { RestoredRecord } from './changelog.ts'

export interface OffsetRange {
  /** Included. */
  readonly from: number
  /** Excluded. */
  readonly to: number
}

/** Some records of a fetch, one after the other. */
export interface ChangelogSlice {
  readonly records: readonly RestoredRecord[]
  /** The number of records in the slice. It includes superseded records, which `records` leaves out. */
  readonly count: number
  /** The offset behind the slice. */
  readonly nextOffset: number
}

/** So many records are a millisecond or two. A fetch of 8 MiB has some hundred thousand: to look at all of them at once stops the loop. */
const recordsPerSlice = 4_096

/**
 * The records of a changelog in a range of offsets, slice by slice. Records without a key are left out, as in Java. The last slice ends
 * with the range, so that the position moves over markers and aborted transactions, too.
 */
export function* changelogSlices(
  fetched: FetchedPartition,
  { from, to }: OffsetRange,
  choice: 'last-of-key' | 'all' = 'last-of-key',
): Generator<ChangelogSlice> {
  let ranges: ReadableRange[] = []
  let room = recordsPerSlice
  for (const { batch, from: first, end } of readableRanges(fetched, from))
    for (let index = first, next = first; index < end && batch.offset(index) < to; index = next) {
      next = Math.min(end, index + room)
      room -= next - index
      ranges.push({ batch, from: index, end: next })
      if (room > 0) continue
      yield sliceOf(ranges, Math.min(to, batch.offset(next - 1) + 1), choice)
      ranges = []
      room = recordsPerSlice
    }
  yield sliceOf(ranges, to, choice)
}

function sliceOf(ranges: readonly ReadableRange[], nextOffset: number, choice: 'last-of-key' | 'all'): ChangelogSlice {
  const seen = choice === 'all' ? null : new Set<string>()
  const records: RestoredRecord[] = []
  let count = 0
  // Read backwards, so that no object is made of a record that a later one supersedes.
  for (const { batch, from, end } of ranges.toReversed())
    for (let index = end - 1; index >= from; index--) {
      const key = batch.offset(index) >= nextOffset ? null : batch.key(index)
      if (key === null) continue
      count++
      if (seen === null || isFirst(seen, latin1(key))) records.push(restoredRecord(batch, index, key))
    }
  return { records: records.reverse(), count, nextOffset }
}

function isFirst(seen: Set<string>, key: string): boolean {
  const size = seen.size
  return seen.add(key).size > size
}

function restoredRecord(batch: RecordBatch, index: number, key: Uint8Array): RestoredRecord {
  return {
    offset: batch.offset(index),
    key,
    value: batch.value(index),
    timestamp: batch.timestamp(index),
    headers: batch.headers(index),
  }
}
