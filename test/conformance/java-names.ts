import type { Topology } from 'millrace'
import { StreamsError } from '../../lib/model/errors.ts'
import type { Thrown } from './scenario/scenario.ts'

/** What Java throws where Millrace throws. */
interface JavaError {
  readonly class: string
  /** Class of the innermost cause, where it is not what the cause itself says. */
  readonly root?: string
}

/** By code and place, code, or class where an error has no code. The most special one counts. */
const javaErrors: Readonly<Record<string, JavaError>> = {
  StreamsError: { class: 'StreamsException' },
  ProcessingError: { class: 'StreamsException' },
  'ProcessingError while flushing': { class: 'ProcessorStateException' },
  TopologyError: { class: 'TopologyException' },
  ConfigError: { class: 'ConfigException' },
  SerializationError: { class: 'SerializationException' },
  ProcessorStateError: { class: 'ProcessorStateException' },
  TypeError: { class: 'IllegalArgumentException' },
  IllegalState: { class: 'IllegalStateException' },

  STREAMS_UNKNOWN_TOPIC: { class: 'IllegalArgumentException' },
  STREAMS_RETENTION_TOO_SMALL: { class: 'IllegalArgumentException' },
  STREAMS_SHARED_PROCESSOR: { class: 'IllegalArgumentException' },
  STREAMS_EMIT_STRATEGY: { class: 'IllegalArgumentException' },
  STREAMS_TABLE_NOT_VERSIONED: { class: 'IllegalArgumentException' },
  STREAMS_HISTORY_TOO_SHORT: { class: 'IllegalArgumentException' },
  STREAMS_NULL_KEY: { class: 'NullPointerException' },
  STREAMS_LAMBDA_RETURNED_NULL: { class: 'NullPointerException' },
  STREAMS_STORE_NOT_CONNECTED: { class: 'StreamsException' },
  STREAMS_JOIN_STORE: { class: 'StreamsException' },
  // Java's serializers cast their values, and name the node around the missing serde.
  STREAMS_SERIALIZATION: { class: 'ClassCastException' },
  STREAMS_SERDE_MISSING: { class: 'StreamsException', root: 'ConfigException' },

  'STREAMS_DESERIALIZATION at a record': { class: 'StreamsException' },
  'STREAMS_DESERIALIZATION uuid': { class: 'SerializationException', root: 'IllegalArgumentException' },
  'STREAMS_DESERIALIZATION void': { class: 'IllegalArgumentException' },
  'STREAMS_DESERIALIZATION timeWindowed': { class: 'NegativeArraySizeException' },
  'STREAMS_DESERIALIZATION sessionWindowed': { class: 'NegativeArraySizeException' },
  'STREAMS_DESERIALIZATION list': { class: 'SerializationException', root: 'EOFException' },
}

/** What a dead letter calls an error: Java names the class that its node caught. */
const deadLetterErrors: Readonly<Record<string, string>> = {
  STREAMS_DESERIALIZATION: 'SerializationException',
  STREAMS_NULL_VALUE: 'SerializationException',
  STREAMS_SERIALIZATION: 'StreamsException',
}

/** The class for the code or name of an error; undefined where it is not one of ours. */
export function javaErrorNames(name: string): string | undefined {
  return deadLetterErrors[name] ?? javaErrors[name]?.class
}

/** An error as the oracle describes Java's. */
export function javaThrown(error: unknown, at: Thrown['at'], topology?: Topology): Thrown {
  const own = isCastBehindCache(error, topology) ? javaErrors['ProcessingError']! : javaError(error)
  const innermost = rootOf(error)
  const root = innermost === error ? own.root : (javaError(innermost).root ?? javaError(innermost).class)
  return { class: own.class, at, message: messageOf(error), ...(root === undefined ? {} : { root: { class: root } }) }
}

function javaError(error: unknown): JavaError {
  const known = keysOf(error).map((key) => javaErrors[key])
  return known.find((found) => found !== undefined) ?? { class: nameOf(error) }
}

/** Java wraps a failed cast where it happens; where a cache has called the processor, nobody is there to wrap it again. */
function isCastBehindCache(error: unknown, topology: Topology | undefined): boolean {
  if (!(error instanceof StreamsError) || error.code !== 'STREAMS_SERIALIZATION') return false
  const { flushedStore, node: name } = error.facts
  const nodes = topology?.plan('app').subtopologies.flatMap((each) => each.nodes) ?? []
  const failed = nodes.find((node) => node.name === name)
  if (failed?.kind !== 'processor') return false
  return nodes.some(
    (node) => node.kind === 'processor' && failed.parents.includes(node.name) && node.stores.includes(String(flushedStore)),
  )
}

/** An error around a processor's keeps the code of its cause; in Java it is always the same. */
function keysOf(error: unknown): string[] {
  if (!(error instanceof StreamsError)) return [nameOf(error)]
  const { code, facts, name } = error
  // Java's flush wraps whatever is not a StreamsException; a node makes one of a cast that failed in its store.
  const isCast = code === 'STREAMS_SERIALIZATION' && facts['store'] !== undefined
  const isWrapped = facts['flushedStore'] !== undefined && !isCast
  if (name === 'ProcessingError') return [isWrapped ? `${name} while flushing` : name]
  const place = facts['offset'] === undefined ? nameOfSerde(facts['serde']) : 'at a record'
  return [`${code} ${place}`, code, name]
}

/** Without what it is around. */
function nameOfSerde(serde: unknown): string {
  return String(serde).replace(/\(.*/, '')
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
