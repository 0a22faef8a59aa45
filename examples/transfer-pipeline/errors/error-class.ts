import { StreamsError } from 'millrace'

/** What kind of error a record was refused for. The kind says what to do about it. */
export type ErrorClass = 'invalid-schema' | 'schema-not-found' | 'invalid-data' | 'user-code' | 'production' | 'sink'

/** An error that may be gone soon: the record is tried again after the delays of its retry topics. */
export class RetriableError extends Error {
  override readonly name = 'RetriableError'
}

const classes: Readonly<Record<string, ErrorClass>> = {
  STREAMS_CONNECT_SCHEMA: 'invalid-schema',
  STREAMS_DESERIALIZATION: 'invalid-schema',
  STREAMS_SCHEMA_INCOMPATIBLE: 'invalid-schema',
  STREAMS_SCHEMA_INVALID: 'invalid-schema',
  STREAMS_NULL_VALUE: 'invalid-schema',
  STREAMS_SCHEMA_NOT_FOUND: 'schema-not-found',
  STREAMS_SCHEMA_NOT_FETCHED: 'schema-not-found',
  STREAMS_CONNECT_DATA: 'invalid-data',
  UnwritableRowError: 'invalid-data',
  STREAMS_SERIALIZATION: 'production',
  STREAMS_SEND_FAILED: 'production',
  DocumentRefused: 'sink',
}

/** The class of an error by what a dead letter says of it: its code, or its name where it has none. */
export function errorClassOf(codeOrName: string): ErrorClass {
  return classes[codeOrName] ?? (codeOrName.startsWith('TRANSPORT_') ? 'production' : 'user-code')
}

/** The code of an error; its name where it has none. */
export function codeOf(error: unknown): string {
  if (error instanceof StreamsError) return error.code
  return error instanceof Error ? error.name : 'Error'
}

/** Whether another attempt may succeed. A schema that is not found may still be on its way to the registry. */
export function isRetriable(error: unknown): boolean {
  return error instanceof RetriableError || errorClassOf(codeOf(error)) === 'schema-not-found'
}

/** Whatever was thrown, as an error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
