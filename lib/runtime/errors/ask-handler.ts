import type { Counter } from '../../metrics/metrics.ts'
import type { StreamsError } from '../../model/errors.ts'
import type { StreamsErrorCode } from '../../model/streams-error-code.ts'
import { lambdaResult } from '../../processor/lambda-result.ts'
import type { Logger } from '../logger.ts'
import { deadLetter, type SendDeadLetter } from './dead-letters.ts'
import type { ErrorHandlerContext, HandlerResponse, ProductionAnswer } from './error-handlers.ts'
import { ProcessingError } from './processing-error.ts'
import { sentenceOf } from '../../model/sentence.ts'

/** The places to which errors are reported: the log, the topic of default dead letters, and the count of skipped records. */
export interface ErrorReports {
  readonly logger: Logger
  /** Undefined: there are no default dead letters. */
  readonly deadLetterTopic: string | undefined
  readonly droppedRecords: Counter
  readonly sendDeadLetter: SendDeadLetter
}

export interface HandlerCall<A extends ProductionAnswer> {
  readonly error: StreamsError
  readonly context: ErrorHandlerContext
  readonly logLevel: 'warn' | 'error'
  /** The message for the log. Default: that of the error. */
  readonly logMessage?: string
  /** `goes on`: an error that this handler does not skip goes to another handler. That one logs it and writes the dead letter. */
  readonly failure: 'ends here' | 'goes on'
  readonly ask: () => HandlerResponse<A>
}

/**
 * Asks a handler of the application about an error. Logs the error, writes the dead letters of the response, and counts the record
 * if the answer skips it. If the handler itself throws, or returns a promise, the processing ends.
 */
export function askHandler<A extends ProductionAnswer>(call: HandlerCall<A>, reports: ErrorReports): A {
  if (call.failure === 'ends here') log(call, reports)
  const response = responseOf(call)
  const answer = typeof response === 'object' ? response.answer : response
  const isSkipped = answer === 'continue'
  if (isSkipped && call.failure === 'goes on') log(call, reports)
  writeDeadLetters(response, call, reports)
  if (isSkipped) reports.droppedRecords.add()
  return answer
}

function log<A extends ProductionAnswer>(
  { error, logLevel, logMessage = error.message }: HandlerCall<A>,
  { logger }: ErrorReports,
): void {
  logger[logLevel](logMessage, error.facts)
}

/** After the short form of a response the engine writes the dead letter. An error that is tried again has none. */
function writeDeadLetters<A extends ProductionAnswer>(
  response: HandlerResponse<A>,
  { error, context, failure }: HandlerCall<A>,
  { deadLetterTopic, sendDeadLetter }: ErrorReports,
): void {
  if (typeof response === 'object') return response.deadLetters.forEach(sendDeadLetter)
  const isWritten = response === 'continue' || (response === 'fail' && failure === 'ends here')
  if (deadLetterTopic !== undefined && isWritten) sendDeadLetter(deadLetter(deadLetterTopic, error, context))
}

function responseOf<A extends ProductionAnswer>({ ask, error, context }: HandlerCall<A>): HandlerResponse<A> {
  const where = context.node ?? 'a send'
  let response: HandlerResponse<A>
  try {
    response = ask()
  } catch (cause) {
    throw handlerFailed('STREAMS_HANDLER_FAILED', `over an error of ${where}: ${sentenceOf(cause)}`, error, context, cause)
  }
  try {
    return lambdaResult(response, 'exception handler', where)
  } catch (cause) {
    const { code, message } = cause as StreamsError
    throw handlerFailed(code, `over an error of ${where}: ${message}`, error, context, cause)
  }
}

function handlerFailed(
  code: StreamsErrorCode,
  how: string,
  error: StreamsError,
  { node, task }: ErrorHandlerContext,
  cause: unknown,
): ProcessingError {
  const message = `An exception handler of the application failed ${how} Mend the handler. The error was: ${error.message}`
  return new ProcessingError(code, message, { facts: { node, task, error }, cause })
}
