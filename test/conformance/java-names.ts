import { StreamsError } from '../../lib/model/errors.ts'
import type { Thrown } from './scenario/scenario.ts'

/** What Java throws where Millrace throws: by code, or by class where an error has no code. */
interface JavaError {
  readonly class: string
  /** Class of the innermost cause, where Java has one and Millrace has not. */
  readonly root?: string
}

const serialization: JavaError = { class: 'StreamsException', root: 'ClassCastException' }

const byCode: Readonly<Record<string, JavaError>> = {
  STREAMS_SERIALIZATION: serialization,
}

const byClass: Readonly<Record<string, JavaError>> = {
  TopologyError: { class: 'TopologyException' },
  TypeError: { class: 'IllegalArgumentException' },
  SerializationError: { class: 'SerializationException' },
  IllegalState: { class: 'IllegalStateException' },
  ConfigError: { class: 'ConfigException' },
}

/** An error as the oracle describes Java's. */
export function javaThrown(error: unknown, at: Thrown['at']): Thrown {
  const own = javaError(error)
  const innermost = rootOf(error)
  const root = innermost === error ? own.root : (javaError(innermost).root ?? javaError(innermost).class)
  return { class: own.class, at, message: messageOf(error), ...(root === undefined ? {} : { root: { class: root } }) }
}

function javaError(error: unknown): JavaError {
  const code = error instanceof StreamsError ? byCode[error.code] : undefined
  return code ?? byClass[nameOf(error)] ?? { class: nameOf(error) }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error instanceof StreamsError ? `${error.code}: ${error.message}` : error.message
}

function rootOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? rootOf(error.cause) : error
}
