import { SerializationError } from '../../model/errors.ts'
import type { SchemaIds } from './schema-header.ts'

const texts: string[] = []

/** Registers a schema within the process, for serdes without a registry. The ids count from 1. */
export function localSchemas(text: string): SchemaIds {
  if (!texts.includes(text)) texts.push(text)
  const ownId = texts.indexOf(text) + 1
  return {
    idFor: () => ownId,
    schemaOf: (id) => {
      const found = texts[id - 1]
      if (found === undefined)
        throw new SerializationError('STREAMS_SCHEMA_NOT_FOUND', `No schema in this process has the id ${id}.`)
      return found
    },
  }
}
