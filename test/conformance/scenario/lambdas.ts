import { boom, constant, isWindowed, same, str } from './values.ts'
import { Unsupported, type Json } from './scenario.ts'

// The named lambdas of a scenario: a name, or a list of a name and its arguments. Key before value, as the oracle's README has it.

export type Fn = (key: unknown, value: unknown) => unknown
export type Predicate = (key: unknown, value: unknown) => boolean

interface Spec {
  readonly name: string
  readonly args: readonly (Json | undefined)[]
}

export function specOf(json: Json): Spec {
  if (Array.isArray(json)) return { name: String(json[0]), args: json.slice(1) }
  return { name: String(json), args: [] }
}

function ofText(convert: (text: string) => unknown): Fn {
  return (_, value) => (value === null ? null : convert(str(value)))
}

const simple: Readonly<Record<string, Fn>> = {
  value: (_, value) => value,
  key: (key) => key,
  null: () => null,
  str: (_, value) => str(value),
  upper: ofText((text) => text.toUpperCase()),
  length: (_, value) => (value === null ? 0 : str(value).length),
  toLong: ofText((text) => Number(text)),
  firstChar: ofText((text) => text.slice(0, 1)),
  rest: ofText((text) => text.slice(1)),
  pair: (key, value) => `${str(key)}:${str(value)}`,
  windowKey: (key) => (isWindowed(key) ? key.key : null),
  windowStart: (key) => (isWindowed(key) ? key.startMs : null),
  windowEnd: (key) => (isWindowed(key) ? key.endMs : null),
}

const withArguments: Readonly<Record<string, (...args: readonly (Json | undefined)[]) => Fn>> = {
  const: (x) => () => constant(x),
  append: (suffix) => (_, value) => str(value) + String(suffix),
  prefix: (prefix) => (_, value) => String(prefix) + str(value),
  add: (n) => (_, value) => Number(value ?? 0) + Number(n),
  nullIf: (x) => (_, value) => (same(value, constant(x)) ? null : value),
  throwIf: (x) => (_, value) => {
    if (same(value, constant(x))) throw boom(value)
    return value
  },
  field: (index, separator) => (_, value) => {
    const field = value === null ? undefined : str(value).split(String(separator))[Number(index)]
    return field === undefined || field === '' ? null : field
  },
  then: (first, second) => {
    const [f, g] = [fn(first!), fn(second!)]
    return (key, value) => g(key, f(key, value))
  },
  ofKey: (inner) => {
    const f = fn(inner!)
    return (key) => f(key, key)
  },
}

export function fn(json: Json): Fn {
  const { name, args } = specOf(json)
  const found = simple[name] ?? withArguments[name]?.(...args)
  if (found === undefined) throw new Unsupported(`unknown function ${JSON.stringify(json)}`)
  return found
}

const tests: Readonly<Record<string, (...args: readonly (Json | undefined)[]) => Predicate>> = {
  all: () => () => true,
  none: () => () => false,
  keyNotNull: () => (key) => key !== null,
  valueNotNull: () => (_, value) => value !== null,
  even: () => (_, value) => value !== null && Number(value) % 2 === 0,
  keyEq: (x) => (key) => same(key, constant(x)),
  valueEq: (x) => (_, value) => same(value, constant(x)),
  startsWith: (prefix) => (_, value) => value !== null && str(value).startsWith(String(prefix)),
  contains: (part) => (_, value) => value !== null && str(value).includes(String(part)),
  longerThan: (n) => (_, value) => value !== null && str(value).length > Number(n),
  atLeast: (n) => (_, value) => value !== null && Number(value) >= Number(n),
  not: (inner) => {
    const test = predicate(inner!)
    return (key, value) => !test(key, value)
  },
  throwIf: (x) => (_, value) => {
    if (same(value, constant(x))) throw boom(value)
    return true
  },
}

export function predicate(json: Json): Predicate {
  const { name, args } = specOf(json)
  const found = tests[name]?.(...args)
  if (found === undefined) throw new Unsupported(`unknown predicate ${JSON.stringify(json)}`)
  return found
}

/** For flatMapValues: null, "perChar", "none", or a list of functions. */
export function listFunction(json: Json): (key: unknown, value: unknown) => unknown[] | null {
  if (Array.isArray(json)) {
    const fns = json.map((item) => fn(item as Json))
    return (key, value) => fns.map((f) => f(key, value))
  }
  if (json === 'null') return () => null
  if (json === 'none') return () => []
  if (json === 'perChar') return (_, value) => (value === null ? [] : str(value).split(''))
  throw new Unsupported(`unknown list function ${JSON.stringify(json)}`)
}

export interface Pair {
  readonly key: unknown
  readonly value: unknown
}

/** For flatMap: null, "perChar", "none", or a list of [key function, value function]. */
export function pairListFunction(json: Json): (key: unknown, value: unknown) => Pair[] | null {
  if (Array.isArray(json)) {
    const pairs = json.map((item) => [fn((item as Json[])[0]!), fn((item as Json[])[1]!)] as const)
    return (key, value) => pairs.map(([toKey, toValue]) => ({ key: toKey(key, value), value: toValue(key, value) }))
  }
  const each = listFunction(json)
  return (key, value) => each(key, value)?.map((one) => ({ key: one, value })) ?? null
}
