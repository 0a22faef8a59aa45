import { StreamsError } from '../model/errors.ts'

/**
 * What a plain lambda returned, or an error where it returned what is surely a mistake: `undefined` (a forgotten `return`) or
 * a promise (an async function, whose result nobody would await).
 */
export function lambdaResult<T>(result: T, lambda: string, nodeName: string): T {
  if (result === undefined) throw returnedUndefined(lambda, nodeName)
  if (typeof result === 'object' && isThenable(result)) throw returnedPromise(lambda, nodeName)
  return result
}

function isThenable(value: object | null): boolean {
  return value !== null && 'then' in value && typeof value.then === 'function'
}

function returnedUndefined(lambda: string, nodeName: string): StreamsError {
  const message = `The ${lambda} of ${nodeName} returned undefined. Return a value, or null where you mean "nothing".`
  return new StreamsError('STREAMS_UNDEFINED_RESULT', message, { facts: { lambda, nodeName } })
}

function returnedPromise(lambda: string, nodeName: string): StreamsError {
  const message = `The ${lambda} of ${nodeName} returned a promise. Records are processed synchronously: return the value itself.`
  return new StreamsError('STREAMS_ASYNC_LAMBDA', message, { facts: { lambda, nodeName } })
}
