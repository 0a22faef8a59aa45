import { asBuffer } from '../model/bytes.ts'
import type { Serde } from '../model/serde.ts'
import { unreadable, unwritable } from './serialization-error.ts'
import { describeIssues } from './standard-schema.ts'
import type { SchemaOutput, StandardSchema } from './standard-schema.ts'

/**
 * JSON in UTF-8. `json<T>()` believes that what it reads is a T; `json(schema)` checks it against any Standard Schema (Zod,
 * Valibot, ArkType, …), and what is written too. The schema must be synchronous and must take its own output as input.
 *
 * JSON's `null` is no value of a topic (null is no bytes), and bigints are beyond JSON: both are refused.
 */
export function jsonSerde<T>(): Serde<T>
export function jsonSerde<S extends StandardSchema>(schema: S): Serde<SchemaOutput<S>>
export function jsonSerde(schema?: StandardSchema): Serde<unknown> {
  const check = schema === undefined ? (value: unknown) => value : (value: unknown) => validate(schema, value)
  return Object.freeze({
    name: schema === undefined ? 'json' : `json(${schema['~standard'].vendor})`,
    serialize: (value: unknown) => Buffer.from(stringify(attempt(() => check(value), unwritable)), 'utf8'),
    deserialize: (bytes: Uint8Array) => {
      const value = attempt(() => check(JSON.parse(asBuffer(bytes).toString('utf8'))), unreadable)
      if (value === null) throw unreadable('json', 'they are the JSON null. A null of a topic has no bytes.')
      return value
    },
  })
}

function attempt<T>(action: () => T, failure: typeof unreadable): T {
  try {
    return action()
  } catch (error) {
    throw failure('json', error instanceof Error ? error.message : String(error), error)
  }
}

function stringify(value: unknown): string {
  const text: string | undefined = attempt(() => JSON.stringify(value), unwritable)
  if (text === undefined || text === 'null') throw unwritable('json', `${String(value)} has no JSON form.`)
  return text
}

function validate(schema: StandardSchema, value: unknown): unknown {
  const result = schema['~standard'].validate(value)
  if (result instanceof Promise) throw new TypeError('The schema is asynchronous; a serde needs a synchronous one.')
  if (result.issues !== undefined) throw new TypeError(describeIssues(result.issues))
  return result.value
}
