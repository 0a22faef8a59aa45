import { isDeepStrictEqual } from 'node:util'
import { sentenceOf } from '../../model/sentence.ts'
import type { Serde } from '../../model/serde.ts'
import { unreadable, unwritable } from '../serialization-error.ts'
import { exactUtf8Text } from '../utf8.ts'
import { changedNumber } from './json-numbers.ts'
import { describeLoss, PlainValueCheck } from './plain-value.ts'
import { describeIssues } from './standard-schema.ts'
import type { SchemaOutput, StandardSchema } from './standard-schema.ts'

/**
 * Returns a serde for JSON in UTF-8. `json<T>()` assumes that the values it reads are of type T. `json(schema)` checks values
 * when it reads and writes them, by any Standard Schema (Zod, Valibot, ArkType, …). The schema must be synchronous, and must
 * accept its own output.
 *
 * Values are written so that they are read back equal. A value for which that is impossible is refused:
 * - **Writing** refuses NaN, infinities, bigints, functions, `undefined` in arrays, and objects that are neither plain nor arrays (`Date`,
 *   `Map`, bytes, instances of classes). An undefined member of an object is not written. A schema may allow more: one that turns the JSON
 *   text of a date back into a `Date` allows dates.
 * - **Reading** refuses broken UTF-8, and integers that JavaScript would change, mostly those beyond ±(2^53 − 1): send them as strings.
 *   A number with a fraction or an exponent is read as a double. A byte order mark is skipped. If an object has two members of the same
 *   name, the last one is read.
 * - JSON's `null` is refused when reading and writing. The null of a topic has no bytes.
 *
 * @example
 * const orders = topic('orders', { key: Serdes.string, value: Serdes.json<Order>() })
 */
export function jsonSerde<T>(): Serde<T>
export function jsonSerde<S extends StandardSchema>(schema: S): Serde<SchemaOutput<S>>
export function jsonSerde(schema?: StandardSchema): Serde<unknown> {
  if (schema === undefined) return Object.freeze({ name: 'json', serialize: write, deserialize: read })
  return Object.freeze({
    name: `json(${schema['~standard'].vendor})`,
    serialize: (value: unknown) => writeChecked(schema, value),
    deserialize: (bytes: Uint8Array) => present(attempt(() => validate(schema, parse(bytes)), unreadable)),
  })
}

function attempt<T>(action: () => T, failure: typeof unreadable): T {
  try {
    return action()
  } catch (error) {
    throw failure('json', sentenceOf(error), error)
  }
}

function write(value: unknown): Buffer {
  return Buffer.from(attempt(() => plainText(value), unwritable))
}

function read(bytes: Uint8Array): unknown {
  return present(attempt(() => parse(bytes), unreadable))
}

function present(value: unknown): unknown {
  if (value === null) throw unreadable('json', 'they are the JSON null. A null of a topic has no bytes.')
  return value
}

/** Returns the JSON text of a value. Throws if the value would not be read back equal. */
function plainText(value: unknown): string {
  const text = stringify(value)
  const check = new PlainValueCheck()
  const loss = check.firstLoss(value)
  if (loss !== undefined) throw new TypeError(`${describeLoss(loss)}: JSON would not give it back.`)
  return check.hasMinusZero ? JSON.stringify(value, minusZeros) : text
}

function stringify(value: unknown): string {
  const text: string | undefined = JSON.stringify(value)
  if (text === undefined || text === 'null') throw new TypeError(`${String(value)} has no JSON form.`)
  return text
}

/** TypeScript does not declare `JSON.rawJSON` yet. */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown }

function minusZeros(_key: string, value: unknown): unknown {
  return Object.is(value, -0) ? rawJSON('-0') : value
}

function parse(bytes: Uint8Array): unknown {
  const text = exactUtf8Text(withoutByteOrderMark(bytes))
  if (text === undefined) throw new TypeError('they are no UTF-8.')
  const value: unknown = JSON.parse(text)
  const changed = changedNumber(bytes, text)
  if (changed === undefined) return value
  throw new RangeError(`${changed} is beyond what a number holds exactly. Let it be sent as a string.`)
}

function withoutByteOrderMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes
}

/** Writes the output of the schema for a value. Throws if the schema would not read it back equal. */
function writeChecked(schema: StandardSchema, value: unknown): Buffer {
  return attempt(() => {
    const checked = validate(schema, value)
    // If the schema does not change a plain value, it will not change it when reading it back.
    if (isDeepStrictEqual(checked, value) && new PlainValueCheck().firstLoss(checked) === undefined)
      return Buffer.from(plainText(checked))
    const bytes = Buffer.from(stringify(checked))
    const back = validate(schema, parse(bytes))
    if (isDeepStrictEqual(back, checked)) return bytes
    throw new TypeError('the schema reads another value from its JSON than it was.')
  }, unwritable)
}

function validate(schema: StandardSchema, value: unknown): unknown {
  const result = schema['~standard'].validate(value)
  if (result instanceof Promise) throw new TypeError('The schema is asynchronous; a serde needs a synchronous one.')
  if (result.issues !== undefined) throw new TypeError(describeIssues(result.issues))
  return result.value
}
