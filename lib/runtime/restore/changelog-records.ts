import { latin1 } from '../../model/bytes.ts'
import type { FetchedPartition } from '../../transport/fetcher.ts'
import { readableRanges } from '../../transport/readable-ranges.ts'
import type { RecordBatch } from '../../transport/record-batch/record-batch.ts'
import type { RestoredRecord } from './changelog.ts'

export interface OffsetRange {
  /** Included. */
  readonly from: number
  /** Excluded. */
  readonly to: number
}

export interface RangeRecords {
  readonly records: readonly RestoredRecord[]
  /** The number of records in the range. It includes superseded records, which `records` leaves out. */
  readonly count: number
}

/** The records of a changelog in a range of offsets. Records without a key are left out, as in Java. */
export function changelogRecords(
  fetched: FetchedPartition,
  range: OffsetRange,
  choice: 'last-of-key' | 'all' = 'last-of-key',
): RangeRecords {
  const seen = choice === 'all' ? null : new Set<string>()
  const records: RestoredRecord[] = []
  let count = 0
  // Read backwards, so that no object is made of a record that a later one supersedes.
  for (const { batch, from, end } of readableRanges(fetched, range.from).toReversed())
    for (let index = end - 1; index >= from; index--) {
      const key = batch.offset(index) >= range.to ? null : batch.key(index)
      if (key === null) continue
      count++
      if (seen === null || isFirst(seen, latin1(key))) records.push(restoredRecord(batch, index, key))
    }
  return { records: records.reverse(), count }
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
