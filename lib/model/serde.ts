import type { Headers } from './headers.ts'

/** The topic, component and headers that bytes belong to. Serdes with a schema per topic, or with headers, use it. */
export interface SerdeContext {
  /** The topic that the bytes are read from or written to. */
  readonly topic: string
  /** Whether the bytes are a record's key or its value. */
  readonly component: 'key' | 'value'
  /** The record's headers. */
  readonly headers: Headers
}

/**
 * Turns values of type T into bytes and back. A serde has no state: topics, stores and threads may share it.
 *
 * - `serialize` and `deserialize` never get null. Callers write null as null bytes, and read null bytes as null.
 * - Both functions throw if they cannot handle their argument. The engine turns that into a `SerializationError` with topic and node.
 * - Members are function properties instead of methods, so that the compiler checks their variance.
 */
export interface Serde<T> {
  /** The name of the serde in messages, e.g. `string` or `avro(bank.User)`. */
  readonly name: string
  /** Writes a value. May throw any error; the engine wraps it into a `SerializationError`. */
  readonly serialize: (value: T, context: SerdeContext) => Uint8Array
  /** Reads a value. May throw any error, which goes to the deserialization handler. */
  readonly deserialize: (bytes: Uint8Array, context: SerdeContext) => T
  /**
   * Whether T includes null. If not, a null in a topic goes to the deserialization handler (`STREAMS_NULL_VALUE`). Default false.
   */
  readonly nullable?: boolean
  /**
   * Whether values of T cannot be changed in place (string, number, …), so that a decoded value may be cached and shared. Default
   * false.
   */
  readonly immutable?: boolean
  /**
   * Whether each value has exactly one form in bytes: bytes that {@link Serde.accepts} returns true for are the bytes that
   * `serialize` writes for their value. Default false.
   */
  readonly canonical?: boolean
  /** Checks whether bytes are well-formed, without decoding them. Required if `canonical` is true. */
  readonly accepts?: (bytes: Uint8Array) => boolean
  /** Fetches the writer schemas that `deserialize` needs for these bytes. Awaited for each fetched or restored batch. */
  readonly prepareRead?: (bytes: readonly Uint8Array[], context: SerdeContext) => Promise<void>
  /** Fetches or registers the schema that `serialize` needs for this topic. Awaited before the first record of a task. */
  readonly prepareWrite?: (context: SerdeContext) => Promise<void>
  /** Returns the serde for an environment. Absent if the serde needs no environment. See {@link bindSerde}. */
  readonly bind?: (environment: SerdeEnvironment) => Serde<T>
}

/** The settings of an application that its serdes need. */
export interface SerdeEnvironment {
  /** `local`: schemas are registered only within the process, synchronously (test driver). */
  readonly schemaRegistry?: SchemaRegistry | 'local' | undefined
  /** The prefix of internal topics' names, for serdes that register schemas by topic. */
  readonly applicationId?: string | undefined
  /** The application's default serdes. Serdes that wrap another one fall back to them if none was given (Java: `SerdeGetter`). */
  readonly defaultKey?: Serde<unknown> | undefined
  /** The application's default value serde. */
  readonly defaultValue?: Serde<unknown> | undefined
}

/** The part of a Confluent-compatible schema registry that serdes need. Schemas are JSON texts. */
export interface SchemaRegistry {
  /** Registers a schema if it is not registered yet, and returns its id. Each record begins with this id. */
  register(subject: string, schema: string): Promise<number>
  /** Returns the text of a schema. Rejects if the registry has no schema of this id. */
  schemaById(id: number): Promise<string>
  /** Returns a schema without asking the registry, if it is known: state directories keep the schemas of their rows. */
  known?(id: number): string | undefined
  /**
   * How bytes name the schema they were written with. `registry`: by the id that the registry gave. With the other two the registry
   * is never asked. Default `registry`.
   */
  readonly encoding?: 'registry' | 'single-object' | 'plain'
  /** The schemas of other writers, for `single-object`: JSON texts. Default none. */
  readonly schemas?: readonly string[]
}

const bound = new WeakMap<Serde<never>, WeakMap<SerdeEnvironment, Serde<never>>>()

/**
 * Binds a serde to an environment. The same serde and environment always give the same instance, because bytes are passed on
 * without encoding them again if source and sink have the same serde.
 */
export function bindSerde<T>(serde: Serde<T>, environment: SerdeEnvironment): Serde<T> {
  if (serde.bind === undefined) return serde
  const key = serde as unknown as Serde<never>
  const ofSerde = bound.get(key) ?? new WeakMap<SerdeEnvironment, Serde<never>>()
  bound.set(key, ofSerde)
  const existing = ofSerde.get(environment) ?? (serde.bind(environment) as unknown as Serde<never>)
  ofSerde.set(environment, existing)
  return existing as unknown as Serde<T>
}
