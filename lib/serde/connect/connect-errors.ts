import { SerializationError } from '../../model/errors.ts'

/** Makes the error of a record that has not the form of a record of Connect, or lacks a column. */
export function invalidSchema(reason: string, cause?: unknown): SerializationError {
  return new SerializationError('STREAMS_CONNECT_SCHEMA', reason, { cause })
}

/** Makes the error of a column whose value is none of its type. */
export function invalidData(column: string, value: unknown, expected: string): SerializationError {
  const text = typeof value === 'bigint' ? String(value) : JSON.stringify(value)
  const message = `The column ${column} is ${text}, but ${expected} is expected.`
  return new SerializationError('STREAMS_CONNECT_DATA', message, { facts: { column, value } })
}
