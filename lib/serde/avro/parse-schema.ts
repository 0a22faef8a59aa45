import avsc from 'avsc'
import { avroLogicalTypes } from './logical-types.ts'

/**
 * Unions are read as plain values, never as avsc's wrapped branches: a union whose branches cannot be told apart by their values
 * (`int` and `long`) is refused. Throws avsc's errors on what is no schema.
 */
export function parseSchema(schema: unknown): avsc.Type {
  const options = { logicalTypes: avroLogicalTypes, wrapUnions: 'never' }
  return avsc.Type.forSchema(schema as avsc.Schema, options as never)
}
