import { Ajv } from 'ajv'
import type { ErrorObject, SchemaObject } from 'ajv'
import addFormats from 'ajv-formats'
import type { FastifySchema, FastifySchemaCompiler } from 'fastify'
import { plainNumber } from '../plain-number.ts'

const common = { allErrors: true, verbose: true, useDefaults: true, removeAdditional: false, strict: false } as const

function withFormats(options: ConstructorParameters<typeof Ajv>[0]): Ajv {
  const ajv = new Ajv(options)
  addFormats.default(ajv)
  return ajv
}

/** A body says its types itself; all else of a request is text, of which numbers are read. Arrays are never taken for one value. */
const ofBodies = withFormats({ ...common, coerceTypes: false })
const ofTexts = withFormats({ ...common, coerceTypes: true })

type Checked = true | { readonly error: readonly ErrorObject[] }

/** Checks texts by name, and puts numbers in the place of those that the schema wants to be numbers. */
export function compileTexts(schema: SchemaObject): (texts: Record<string, unknown>) => Checked {
  const validate = ofTexts.compile(schema)
  const numbers = numbersOf(schema)
  return (texts) => {
    for (const name of numbers) if (typeof texts[name] === 'string') texts[name] = plainNumber(texts[name])
    return validate(texts) || { error: validate.errors ?? [] }
  }
}

/** The properties that are numbers. */
function numbersOf({ properties = {} }: SchemaObject): string[] {
  const fields = Object.entries(properties as Readonly<Record<string, { readonly type?: unknown }>>)
  return fields.filter(([, { type }]) => type === 'integer' || type === 'number').map(([name]) => name)
}

/**
 * Compiles a schema when the first request comes that it has to check: a process starts with a hundred schemas, and most of them are never
 * asked for.
 */
export const compileSchema: FastifySchemaCompiler<FastifySchema> = ({ schema, httpPart }) => {
  const compile = httpPart === 'body' ? compileBody : compileTexts
  let check: ReturnType<typeof compile> | undefined
  return ((data: Record<string, unknown>) => (check ??= compile(schema as SchemaObject))(data)) as ReturnType<
    typeof compileSchema
  >
}

function compileBody(schema: SchemaObject): (body: unknown) => Checked {
  const validate = ofBodies.compile(schema)
  return (body) => validate(body) || { error: validate.errors ?? [] }
}
