import type { StreamsError } from '../../model/errors.ts'
import type { Headers } from '../../model/headers.ts'
import type { RawRecord } from '../../model/raw-record.ts'
import type { StreamRecord } from '../../model/stream-record.ts'
import type { TaskId } from '../../model/task-id.ts'

/** Where an error happened: the node, and the input record that was being processed (Java: `ErrorHandlerContext`, KIP-1033). */
export interface ErrorHandlerContext {
  /** Null in a punctuation, and where a send failed: by then the input record is not known any more. Partition and offset are then −1. */
  readonly topic: string | null
  /** The partition that the input record was read from. */
  readonly partition: number
  /** Where in its partition the input record stands. */
  readonly offset: number
  /** The input record's time, in ms since the epoch. */
  readonly timestamp: number
  /** The input record's headers. */
  readonly headers: Headers
  /** Name of the node; null where a send failed. */
  readonly node: string | null
  /** Null where a send failed: tasks of a thread share their producer. */
  readonly task: TaskId | null
  /**
   * The bytes of the input record. Null in a punctuation; for records that a cache or buffer held back they are kept only if
   * `errorsDeadLetterQueueTopicName` is set.
   */
  readonly sourceRawKey: Uint8Array | null
  /** The input record's value, in bytes. */
  readonly sourceRawValue: Uint8Array | null
}

/** A record that a handler writes to say what failed (KIP-1034). It goes out with the records of the task, in the same transaction. */
export interface DeadLetter {
  /** Must exist. */
  readonly topic: string
  /** Default: as the key says. */
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

/** `retry` processes again from the last commit; where an error is not `retriable`, it fails instead (KIP-1065). */
export type ProductionAnswer = HandlerAnswer | 'retry'

/**
 * What a handler decides. The short form, an answer alone, leaves the dead letter to the engine: {@link deadLetter}, if
 * `errorsDeadLetterQueueTopicName` is set. The long form names all that is written; an empty list writes none.
 */
export type HandlerResponse<A extends ProductionAnswer = HandlerAnswer> =
  A | { readonly answer: A; readonly deadLetters: readonly DeadLetter[] }

/**
 * Decides about a record that no serde could read, that was null where the serde is not nullable (`STREAMS_NULL_VALUE`), or whose
 * timestamp is no safe integer (Java: `DeserializationExceptionHandler`). The default is {@link logAndFail}.
 */
export type DeserializationHandler = (error: StreamsError, record: RawRecord, context: ErrorHandlerContext) => HandlerResponse

/**
 * Decides about an error of a processor or punctuator, or of writing what it forwards to a sink (KIP-1033). `record` is what the
 * failing node was given; null for a punctuator. `continue` skips the rest of that branch only. The default is {@link logAndFail}.
 */
export type ProcessingHandler = (
  error: StreamsError,
  record: StreamRecord<unknown, unknown> | null,
  context: ErrorHandlerContext,
) => HandlerResponse

/** A record that could not be written: no bytes for its `origin`, or bytes that the broker did not take. */
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
 * Decides about a record that could not be written, changelogs included (Java: `ProductionExceptionHandler`). A record that is
 * skipped takes no other with it. Not asked where no record could be written: no right to, or a fenced producer. The default is
 * {@link retryOrFail}.
 */
export type ProductionHandler = (
  error: StreamsError,
  record: UnsentRecord,
  context: ErrorHandlerContext,
) => HandlerResponse<ProductionAnswer>

/** The engine logs every error that it hands to a handler; this one stops (Java: `LogAndFailExceptionHandler`). */
export function logAndFail(): 'fail' {
  return 'fail'
}

/** Skips the record that failed (Java: `LogAndContinueExceptionHandler`). */
export function logAndContinue(): 'continue' {
  return 'continue'
}

/** Tries again what may pass, and stops at all else (Java: `DefaultProductionExceptionHandler`). */
export function retryOrFail(error: StreamsError): ProductionAnswer {
  return isRetriable(error) ? 'retry' : 'fail'
}

export function isRetriable(error: StreamsError): boolean {
  return 'kind' in error && error.kind === 'retriable'
}
