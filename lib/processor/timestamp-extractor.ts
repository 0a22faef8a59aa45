import type { StreamRecord, RecordMetadata } from '../model/stream-record.ts'

/** A deserialized record before it enters the topology. */
export interface ConsumerRecord extends StreamRecord<unknown, unknown>, RecordMetadata {}

/**
 * Returns the event time of a record, in ms since the epoch (Java: `TimestampExtractor`). `partitionTime` is the largest
 * timestamp of the partition so far, and −1 before the first record. If the result is negative, the record is dropped. If the
 * extractor throws, the processing ends.
 */
export type TimestampExtractor = (record: ConsumerRecord, partitionTime: number) => number
