import type {
  DeserializationHandler,
  ErrorHandlerContext,
  HandlerResponse,
  ProcessingHandler,
  ProductionHandler,
  StreamsError,
} from 'millrace'
import { refusal } from './refusal.ts'
import type { RefusalOptions } from './refusal.ts'

export interface ErrorHandlers {
  readonly deserializationHandler: DeserializationHandler
  readonly processingHandler: ProcessingHandler
  readonly productionHandler: ProductionHandler
}

/**
 * A record that cannot be read, processed or written must not stop those behind it: it goes to the dead letters of its topic, with its bytes
 * and the reason. What no record is to blame for still ends the application, or is waited for: handlers are not asked about that.
 */
export function errorHandlers(options: RefusalOptions): ErrorHandlers {
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

function skip(error: Error, context: ErrorHandlerContext, options: RefusalOptions): HandlerResponse {
  return { answer: 'continue', deadLetters: [refusal(error, context, options)] }
}
