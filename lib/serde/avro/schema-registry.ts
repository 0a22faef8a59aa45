import { checkOptions, type OptionNames } from '../../model/check-options.ts'
import { SerializationError, StreamsError } from '../../model/errors.ts'
import { sentenceOf } from '../../model/sentence.ts'
import type { SchemaRegistry } from '../../model/serde.ts'
import type { RegistryClient } from './registry-client.ts'
import { connectRegistry } from './registry-client.ts'

/** A compatibility level of Confluent's registry: it decides which new schemas a subject accepts. */
export type Compatibility =
  'NONE' | 'BACKWARD' | 'BACKWARD_TRANSITIVE' | 'FORWARD' | 'FORWARD_TRANSITIVE' | 'FULL' | 'FULL_TRANSITIVE'

/** Options of {@link schemaRegistry}. */
export interface SchemaRegistryOptions {
  /**
   * The compatibility level, of all subjects or by subject. A subject without a level gets this one. A subject with another level
   * refuses the registration (`STREAMS_SCHEMA_INCOMPATIBLE`). Default BACKWARD.
   */
  readonly compatibility?: Compatibility | ((subject: string) => Compatibility) | undefined
  /** Basic authentication. */
  readonly auth?: { readonly username: string; readonly password: string } | undefined
}

/**
 * Returns a Confluent-compatible schema registry, by its address or by your own client of @kafkajs/confluent-schema-registry.
 * Make such a client with `{ AVRO: { logicalTypes: avroLogicalTypes(avsc) } }`: otherwise it drops decimals and times from
 * schemas.
 *
 * The packages @kafkajs/confluent-schema-registry and avsc are peers of `millrace/avro`.
 *
 * @example
 * new KafkaStreams(topology, { …, schemaRegistry: schemaRegistry('http://localhost:8081') })
 */
export function schemaRegistry(registry: string | RegistryClient, options: SchemaRegistryOptions = {}): SchemaRegistry {
  checkOptions('schemaRegistry()', options, registryOptions)
  const { compatibility = 'BACKWARD' } = options
  const levelOf = (subject: string): Compatibility =>
    typeof compatibility === 'function' ? compatibility(subject) : compatibility
  let connected: Promise<RegistryClient> | undefined
  const client = async (): Promise<RegistryClient> =>
    (connected ??=
      typeof registry === 'string' ? connectRegistry({ host: registry, auth: options.auth }) : Promise.resolve(registry))
  return {
    async register(subject, schema) {
      const registered = await (
        await client()
      )
        .register({ type: 'AVRO', schema }, { subject, compatibility: levelOf(subject) })
        .catch((error: unknown) => fail(`The schema of subject ${subject} could not be registered`, { subject }, error))
      return registered.id
    },
    async schemaById(id) {
      const type = await (
        await client()
      )
        .getSchema(id)
        .catch((error: unknown) => fail(`The schema with id ${id} could not be fetched`, { id }, error))
      return JSON.stringify((type as ExportableType).schema({ exportAttrs: true }))
    },
  }
}

const registryOptions: OptionNames<SchemaRegistryOptions> = { compatibility: true, auth: true }

interface ExportableType {
  schema(options: { readonly exportAttrs: boolean }): unknown
}

/**
 * Throws the client's error as one of Millrace's. The statuses 404, 409 and 422 are about the schema or the record, so asking
 * again does not help. All other errors are about the registry.
 */
function fail(what: string, facts: Record<string, unknown>, error: unknown): never {
  const status = (error as { readonly status?: unknown }).status
  const reason = sentenceOf(error)
  const options = { facts: { ...facts, status }, cause: error }
  if (status === 404)
    throw new SerializationError(
      'STREAMS_SCHEMA_NOT_FOUND',
      `${what}: the registry does not have it. Check that this is the registry of the record's writer.`,
      options,
    )
  if (status === 409 || isOtherLevel(error))
    throw new SerializationError(
      'STREAMS_SCHEMA_INCOMPATIBLE',
      `${what}: ${reason} ${isOtherLevel(error) ? 'Set the level of the subject, or the option compatibility.' : 'Change the schema so that it is compatible.'}`,
      options,
    )
  if (status === 422) throw new SerializationError('STREAMS_SCHEMA_INVALID', `${what}: ${reason} Mend the schema.`, options)
  throw new StreamsError(
    'STREAMS_SCHEMA_REGISTRY_UNAVAILABLE',
    `${what}: ${reason} Check that the registry runs, and its address.`,
    options,
  )
}

/** The client itself refuses a subject whose level is not the one that was asked for. */
function isOtherLevel(error: unknown): boolean {
  return (error as { readonly name?: unknown }).name === 'ConfluentSchemaRegistryCompatibilityError'
}
