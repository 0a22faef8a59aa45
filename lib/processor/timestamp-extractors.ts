import { StreamsError } from '../model/errors.ts'
import type { ConsumerRecord, TimestampExtractor } from './timestamp-extractor.ts'

/** The record's own timestamp; a negative one stops the task (`STREAMS_INVALID_TIMESTAMP`). The default. */
export const failOnInvalidTimestamp: TimestampExtractor = (record) => {
  if (record.timestamp >= 0) return record.timestamp
  throw invalidTimestamp(record)
}

/** The record's own timestamp; a record with a negative one is dropped, and counted. */
export const logAndSkipOnInvalidTimestamp: TimestampExtractor = (record) => record.timestamp

/** The record's own timestamp, or, where that is negative, the largest one seen in the partition so far. */
export const usePartitionTimeOnInvalidTimestamp: TimestampExtractor = (record, partitionTime) => {
  if (record.timestamp >= 0) return record.timestamp
  if (partitionTime >= 0) return partitionTime
  throw invalidTimestamp(record)
}

/** Processing time: the wall clock when the record is about to be processed. The runtime puts the time in its place. */
export const wallclockTimestamp: TimestampExtractor = () => {
  throw new StreamsError(
    'STREAMS_INVALID_TIMESTAMP',
    'wallclockTimestamp is read by the engine, which knows the clock: do not call it.',
  )
}

const keepsValid: ReadonlySet<TimestampExtractor> = new Set([
  failOnInvalidTimestamp,
  logAndSkipOnInvalidTimestamp,
  usePartitionTimeOnInvalidTimestamp,
])

/** Whether the extractor answers a timestamp >= 0 with itself, so that it need not be asked. */
export function keepsValidTimestamps(extractor: TimestampExtractor): boolean {
  return keepsValid.has(extractor)
}

function invalidTimestamp({ topic, partition, offset, timestamp }: ConsumerRecord): StreamsError {
  const where = `The record at ${topic}-${partition}, offset ${offset}`
  const message = `${where} has the timestamp ${timestamp}. Use another timestampExtractor if such records are expected.`
  return new StreamsError('STREAMS_INVALID_TIMESTAMP', message, { facts: { topic, partition, offset, timestamp } })
}
