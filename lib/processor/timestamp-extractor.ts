import type { StreamRecord, RecordMetadata } from '../model/stream-record.ts'

/** A record before it enters the topology, key and value decoded. */
export interface ConsumerRecord extends StreamRecord<unknown, unknown>, RecordMetadata {}

/**
 * Event time of a record, in ms. `partitionTime` is the largest timestamp seen in the partition so far, −1 at first. A negative
 * result drops the record (Java: `TimestampExtractor`). Throwing stops the task.
 */
export type TimestampExtractor = (record: ConsumerRecord, partitionTime: number) => number
