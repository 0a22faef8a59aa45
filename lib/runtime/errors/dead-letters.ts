import { StreamsError } from '../../model/errors.ts'
import type { Header, Headers } from '../../model/headers.ts'
import { partitionForKey } from '../../transport/partitioner.ts'
import type { DeadLetter, ErrorHandlerContext } from './error-handlers.ts'
import type { Logger } from '../logger.ts'
import { ProcessingError } from './processing-error.ts'
import type { RecordOutput, TopicOutput } from '../output/record-output.ts'

/** Sends a dead letter to its topic. */
export type SendDeadLetter = (letter: DeadLetter) => void

/**
 * The dead letter of Kafka Streams (KIP-1034) about an error that a handler was given, or that the application has caught itself: the
 * bytes of the input record and its headers, and then the headers `__streams.errors.exception` (the error's code, or its name),
 * `.message`, `.stacktrace`, `.topic`, `.partition` and `.offset`.
 */
export function deadLetter(topic: string, error: Error, context: ErrorHandlerContext): DeadLetter {
  const { sourceRawKey: key, sourceRawValue: value, timestamp } = context
  const headers = [...context.headers, ...errorHeaders(error, context)]
  return timestamp < 0 ? { topic, key, value, headers } : { topic, key, value, headers, timestamp }
}

function errorHeaders(error: Error, { topic, partition, offset }: ErrorHandlerContext): Headers {
  // A processing error only adds the place to its cause. Other headers tell the place, so these headers tell the cause.
  const thrown = error instanceof ProcessingError && error.cause instanceof Error ? error.cause : error
  return [
    header('exception', thrown instanceof StreamsError ? thrown.code : thrown.name),
    header('message', thrown.message),
    header('stacktrace', thrown.stack ?? null),
    header('topic', topic),
    header('partition', String(partition)),
    header('offset', String(offset)),
  ]
}

function header(name: string, text: string | null): Header {
  return { key: `__streams.errors.${name}`, value: text === null ? null : Buffer.from(text) }
}

/** Writes dead letters to the output of the task's other records, so that they are flushed and committed together. */
export function deadLettersInto(output: RecordOutput): SendDeadLetter {
  return (letter) => {
    const topic = output.topic(letter.topic)
    if (topic.partitions > 0) append(topic, letter)
    else topic.whenKnown(() => append(topic, letter))
  }
}

function append(output: TopicOutput, { partition, key, value, timestamp, headers }: DeadLetter): void {
  const chosen = partition ?? (key === null ? 0 : partitionForKey(key, output.partitions))
  output.append(chosen, key, value, timestamp ?? null, headers ?? [])
}

/** The global thread writes to no topic, as in Kafka Streams (KIP-1295 is not released): a dead letter is only logged. */
export function noDeadLetters(logger: Logger): SendDeadLetter {
  return ({ topic }) => logger.warn(`No dead letter goes to ${topic}: errors of global stores are only logged.`, { topic })
}
