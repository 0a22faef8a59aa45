import avsc from 'avsc'
import { avroLogicalTypes } from 'millrace/avro'
import { invalidSchema } from './registry-error.ts'

/** The text by which schemas are the same: keys sorted, no white space. */
export function canonicalText(text: string): string {
  return JSON.stringify(sortKeys(parseJson(text)))
}

/** Parses a schema whose named types may come from others. Throws 42201 on what is no Avro schema. */
export function parseAvro(text: string, references: readonly string[] = []): avsc.Type {
  const schema = parseJson(text)
  if (isObject(schema) && typeof schema['type'] !== 'string')
    throw invalidSchema(`Undefined type: ${JSON.stringify(schema['type'])}`)
  const options = { logicalTypes: avroLogicalTypes(avsc), registry: {} as Record<string, avsc.Type> } as never
  try {
    for (const reference of references) avsc.Type.forSchema(parseJson(reference) as avsc.Schema, options)
    return avsc.Type.forSchema(schema as avsc.Schema, options)
  } catch (error) {
    throw invalidSchema(String(error))
  }
}

function parseJson(text: string): unknown {
  if (text.trim() === '') throw invalidSchema('Empty schema')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw invalidSchema(String(error))
  }
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .toSorted()
      .map((key) => [key, sortKeys(value[key])]),
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
