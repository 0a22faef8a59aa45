import { AssertionError } from '../../model/assert.ts'
import { StreamsError, TaskCorruptedError, TaskMigratedError, TransportError } from '../../model/errors.ts'
import type { RecordContext } from '../../model/record-context.ts'
import type { TaskId } from '../../model/task-id.ts'
import { taskIdString } from '../../model/task-id.ts'

/**
 * An error with the place where it happened: node, task, record. Its `code` is that of the cause where that has one, otherwise
 * `STREAMS_PROCESSING_FAILED` (Java: `FailedProcessingException`).
 */
export class ProcessingError extends StreamsError {
  override readonly name = 'ProcessingError'
}

/** Errors that are not the record's: they pass through processors untouched, and no handler may continue over them. */
export function isFatal(error: unknown): boolean {
  return (
    error instanceof ProcessingError ||
    error instanceof AssertionError ||
    error instanceof TaskMigratedError ||
    error instanceof TaskCorruptedError ||
    error instanceof TransportError
  )
}

export function processingError(cause: unknown, node: string, task: TaskId, context: RecordContext): ProcessingError {
  const { topic, partition, offset } = context
  const isOwn = cause instanceof StreamsError
  const at = isOwn && typeof cause.facts['node'] === 'string' ? cause.facts['node'] : node
  const where = topic === null ? 'in a punctuation' : `at ${topic}-${partition}, offset ${offset}`
  const message = `${at} in task ${taskIdString(task)} failed ${where}: ${cause instanceof Error ? cause.message : String(cause)}`
  const facts = { ...(isOwn ? cause.facts : {}), node: at, task: taskIdString(task), topic, partition, offset }
  return new ProcessingError(isOwn ? cause.code : 'STREAMS_PROCESSING_FAILED', message, { facts, cause })
}

/** The record of a processing error is one that a cache held back: says which (Java: `ProcessorStateException`, "Failed to flush cache"). */
export function whileFlushing(error: unknown, store: string): unknown {
  if (!(error instanceof ProcessingError)) return error
  const { code, message, facts, cause } = error
  const options = { facts: { ...facts, flushedStore: store }, cause }
  return new ProcessingError(code, `${message} The record came out of the cache of the store ${store}.`, options)
}
