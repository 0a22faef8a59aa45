import type { StreamsError } from '../../model/errors.ts'
import type { Headers } from '../../model/headers.ts'
import type { RawRecord } from '../../model/raw-record.ts'
import type { StreamRecord } from '../../model/stream-record.ts'
import type { TaskId } from '../../model/task-id.ts'

/** The place of an error: the node, and the input record that was being processed (Java: `ErrorHandlerContext`, KIP-1033). */
export interface ErrorHandlerContext {
  /** Null in a punctuation, and after a failed send, when the input record is no longer known. Partition and offset are then −1. */
  readonly topic: string | null
  /** The partition that the input record was read from. */
  readonly partition: number
  /** The offset of the input record. */
  readonly offset: number
  /** The input record's time, in ms since the epoch. */
  readonly timestamp: number
  /** The input record's headers. */
  readonly headers: Headers
  /** Name of the node; null after a failed send. */
  readonly node: string | null
  /** Null after a failed send, because the tasks of a thread share their producer. */
  readonly task: TaskId | null
  /**
   * The bytes of the input record; null in a punctuation. A record that a cache or buffer held back has them only if
   * `errorsDeadLetterQueueTopicName` is set.
   */
  readonly sourceRawKey: Uint8Array | null
  /** The input record's value, in bytes. */
  readonly sourceRawValue: Uint8Array | null
}

/**
 * A record about a failure that a handler asks the engine to write (KIP-1034). It is sent with the other records of the task, in
 * the same transaction.
 */
export interface DeadLetter {
  /** The topic must exist. */
  readonly topic: string
  /** Default: chosen by the hash of the key; 0 without a key. */
  readonly partition?: number | undefined
  /** Key of the letter, in bytes. */
  readonly key: Uint8Array | null
  /** Value of the letter, in bytes. */
  readonly value: Uint8Array | null
  /** Default: the time of writing. */
  readonly timestamp?: number | undefined
  /** Headers of the letter. */
  readonly headers?: Headers | undefined
}

/** `continue` skips the record, and counts it as dropped; `fail` stops the thread, and the uncaught exception handler decides. */
export type HandlerAnswer = 'continue' | 'fail'

/** `retry` processes again from the last commit (KIP-1065). For an error that is not `retriable` it counts as `fail`. */
export type ProductionAnswer = HandlerAnswer | 'retry'

/**
 * The decision of a handler. The short form is an answer alone: the engine then writes the default {@link deadLetter} if
 * `errorsDeadLetterQueueTopicName` is set. The long form lists the dead letters to write; an empty list writes none.
 */
export type HandlerResponse<A extends ProductionAnswer = HandlerAnswer> =
  A | { readonly answer: A; readonly deadLetters: readonly DeadLetter[] }

/**
 * Decides about a record that no serde could read, that is null although the serde is not nullable (`STREAMS_NULL_VALUE`), or whose
 * timestamp is no safe integer (Java: `DeserializationExceptionHandler`). The default is {@link logAndFail}.
 */
export type DeserializationHandler = (error: StreamsError, record: RawRecord, context: ErrorHandlerContext) => HandlerResponse

/**
 * Decides about an error of a processor or punctuator, or of a sink to which it forwards (KIP-1033). `record` is the record that
 * the failing node was given; null for a punctuator. `continue` skips the rest of that branch only. The default is {@link
 * logAndFail}.
 */
export type ProcessingHandler = (
  error: StreamsError,
  record: StreamRecord<unknown, unknown> | null,
  context: ErrorHandlerContext,
) => HandlerResponse

/**
 * A record that could not be written. `serialization`: the serde of its key or value (`origin`) failed. `send`: the broker refused
 * it.
 */
export type UnsentRecord =
  | {
      readonly failed: 'serialization'
      readonly origin: 'key' | 'value'
      readonly topic: string
      readonly key: unknown
      readonly value: unknown
      readonly timestamp: number
      readonly headers: Headers
    }
  | {
      readonly failed: 'send'
      readonly topic: string
      readonly partition: number
      readonly key: Uint8Array | null
      readonly value: Uint8Array | null
      readonly timestamp: number
      readonly headers: Headers
    }

/**
 * Decides about a record that could not be written, changelogs included (Java: `ProductionExceptionHandler`). Skipping a record
 * skips no other record. The handler is not asked about errors that no single record causes, such as a missing authorization or a
 * fenced producer. The default is {@link retryOrFail}.
 */
export type ProductionHandler = (
  error: StreamsError,
  record: UnsentRecord,
  context: ErrorHandlerContext,
) => HandlerResponse<ProductionAnswer>

/** Fails at every error (Java: `LogAndFailExceptionHandler`). The engine logs the error before it asks the handler. */
export function logAndFail(): 'fail' {
  return 'fail'
}

/** Skips the record that failed (Java: `LogAndContinueExceptionHandler`). */
export function logAndContinue(): 'continue' {
  return 'continue'
}

/** Retries after an error that may pass, and fails at any other (Java: `DefaultProductionExceptionHandler`). */
export function retryOrFail(error: StreamsError): ProductionAnswer {
  return isRetriable(error) ? 'retry' : 'fail'
}

export function isRetriable(error: StreamsError): boolean {
  return 'kind' in error && error.kind === 'retriable'
}
