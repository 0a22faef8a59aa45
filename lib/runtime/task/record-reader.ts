import { SerializationError, StreamsError } from '../../model/errors.ts'
import type { Headers } from '../../model/headers.ts'
import type { RawRecord } from '../../model/raw-record.ts'
import type { StreamRecord } from '../../model/stream-record.ts'
import { streamRecord } from '../../model/stream-record.ts'
import type { TimestampExtractor } from '../../processor/timestamp-extractor.ts'
import {
  keepsValidTimestamps,
  usePartitionTimeOnInvalidTimestamp,
  wallclockTimestamp,
} from '../../processor/timestamp-extractors.ts'
import type { SourceNode } from '../../topology/topology-plan.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { RecordBatch } from '../../transport/record-batch/record-batch.ts'
import { lambdaResult } from '../../processor/lambda-result.ts'
import { askHandler } from '../errors/ask-handler.ts'
import type { ErrorHandlerContext } from '../errors/error-handlers.ts'
import type { RestoredRecord } from '../restore/changelog.ts'
import { sentenceOf } from '../../model/sentence.ts'
import { BoundSerde } from '../serdes/serialization.ts'
import { reportsOf, type TaskScope } from './task-scope.ts'
import { reusedColumns, type ReusedColumns } from './reused-columns.ts'
import { unreadColumns, type UnreadColumns } from './unread-columns.ts'

type AnyRecord = StreamRecord<unknown, unknown>

/**
 * Reads the records of one partition with the serdes and the timestamp extractor of its source. The deserialization handler decides
 * about records that cannot be read.
 */
export class RecordReader {
  readonly key: BoundSerde
  readonly value: BoundSerde
  /** Null if neither key nor value is written as it came. */
  readonly reused: ReusedColumns | null
  readonly #nullValues: 'by-serde' | 'kept'
  readonly #node: string
  readonly #partition: TopicPartition
  readonly #scope: TaskScope
  readonly #extractor: TimestampExtractor
  readonly #keepsValid: boolean
  /** Null if both are read. */
  readonly #unread: UnreadColumns | null

  constructor(node: SourceNode, partition: TopicPartition, scope: TaskScope) {
    const { serdes, timestampExtractor } = scope.environment
    this.key = new BoundSerde(serdes.key(node.key, node.name), partition.topic, 'key')
    this.value = new BoundSerde(serdes.value(node.value, node.name), partition.topic, 'value')
    this.#nullValues = node.nullValues ?? 'by-serde'
    this.#node = node.name
    this.#partition = partition
    this.#scope = scope
    this.#extractor = node.timestampExtractor ?? timestampExtractor
    this.#keepsValid = keepsValidTimestamps(this.#extractor)
    this.reused = reusedColumns(node, this, scope.environment)
    this.#unread = this.#keepsValid ? unreadColumns(node, this, scope.environment) : null
  }

  /**
   * The record as the topology sees it; null if it is skipped, which is counted. Throws if it may not be skipped. What nobody reads stays
   * in bytes, which are valid until the record after the next is read.
   */
  read(batch: RecordBatch, index: number, partitionTime: number): AnyRecord | null {
    const keeps = this.keepsTimestamp(batch.timestamp(index))
    const record = this.#read(batch, index, keeps ? this.#unread : null)
    return record === null || keeps ? record : this.#stamp(record, batch.offset(index), partitionTime)
  }

  /** Reads a record for a restore. Null if the extractor skips it. Throws if it cannot be read; no handler is asked. */
  reread({ key, value, timestamp, headers, offset }: RestoredRecord, partitionTime: number): AnyRecord | null {
    if (!Number.isSafeInteger(timestamp)) throw unsafeTimestamp(timestamp)
    const record = streamRecord(this.key.read(key, headers), this.#nullable(value, headers), timestamp, headers)
    if (this.keepsTimestamp(timestamp) || this.#isTimeForgotten(timestamp, partitionTime)) return record
    const extracted = this.#extract(record, offset, partitionTime)
    return extracted < 0 ? null : { ...record, timestamp: extracted }
  }

  /**
   * True if the extractor took the timestamp from the wall clock or from the partition time. Neither is recorded anywhere, so a
   * restore keeps the timestamp of the record itself.
   */
  #isTimeForgotten(timestamp: number, partitionTime: number): boolean {
    if (this.#extractor === wallclockTimestamp) return timestamp >= 0
    return this.#extractor === usePartitionTimeOnInvalidTimestamp && partitionTime < 0
  }

  /** Whether the extractor is known to keep this timestamp. */
  keepsTimestamp(timestamp: number): boolean {
    return this.#keepsValid && timestamp >= 0 && Number.isSafeInteger(timestamp)
  }

  /** Whether a record with a null value is read like any other. */
  get keepsNulls(): boolean {
    return this.#nullValues === 'kept' || this.value.serde.nullable === true
  }

  /** Reads a record without the timestamp extractor. Global stores do so, as in Java. */
  deserialize(batch: RecordBatch, index: number): AnyRecord | null {
    return this.#read(batch, index, null)
  }

  #read(batch: RecordBatch, index: number, unread: UnreadColumns | null): AnyRecord | null {
    const headers = batch.headers(index)
    const timestamp = batch.timestamp(index)
    try {
      if (!Number.isSafeInteger(timestamp)) throw unsafeTimestamp(timestamp)
      const key = unread?.key(batch, index) ?? this.key.readAt(batch.bytes, batch.keyAt(index), batch.keyLength(index), headers)
      const value = unread?.value(batch, index) ?? this.#value(batch, index, headers)
      unread?.turn()
      return streamRecord(key, value, timestamp, headers)
    } catch (error) {
      return this.#handle(error as StreamsError, rawRecord(this.#partition, batch, index))
    }
  }

  #value(batch: RecordBatch, index: number, headers: Headers): unknown {
    const length = batch.valueLength(index)
    if (length < 0) return this.#nullable(null, headers)
    return this.value.readAt(batch.bytes, batch.valueAt(index), length, headers)
  }

  #nullable(bytes: Uint8Array | null, headers: Headers): unknown {
    return bytes === null && this.#nullValues === 'kept' ? null : this.value.read(bytes, headers)
  }

  #stamp(record: AnyRecord, offset: number, partitionTime: number): AnyRecord | null {
    const timestamp = this.#extract(record, offset, partitionTime)
    if (timestamp === record.timestamp && timestamp >= 0) return record
    if (timestamp >= 0) return { ...record, timestamp }
    this.#scope.droppedRecords.add()
    const { topic, partition } = this.#partition
    const facts = { topic, partition, offset, timestamp }
    this.#scope.environment.logger.warn(
      `Skipped the record at ${topic}-${partition}, offset ${offset}: its timestamp is negative.`,
      facts,
    )
    return null
  }

  #extract(record: AnyRecord, offset: number, partitionTime: number): number {
    if (this.#extractor === wallclockTimestamp) return this.#scope.environment.clock.now()
    const { topic, partition } = this.#partition
    try {
      const extracted = this.#extractor({ ...record, topic, partition, offset }, partitionTime)
      const timestamp = lambdaResult(extracted, 'timestamp extractor', this.#node)
      if (!Number.isSafeInteger(timestamp)) throw unsafeTimestamp(timestamp)
      return timestamp
    } catch (cause) {
      if (cause instanceof StreamsError) throw cause
      const message = `The timestamp extractor failed at ${topic}-${partition}, offset ${offset}: ${sentenceOf(cause)} Return a timestamp in ms; a negative one skips the record.`
      throw new StreamsError('STREAMS_TIMESTAMP_EXTRACTOR_FAILED', message, { facts: { topic, partition, offset }, cause })
    }
  }

  #handle(cause: StreamsError, record: RawRecord): null {
    const { environment } = this.#scope
    const { topic, partition, offset } = record
    const message = `${cause.message} It is at ${topic}-${partition}, offset ${offset}.`
    const error = new SerializationError(cause.code, message, { facts: { ...cause.facts, topic, partition, offset }, cause })
    const context = this.#context(record)
    const ask = () => environment.deserializationHandler(error, record, context)
    const answer = askHandler({ error, context, logLevel: 'warn', failure: 'ends here', ask }, reportsOf(this.#scope))
    if (answer === 'fail') throw error
    return null
  }

  #context({ key: sourceRawKey, value: sourceRawValue, ...place }: RawRecord): ErrorHandlerContext {
    return { ...place, node: this.#node, task: this.#scope.id, sourceRawKey, sourceRawValue }
  }
}

function rawRecord({ topic, partition }: TopicPartition, batch: RecordBatch, index: number): RawRecord {
  return {
    topic,
    partition,
    offset: batch.offset(index),
    timestamp: batch.timestamp(index),
    key: batch.key(index),
    value: batch.value(index),
    headers: batch.headers(index),
  }
}

function unsafeTimestamp(timestamp: number): StreamsError {
  const message = `A timestamp is a safe integer in ms, not ${timestamp}.`
  return new StreamsError('STREAMS_INVALID_TIMESTAMP', message, { facts: { timestamp } })
}
