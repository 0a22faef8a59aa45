import { sentenceOf } from '../../model/sentence.ts'
import { noHeaders } from '../../model/headers.ts'
import { StreamsError, TaskMigratedError, TransportError } from '../../model/errors.ts'
import type { Counter } from '../../metrics/metrics.ts'
import type { Producer } from '../../transport/producer.ts'
import { decodeRecordBatch } from '../../transport/record-batch/decode-record-batches.ts'
import type { ProduceBatch } from '../../transport/record-batch/produce-batch.ts'
import { noProducer } from '../../transport/record-batch/record-batch-builder.ts'
import type { RecordBatch } from '../../transport/record-batch/record-batch.ts'
import { copyRecords, isAboutRecords } from '../../transport/refused-batch.ts'
import { askHandler, type ErrorReports } from './ask-handler.ts'
import type { SendDeadLetter } from './dead-letters.ts'
import type { ErrorHandlerContext, ProductionAnswer, ProductionHandler, UnsentRecord } from './error-handlers.ts'
import { isRetriable } from './error-handlers.ts'
import type { Logger } from '../logger.ts'

export interface RefusalHandling {
  readonly productionHandler: ProductionHandler
  readonly deadLetterTopic: string | undefined
  /** Counts the records that the handler skips. */
  readonly droppedRecords: Counter
  readonly logger: Logger
  /** Whether batches belong to transactions: if the fate of one is not known, the transaction is undone as a whole. Default false. */
  readonly isTransactional?: boolean
}

/** Errors that no record causes. The handler is not asked about them (Java: `RecordCollectorImpl.isFatalException`). */
const aboutNoRecord: ReadonlySet<string> = new Set([
  'TRANSPORT_TOPIC_AUTHORIZATION_FAILED',
  'TRANSPORT_CLUSTER_AUTHORIZATION_FAILED',
  'TRANSPORT_TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'TRANSPORT_SASL_AUTHENTICATION_FAILED',
  'TRANSPORT_INVALID_TOPIC_EXCEPTION',
  'TRANSPORT_UNKNOWN_SERVER_ERROR',
  'TRANSPORT_OFFSET_METADATA_TOO_LARGE',
])

/** Settles the records of a batch that the broker refused: each record is written after all, is skipped, or ends the processing. */
export class RefusedRecords {
  readonly #topic: string
  readonly #producer: Producer
  readonly #handling: RefusalHandling
  readonly #reports: ErrorReports

  constructor(topic: string, producer: Producer, handling: RefusalHandling, sendDeadLetter: SendDeadLetter) {
    this.#topic = topic
    this.#producer = producer
    this.#handling = handling
    // A refused dead letter gets no dead letter of its own.
    const deadLetterTopic = topic === handling.deadLetterTopic ? undefined : handling.deadLetterTopic
    this.#reports = { ...handling, deadLetterTopic, sendDeadLetter }
  }

  /**
   * Resolves, when each record is written or skipped, to the offset after the last one written; undefined if none was. Rejects with
   * the error that ends the processing: `STREAMS_SEND_FAILED`.
   */
  async settle(partition: number, batch: ProduceBatch, error: unknown): Promise<number | undefined> {
    if (this.#handling.isTransactional === true && isOfTransaction(error)) throw error
    if (!(error instanceof TransportError) || error.kind === 'fenced' || aboutNoRecord.has(error.code)) throw sendFailed(error)
    const records = decodeRecordBatch(batch.seal(noProducer))
    if (isAboutRecords(error) && records.count > 1) return this.#halves(partition, records, 0, records.count)
    for (let index = 0; index < records.count; index++) this.#decide(partition, records, index, error)
    return undefined
  }

  /** Writes the records in two halves, as Kafka's own producer does with a batch that is too large. */
  async #halves(partition: number, records: RecordBatch, from: number, end: number): Promise<number | undefined> {
    const middle = (from + end) >>> 1
    const first = await this.#write(partition, records, from, middle)
    return (await this.#write(partition, records, middle, end)) ?? first
  }

  async #write(partition: number, records: RecordBatch, from: number, end: number): Promise<number | undefined> {
    const part = copyRecords(records, from, end, this.#producer.newBatch())
    try {
      const { baseOffset } = await this.#producer.send({ topic: this.#topic, partition }, part)
      return baseOffset + part.count
    } catch (error) {
      if (end - from > 1 && isAboutRecords(error)) return this.#halves(partition, records, from, end)
      return this.settle(partition, part, error)
    }
  }

  #decide(partition: number, records: RecordBatch, index: number, error: TransportError): void {
    const { productionHandler } = this.#handling
    const record = this.#unsent(partition, records, index)
    const context = { ...nowhere, timestamp: record.timestamp, headers: record.headers, ...rawOf(record) }
    const logMessage = `A record could not be written to ${this.#topic}-${partition}: ${error.message}`
    const ask = () => productionHandler(error, record, context)
    const call = { error, context, logLevel: 'error', logMessage, failure: 'ends here', ask } as const
    const answer = askHandler<ProductionAnswer>(call, this.#reports)
    if (answer !== 'continue') throw answer === 'retry' && isRetriable(error) ? sendAgain(error) : sendFailed(error)
  }

  #unsent(partition: number, records: RecordBatch, index: number): UnsentRecord & { readonly failed: 'send' } {
    return {
      failed: 'send',
      topic: this.#topic,
      partition,
      key: records.key(index),
      value: records.value(index),
      timestamp: records.timestamp(index),
      headers: records.headers(index),
    }
  }
}

/** Only a batch that the broker has refused, and surely not written, leaves its transaction open. */
function isOfTransaction(error: unknown): error is TransportError {
  return error instanceof TransportError && error.kind !== 'fatal'
}

/** The input record of a failed send is no longer known. The dead letter carries the bytes of the record that was not written. */
const nowhere: ErrorHandlerContext = Object.freeze({
  topic: null,
  partition: -1,
  offset: -1,
  timestamp: -1,
  headers: noHeaders,
  node: null,
  task: null,
  sourceRawKey: null,
  sourceRawValue: null,
})

function rawOf({ key, value }: { readonly key: Uint8Array | null; readonly value: Uint8Array | null }) {
  return { sourceRawKey: key, sourceRawValue: value }
}

/** Not a transport error: after those a commit is tried again, and it would pass over the record that was not written. */
function sendFailed(cause: unknown): StreamsError {
  return new StreamsError('STREAMS_SEND_FAILED', messageOf(cause), { facts: factsOf(cause), cause })
}

/** Lets the tasks begin again from the last commit. Sending only the record again would put it behind later records. */
function sendAgain(cause: unknown): TaskMigratedError {
  return new TaskMigratedError('STREAMS_SEND_FAILED', messageOf(cause), { facts: factsOf(cause), cause })
}

function messageOf(cause: unknown): string {
  return `Records could not be written, and are processed again from the last commit: ${sentenceOf(cause)}`
}

function factsOf(cause: unknown): Readonly<Record<string, unknown>> {
  return cause instanceof StreamsError ? { ...cause.facts, transport: cause.code } : {}
}
