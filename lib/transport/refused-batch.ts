import { TransportError } from '../model/errors.ts'
import type { ProduceBatch } from './record-batch/produce-batch.ts'
import type { RecordBatch } from './record-batch/record-batch.ts'

const aboutRecords: ReadonlySet<string> = new Set([
  'TRANSPORT_MESSAGE_TOO_LARGE',
  'TRANSPORT_RECORD_LIST_TOO_LARGE',
  'TRANSPORT_INVALID_RECORD',
  'TRANSPORT_INVALID_TIMESTAMP',
])

/**
 * Whether a broker refused a batch because of single records. The other records of the batch can then be written without them.
 */
export function isAboutRecords(error: unknown): error is TransportError {
  return error instanceof TransportError && aboutRecords.has(error.code)
}

/** Copies the records at the indexes from `from` up to, and without, `end` of a refused batch to the empty batch `into`. */
export function copyRecords(records: RecordBatch, from: number, end: number, into: ProduceBatch): ProduceBatch {
  for (let index = from; index < end; index++)
    into.append(records.key(index), records.value(index), records.timestamp(index), records.headers(index))
  return into
}
