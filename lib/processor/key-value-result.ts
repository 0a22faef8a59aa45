import type { KeyValue } from '../model/key-value.ts'
import { StreamsError } from '../model/errors.ts'
import { lambdaResult, returnedPromise } from './lambda-result.ts'

/**
 * Checks the pair that a lambda returned. Throws if the pair is null, or if the pair, its key or its value is undefined or a
 * promise.
 */
export function keyValueResult<K, V>(result: KeyValue<K, V>, lambda: string, nodeName: string): KeyValue<K, V> {
  const pair = notNull(lambdaResult(result, lambda, nodeName), lambda, nodeName)
  lambdaResult(pair.key, `${lambda}, as key,`, nodeName)
  lambdaResult(pair.value, `${lambda}, as value,`, nodeName)
  return pair
}

/**
 * Checks the array, or other iterable, that a lambda returned. Throws if it is null, undefined, a promise or an async iterable.
 */
export function iterableResult<T>(result: Iterable<T>, lambda: string, nodeName: string): Iterable<T> {
  const list = notNull(lambdaResult(result, lambda, nodeName), lambda, nodeName)
  if (typeof list === 'object' && Symbol.asyncIterator in list) throw returnedPromise(lambda, nodeName)
  return list
}

function notNull<T>(result: T, lambda: string, nodeName: string): NonNullable<T> {
  if (result !== null && result !== undefined) return result
  const message = `The ${lambda} of ${nodeName} returned null. Return an empty list for "no record", or filter before.`
  throw new StreamsError('STREAMS_LAMBDA_RETURNED_NULL', message, { facts: { lambda, nodeName } })
}
