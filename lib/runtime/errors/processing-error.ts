import { AssertionError } from '../../model/assert.ts'
import { SerializationError, StreamsError, TaskCorruptedError, TaskMigratedError, TransportError } from '../../model/errors.ts'
import type { RecordContext } from '../../model/record-context.ts'
import type { TaskId } from '../../model/task-id.ts'
import { taskIdString } from '../../model/task-id.ts'
import type { NodePlace } from './node-place.ts'
import { sentenceOf } from '../../model/sentence.ts'

/**
 * An error with the place where it happened: node, task, record. Its `code` is that of the cause; a cause without a code gives
 * `STREAMS_PROCESSING_FAILED` (Java: `FailedProcessingException`).
 */
export class ProcessingError extends StreamsError {
  override readonly name = 'ProcessingError'
}

/** True for errors that no record causes. They pass through processors unchanged, and no handler is asked about them. */
export function isFatal(error: unknown): boolean {
  return (
    error instanceof ProcessingError ||
    error instanceof AssertionError ||
    error instanceof TaskMigratedError ||
    error instanceof TaskCorruptedError ||
    error instanceof TransportError ||
    (error instanceof SerializationError && error.code === 'STREAMS_SERDE_CONTRACT')
  )
}

const sinks = new WeakMap<object, NodePlace>()

/** Notes which sink threw the error, and returns the error. As in Kafka Streams, the node that forwarded to the sink fails with it. */
export function thrownBySink(error: unknown, sink: NodePlace): unknown {
  if (typeof error === 'object' && error !== null) sinks.set(error, sink)
  return error
}

/**
 * Adds to an error the node, the task and the record at which it happened. `place` is the node that failed. An error that a sink
 * below it threw names the sink instead.
 */
export function processingError(cause: unknown, place: NodePlace, task: TaskId, context: RecordContext): ProcessingError {
  const own = cause instanceof StreamsError ? cause : undefined
  const { node, text } = sinks.get(cause as object) ?? place
  const { topic, partition, offset } = context
  const where = topic === null ? 'in a punctuation' : `at ${topic}-${partition}, offset ${offset}`
  const nextStep = own === undefined ? ' Mend the code, or let a processingHandler skip such records.' : ''
  const message = `${text} in task ${taskIdString(task)} failed ${where}: ${sentenceOf(cause)}${nextStep}`
  const facts = { ...own?.facts, node, place: text, task: taskIdString(task), topic, partition, offset }
  return new ProcessingError(own?.code ?? 'STREAMS_PROCESSING_FAILED', message, { facts, cause })
}

/**
 * Adds to a processing error that its record came out of the cache of a store (Java: `ProcessorStateException`, "Failed to flush
 * cache").
 */
export function whileFlushing(error: unknown, store: string): unknown {
  if (!(error instanceof ProcessingError)) return error
  const { code, message, facts, cause } = error
  const options = { facts: { ...facts, flushedStore: store }, cause }
  return new ProcessingError(code, `${message} The record came out of the cache of the store ${store}.`, options)
}
