import {
  failOnInvalidTimestamp,
  logAndSkipOnInvalidTimestamp,
  usePartitionTimeOnInvalidTimestamp,
  type TimestampExtractor,
} from 'millrace'
import type { Args } from '../scenario/args.ts'
import { fold } from '../scenario/folds.ts'
import { fn, predicate } from '../scenario/lambdas.ts'
import { Unsupported, type Json } from '../scenario/scenario.ts'
import { constant, str } from '../scenario/values.ts'

// Lambdas of a scenario in the order of arguments that the DSL has. Where Java's overload sees no key, the function sees null.

export function predicateOf(step: Args): (value: unknown, key: unknown) => boolean {
  const test = predicate(step.json('pred'))
  return (value, key) => test(key, value)
}

export function mapperOf(json: Json, withKey = true): (value: unknown, key: unknown) => unknown {
  const f = fn(json)
  return (value, key) => f(withKey ? key : null, value)
}

/** `{key, value}`: two functions; or `{fn: "null"}`: returns null instead of a pair. */
export function pairMapperOf(step: Args): (value: unknown, key: unknown) => unknown {
  if (step.take('fn') === 'null') return () => null
  const toKey = fn(step.take('key') ?? 'key')
  const toValue = fn(step.take('value') ?? 'value')
  return (value, key) => ({ key: toKey(key, value), value: toValue(key, value) })
}

export function joinerOf(step: Args): (left: unknown, right: unknown, key: unknown) => unknown {
  const join = fold(step.json('joiner'))
  const withKey = step.flag('withKey')
  return (left, right, key) => join(withKey ? key : null, left, right)
}

export function aggregatorOf(json: Json): (aggregate: unknown, value: unknown, key: unknown) => unknown {
  const f = fold(json)
  return (aggregate, value, key) => f(key, aggregate, value)
}

export function reducerOf(json: Json): (aggregate: unknown, value: unknown) => unknown {
  const f = fold(json)
  return (aggregate, value) => f(null, aggregate, value)
}

export function initializerOf(step: Args): () => unknown {
  const initial = constant(step.take('init') ?? null)
  return () => initial
}

const partitioners: Readonly<Record<string, () => readonly number[] | 'default'>> = {
  zero: () => [0],
  default: () => 'default',
  drop: () => [],
}

export function partitioner(name: string): () => readonly number[] | 'default' {
  return partitioners[name] ?? unknown('partitioner', name)
}

const extractors: Readonly<Record<string, TimestampExtractor>> = {
  failOnInvalid: failOnInvalidTimestamp,
  logAndSkip: logAndSkipOnInvalidTimestamp,
  usePartitionTime: usePartitionTimeOnInvalidTimestamp,
  embedded: (record) => {
    const text = str(record.value)
    const at = text.lastIndexOf('@')
    return at < 0 ? record.timestamp : Number(text.slice(at + 1))
  },
  partitionTime: (_, partitionTime) => Math.max(partitionTime, 0),
}

export function extractor(name: string): TimestampExtractor {
  return extractors[name] ?? unknown('timestamp extractor', name)
}

function unknown(what: string, name: string): never {
  throw new Unsupported(`unknown ${what} ${name}`)
}
