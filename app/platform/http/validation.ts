import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import type { FastifySchema, FastifySchemaCompiler } from 'fastify'

const common = { allErrors: true, verbose: true, useDefaults: true, removeAdditional: false, strict: false } as const

function withFormats(options: ConstructorParameters<typeof Ajv>[0]): Ajv {
  const ajv = new Ajv(options)
  addFormats.default(ajv)
  return ajv
}

/** A body says its types itself; all else of a request is text, of which numbers are read. Arrays are never taken for one value. */
const ofBodies = withFormats({ ...common, coerceTypes: false })
export const ofTexts = withFormats({ ...common, coerceTypes: true })

export const compileSchema: FastifySchemaCompiler<FastifySchema> = ({ schema, httpPart }) =>
  (httpPart === 'body' ? ofBodies : ofTexts).compile(schema)
