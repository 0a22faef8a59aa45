import { specOf } from './lambdas.ts'
import { boom, constant, same, str } from './values.ts'
import { Unsupported, type Json } from './scenario.ts'

/** A reducer or aggregator (a = aggregate, b = value), or a joiner (a = left, b = right). */
export type Fold = (key: unknown, a: unknown, b: unknown) => unknown

const number = (value: unknown): number => Number(value ?? 0)

function notAfter(a: unknown, b: unknown): boolean {
  return typeof a === 'string' && typeof b === 'string' ? a <= b : number(a) <= number(b)
}

const simple: Readonly<Record<string, Fold>> = {
  concat: (_, a, b) => str(a) + str(b),
  plus: (_, a, b) => `${str(a)}+${str(b)}`,
  minus: (_, a, b) => `${str(a)}-${str(b)}`,
  dash: (_, a, b) => `${str(a)}-${str(b)}`,
  keyDash: (key, a, b) => `${str(key)}:${str(a)}-${str(b)}`,
  keyed: (key, a, b) => `${str(a)}${str(key)}:${str(b)};`,
  upper: (_, a, b) => str(a) + str(b).toUpperCase(),
  first: (_, a) => a,
  last: (_, __, b) => b,
  sum: (_, a, b) => number(a) + number(b),
  subtract: (_, a, b) => number(a) - number(b),
  length: (_, a, b) => number(a) + str(b).length,
  count: (_, a) => number(a) + 1,
  uncount: (_, a) => number(a) - 1,
  min: (_, a, b) => (a === null ? b : b === null || notAfter(a, b) ? a : b),
  max: (_, a, b) => (a === null ? b : b === null || notAfter(b, a) ? a : b),
  null: () => null,
}

export function fold(json: Json): Fold {
  const { name, args } = specOf(json)
  if (simple[name] !== undefined) return simple[name]
  if (name === 'nullIf') {
    const inner = fold(args[1]!)
    return (key, a, b) => (same(b, constant(args[0])) ? null : inner(key, a, b))
  }
  if (name === 'throwIf') return throwing(constant(args[0]), fold(args[1]!))
  throw new Unsupported(`unknown fold ${JSON.stringify(json)}`)
}

function throwing(x: Json, inner: Fold): Fold {
  return (key, a, b) => {
    if (same(b, x)) throw boom(b)
    return inner(key, a, b)
  }
}
