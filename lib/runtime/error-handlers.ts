import type { StreamsError } from '../model/errors.ts'
import type { Headers } from '../model/headers.ts'
import type { StreamRecord } from '../model/stream-record.ts'
import type { TaskId } from '../model/task-id.ts'

/** A record as it was read, before any serde saw it. */
export interface RawRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: Headers
}

/** `continue` skips the record, and counts it as dropped; `fail` stops the thread, and the uncaught exception handler decides. */
export type HandlerAnswer = 'continue' | 'fail'

/**
 * Decides about a record that no serde could read, that was null where the serde is not nullable (`STREAMS_NULL_VALUE`), or whose
 * timestamp is no safe integer (Java: `DeserializationExceptionHandler`). The default is {@link logAndFail}.
 */
export type DeserializationHandler = (error: StreamsError, record: RawRecord) => HandlerAnswer

/**
 * Decides about an error of a processor or punctuator (KIP-1033). `record` is what the failing node was given; null for a
 * punctuator. `continue` skips the rest of that branch only. The default is to fail.
 */
export type ProcessingHandler = (
  error: StreamsError,
  record: StreamRecord<unknown, unknown> | null,
  task: TaskId,
) => HandlerAnswer

/** The engine logs every error that it hands to a handler; this one stops (Java: `LogAndFailExceptionHandler`). */
export function logAndFail(): HandlerAnswer {
  return 'fail'
}

/** Skips the record that failed (Java: `LogAndContinueExceptionHandler`). */
export function logAndContinue(): HandlerAnswer {
  return 'continue'
}
