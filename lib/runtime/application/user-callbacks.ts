import { sentenceOf } from '../../model/sentence.ts'
import { isPromiseLike } from '../../model/promise-like.ts'
import { consoleLogger, type Logger } from '../logger.ts'
import type { StateRestoreListener } from '../restore/changelog.ts'
import type { ResolvedConfig, UncaughtExceptionAnswer } from '../streams-config.ts'

/**
 * Wraps the user's callbacks that take no part in processing: logger, listeners and `uncaughtExceptionHandler`. An error that one
 * of them throws, or that its promise rejects with, is logged and changes nothing else: no state is left half-way, no rejection
 * stays unhandled.
 */
export function withSafeCallbacks(config: ResolvedConfig): ResolvedConfig {
  const logger = safeLogger(config.logger, config.clientId ?? config.applicationId)
  const report = (callback: string) => (error: unknown) =>
    logger.error(`${callback} has failed: ${sentenceOf(error)}`, { callback })
  const { onStateChange, stateRestoreListener, uncaughtExceptionHandler } = config
  return {
    ...config,
    logger,
    ...(onStateChange && { onStateChange: safe(onStateChange, report('onStateChange')) }),
    ...(stateRestoreListener && { stateRestoreListener: safeListener(stateRestoreListener, report) }),
    ...(uncaughtExceptionHandler && {
      uncaughtExceptionHandler: safeHandler(uncaughtExceptionHandler, report('uncaughtExceptionHandler')),
    }),
  }
}

type Report = (error: unknown) => void

function safe<A extends readonly unknown[]>(callback: (...values: A) => unknown, report: Report): (...values: A) => void {
  return (...values) => void attempt(() => callback(...values), report)
}

/** The result of `call`; undefined if it throws. */
function attempt<T>(call: () => T, report: Report): T | undefined {
  try {
    const result = call()
    if (isPromiseLike(result)) result.then(undefined, report)
    return result
  } catch (error) {
    report(error)
    return undefined
  }
}

/**
 * A failure of the logger itself goes to the console. Each message carries the id of its application, because several in a process may
 * share a logger.
 */
function safeLogger(logger: Logger, clientId: string): Logger {
  const report = (error: unknown): void => consoleLogger.error(`The logger has failed: ${sentenceOf(error)}`)
  return {
    info: safe((message, facts) => logger.info(message, { clientId, ...facts }), report),
    warn: safe((message, facts) => logger.warn(message, { clientId, ...facts }), report),
    error: safe((message, facts) => logger.error(message, { clientId, ...facts }), report),
  }
}

function safeListener(listener: StateRestoreListener, reportOf: (callback: string) => Report): Required<StateRestoreListener> {
  const report = reportOf('stateRestoreListener')
  return {
    onRestoreStart: safe((...restore) => listener.onRestoreStart?.(...restore), report),
    onBatchRestored: safe((...batch) => listener.onBatchRestored?.(...batch), report),
    onRestoreEnd: safe((...restored) => listener.onRestoreEnd?.(...restored), report),
    onRestoreSuspended: safe((...suspended) => listener.onRestoreSuspended?.(...suspended), report),
  }
}

const answers: readonly unknown[] = [
  'replace-thread',
  'shutdown-client',
  'shutdown-application',
] satisfies UncaughtExceptionAnswer[]

/** A handler that throws, or gives no valid answer, counts as `shutdown-client`. */
function safeHandler(handler: (error: unknown) => unknown, report: Report): (error: unknown) => UncaughtExceptionAnswer {
  const none = Symbol('none')
  return (error) => {
    let failure: unknown = none
    const answer = attempt(
      () => handler(error),
      (thrown) => {
        failure = thrown
        report(thrown)
      },
    )
    if (answers.includes(answer)) return answer as UncaughtExceptionAnswer
    if (failure === none) report(new TypeError(`its answer must be one of ${answers.join(', ')}, and is ${describe(answer)}`))
    return 'shutdown-client'
  }
}

function describe(answer: unknown): string {
  return isPromiseLike(answer) ? 'a promise' : String(answer)
}
