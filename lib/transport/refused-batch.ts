import { TransportError } from '../model/errors.ts'
import type { ProduceBatch } from './record-batch/produce-batch.ts'
import type { RecordBatch } from './record-batch/record-batch.ts'

const aboutRecords: ReadonlySet<string> = new Set([
  'TRANSPORT_MESSAGE_TOO_LARGE',
  'TRANSPORT_RECORD_LIST_TOO_LARGE',
  'TRANSPORT_INVALID_RECORD',
  'TRANSPORT_INVALID_TIMESTAMP',
])

/** A broker refuses whole batches. Where the error is about single records, the others can be written without them. */
export function isAboutRecords(error: unknown): error is TransportError {
  return error instanceof TransportError && aboutRecords.has(error.code)
}

/** Copies the records `from` up to `end` of a refused batch into an empty one. */
export function copyRecords(records: RecordBatch, from: number, end: number, into: ProduceBatch): ProduceBatch {
  for (let index = from; index < end; index++)
    into.append(records.key(index), records.value(index), records.timestamp(index), records.headers(index))
  return into
}
