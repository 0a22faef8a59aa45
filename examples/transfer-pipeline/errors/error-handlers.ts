import { deadLetter } from 'millrace'
import type {
  DeadLetter,
  DeserializationHandler,
  ErrorHandlerContext,
  HandlerResponse,
  ProcessingHandler,
  ProductionHandler,
  StreamsError,
} from 'millrace'
import { deadLetterTopicOf } from '../topics.ts'
import { codeOf, errorClassOf } from './error-class.ts'
import type { ErrorCounts } from './error-counts.ts'
import { header, headerNames, withoutErrors } from './letter-headers.ts'

export interface HandlerOptions {
  readonly applicationId: string
  readonly counts: ErrorCounts
  readonly log: (line: string) => void
}

export interface ErrorHandlers {
  readonly deserializationHandler: DeserializationHandler
  readonly processingHandler: ProcessingHandler
  readonly productionHandler: ProductionHandler
}

/**
 * A record that cannot be read, processed or written must not stop those behind it: it goes to the dead letters of its topic, with its bytes
 * and the reason. What no record is to blame for still ends the application, or is waited for: handlers are not asked about that.
 */
export function errorHandlers(options: HandlerOptions): ErrorHandlers {
  return {
    deserializationHandler: (error, _record, context) => skip(error, context, options),
    processingHandler: (error, _record, context) => skip(causeOf(error), context, options),
    productionHandler(error, unsent, context) {
      if ('kind' in error && error.kind === 'retriable') return 'retry'
      // After a failed send nobody knows the input record any more: the letter has the record that could not be written.
      return skip(error, context.topic === null ? { ...context, topic: unsent.topic } : context, options)
    },
  }
}

/** A processing error adds the place to what was thrown. The letter says the place in headers of its own. */
function causeOf(error: StreamsError): Error {
  return error.cause instanceof Error ? error.cause : error
}

function skip(error: Error, context: ErrorHandlerContext, options: HandlerOptions): HandlerResponse {
  const { applicationId, counts, log } = options
  const { topic, partition, offset } = context
  log(`${applicationId}: skipped ${topic}-${partition} at ${offset}: ${error.message}`)
  counts.add('dlq_records_total', { topic: topic ?? '', class: errorClassOf(codeOf(error)) })
  return { answer: 'continue', deadLetters: [letterOf(error, context, applicationId)] }
}

function letterOf(error: Error, context: ErrorHandlerContext, applicationId: string): DeadLetter {
  const letter = deadLetter(deadLetterTopicOf(context.topic), error, { ...context, headers: withoutErrors(context.headers) })
  const by = [header(headerNames.refusedBy, applicationId), header(headerNames.refusedAt, String(Date.now()))]
  return { ...letter, headers: [...(letter.headers ?? []), ...by] }
}
