import { types } from 'node:util'
import { StreamsError } from '../model/errors.ts'

/**
 * What a plain lambda returned, or an error where it returned what is surely a mistake: `undefined` (a forgotten `return`) or
 * a promise (an async function, whose result nobody would await).
 */
export function lambdaResult<T>(result: T, lambda: string, nodeName: string): T {
  if (result === undefined) throw returnedUndefined(lambda, nodeName)
  if (typeof result === 'object') notPromise(result, lambda, nodeName)
  return result
}

/** Of a lambda without a result, as an action or a punctuator: an error where it returned a promise. */
export function noResult(result: unknown, lambda: string, nodeName: string): void {
  if (typeof result === 'object') notPromise(result, lambda, nodeName)
}

function notPromise(result: object | null, lambda: string, nodeName: string): void {
  if (result === null || !isThenable(result)) return
  // The error says what is wrong. That the promise is rejected later, too, must not end the process.
  if (types.isPromise(result)) result.catch(() => undefined)
  throw returnedPromise(lambda, nodeName)
}

function isThenable(value: object): boolean {
  return 'then' in value && typeof value.then === 'function'
}

function returnedUndefined(lambda: string, nodeName: string): StreamsError {
  const message = `The ${lambda} of ${nodeName} returned undefined. Return a value, or null where you mean "nothing".`
  return new StreamsError('STREAMS_UNDEFINED_RESULT', message, { facts: { lambda, nodeName } })
}

/** Also of an async generator. */
export function returnedPromise(lambda: string, nodeName: string): StreamsError {
  const message = `The ${lambda} of ${nodeName} returned a promise. Records are processed synchronously: return the value itself.`
  return new StreamsError('STREAMS_ASYNC_LAMBDA', message, { facts: { lambda, nodeName } })
}
