import { types } from 'node:util'
import { StreamsError } from '../model/errors.ts'
import { isPromiseLike } from '../model/promise-like.ts'

/**
 * Returns the result of a lambda. Throws if the result is surely a mistake: `undefined` (a forgotten `return`), or a promise (an
 * async function, whose result is never awaited).
 */
export function lambdaResult<T>(result: T, lambda: string, nodeName: string): T {
  if (result === undefined) throw returnedUndefined(lambda, nodeName)
  notPromise(result, lambda, nodeName)
  return result
}

/** Checks the result of a lambda that should have none, such as an action or a punctuator. Throws if it is a promise. */
export function noResult(result: unknown, lambda: string, nodeName: string): void {
  notPromise(result, lambda, nodeName)
}

function notPromise(result: unknown, lambda: string, nodeName: string): void {
  if (!isPromiseLike(result)) return
  // If the promise rejects later, it must not end the process: the error below already tells the user.
  if (types.isPromise(result)) result.catch(() => undefined)
  throw returnedPromise(lambda, nodeName)
}

function returnedUndefined(lambda: string, nodeName: string): StreamsError {
  const message = `The ${lambda} of ${nodeName} returned undefined. Return a value, or null where you mean "nothing".`
  return new StreamsError('STREAMS_UNDEFINED_RESULT', message, { facts: { lambda, nodeName } })
}

/** Makes the error of a lambda that returned a promise or an async iterable. */
export function returnedPromise(lambda: string, nodeName: string): StreamsError {
  const message = `The ${lambda} of ${nodeName} returned a promise. Records are processed synchronously: return the value itself.`
  return new StreamsError('STREAMS_ASYNC_LAMBDA', message, { facts: { lambda, nodeName } })
}
