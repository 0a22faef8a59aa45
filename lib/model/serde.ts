import type { Headers } from './headers.ts'

/** What bytes belong to. Serdes that keep schemas apart by topic, or that use headers, read it; others ignore it. */
export interface SerdeContext {
  /** The topic that the bytes are of, or are for. */
  readonly topic: string
  /** Whether the bytes are a record's key or its value. */
  readonly component: 'key' | 'value'
  /** The record's headers. */
  readonly headers: Headers
}

/**
 * Turns values of type T into bytes and back. A serde is a pure value: it may be shared by topics, stores and threads.
 *
 * - `null` never reaches `serialize` or `deserialize`: no bytes are null, and null is no bytes, outside of the serde.
 * - Both throw on what they cannot handle; the engine turns that into a `SerializationError` with topic and node.
 * - Members are function properties, not methods, so that types stay strictly variant.
 */
export interface Serde<T> {
  /** For messages: `string`, `avro(bank.User)`. */
  readonly name: string
  /** Writes a value. Throws what it likes; the error is wrapped into a `SerializationError`. */
  readonly serialize: (value: T, context: SerdeContext) => Uint8Array
  /** Reads a value. Throws what it likes; the error goes to the deserialization handler. */
  readonly deserialize: (bytes: Uint8Array, context: SerdeContext) => T
  /** T includes null. Without it a null in a topic goes to the deserialization handler (`STREAMS_NULL_VALUE`). Default false. */
  readonly nullable?: boolean
  /** Values of T cannot be changed in place (string, number, …): a decoded value may be kept and handed out again. Default false. */
  readonly immutable?: boolean
  /** Equal values have equal bytes, and bytes that {@link Serde.accepts} are what `serialize` would write for them. Default false. */
  readonly canonical?: boolean
  /** Whether the bytes are well-formed, without decoding them. Needed where `canonical` is true. */
  readonly accepts?: (bytes: Uint8Array) => boolean
  /** Fetches what `deserialize` will need for these bytes (writer schemas). Awaited per fetched or restored batch. */
  readonly prepareRead?: (bytes: readonly Uint8Array[], context: SerdeContext) => Promise<void>
  /** Fetches or registers what `serialize` will need for this topic. Awaited before the first record of a task. */
  readonly prepareWrite?: (context: SerdeContext) => Promise<void>
  /** The serde to use in this environment. Absent: the serde needs none. See {@link bindSerde}. */
  readonly bind?: (environment: SerdeEnvironment) => Serde<T>
}

/** What arrives once, from the composition root, for all serdes. */
export interface SerdeEnvironment {
  /** `local`: schemas stay within the process, and nothing waits for them (test driver). */
  readonly schemaRegistry?: SchemaRegistry | 'local' | undefined
  /** For serdes of internal topics: their names on the cluster begin with it. */
  readonly applicationId?: string | undefined
  /** The application's default serdes, for serdes around another one that was not given (Java: `SerdeGetter`). */
  readonly defaultKey?: Serde<unknown> | undefined
  /** The application's default value serde. */
  readonly defaultValue?: Serde<unknown> | undefined
}

/** The part of a Confluent-compatible schema registry that serdes need. Schemas are their JSON text. */
export interface SchemaRegistry {
  /** Registers a schema, or finds it where it is registered already; the id goes into each record. */
  register(subject: string, schema: string): Promise<number>
  /** The text of a schema. Rejects where the registry has none of this id. */
  schemaById(id: number): Promise<string>
  /** A schema that is there without asking for it: what rows of stores were written with before this process was. */
  known?(id: number): string | undefined
}

const bound = new WeakMap<Serde<never>, WeakMap<SerdeEnvironment, Serde<never>>>()

/**
 * Binds a serde to its environment. The same serde and environment always give the same instance, because "same serde at
 * source and sink" decides whether bytes may be passed on without encoding them again.
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
