import { StreamsError } from '../model/errors.ts'
import type { ConsumerRecord, TimestampExtractor } from './timestamp-extractor.ts'

/** Returns the record's own timestamp. If it is negative, throws `STREAMS_INVALID_TIMESTAMP`. This is the default extractor. */
export const failOnInvalidTimestamp: TimestampExtractor = (record) => {
  if (record.timestamp >= 0) return record.timestamp
  throw invalidTimestamp(record)
}

/** Returns the record's own timestamp. A record with a negative timestamp is dropped, logged and counted. */
export const logAndSkipOnInvalidTimestamp: TimestampExtractor = (record) => record.timestamp

/** Returns the record's own timestamp. If it is negative, returns the largest timestamp of the partition so far. */
export const usePartitionTimeOnInvalidTimestamp: TimestampExtractor = (record, partitionTime) => {
  if (record.timestamp >= 0) return record.timestamp
  if (partitionTime >= 0) return partitionTime
  throw invalidTimestamp(record)
}

/**
 * Processing time: the wall-clock time when the record is about to be processed. The runtime recognizes this extractor and never
 * calls it.
 */
export const wallclockTimestamp: TimestampExtractor = () => {
  throw new StreamsError(
    'STREAMS_INVALID_TIMESTAMP',
    'wallclockTimestamp cannot be called: pass it as timestampExtractor, and the engine uses its clock.',
  )
}

const keepsValid: ReadonlySet<TimestampExtractor> = new Set([
  failOnInvalidTimestamp,
  logAndSkipOnInvalidTimestamp,
  usePartitionTimeOnInvalidTimestamp,
])

/** Whether the extractor returns every timestamp >= 0 unchanged, so that it need not be called for those. */
export function keepsValidTimestamps(extractor: TimestampExtractor): boolean {
  return keepsValid.has(extractor)
}

function invalidTimestamp({ topic, partition, offset, timestamp }: ConsumerRecord): StreamsError {
  const where = `The record at ${topic}-${partition}, offset ${offset}`
  const message = `${where} has the timestamp ${timestamp}. Use another timestampExtractor if such records are expected.`
  return new StreamsError('STREAMS_INVALID_TIMESTAMP', message, { facts: { topic, partition, offset, timestamp } })
}
