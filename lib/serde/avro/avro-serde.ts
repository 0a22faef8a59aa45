import { ConfigError } from '../../model/errors.ts'
import type { SchemaRegistry, Serde, SerdeContext, SerdeEnvironment } from '../../model/serde.ts'
import { AvroCodec } from './avro-codec.ts'
import type { AvroType } from './avro-type.ts'
import { branchName } from './avro-type.ts'
import type { AvroSchema, AvroValue } from './avro-value.ts'
import { RegisteredSchemas } from './registered-schemas.ts'
import { localSchemas } from './local-schemas.ts'
import { fingerprintHeader } from './fingerprint-header.ts'
import { parseSchema } from './parse-schema.ts'
import { idHeader, noHeader } from './schema-header.ts'
import type { SchemaHeader } from './schema-header.ts'

/**
 * Returns a serde for Avro in the format of Confluent's serializers: 0x00 ‖ schema id, 4 bytes ‖ Avro binary. TypeScript infers
 * the type of the values from the schema: see {@link AvroValue}. Records that were written with another version of the schema are
 * read as values of this one.
 *
 * The application's option `schemaRegistry` gives the registry to all serdes. It may also say that there is none: see
 * `singleObjectEncoding` and `plainEncoding`. Without an application, as in the test driver, schemas are registered within the
 * process.
 *
 * @example
 * const user = avro({ type: 'record', name: 'User', namespace: 'bank', fields: [{ name: 'id', type: 'long' }] })
 */
export function avro<const S extends AvroSchema>(schema: S): Serde<AvroValue<S>> {
  return unboundSerde(schema) as never
}

function unboundSerde(schema: AvroSchema): Serde<unknown> {
  const type = parseSchema(schema)
  const text = JSON.stringify(schema)
  const name = `avro(${branchName(type)})`
  const local = synchronous(name, type, idHeader(localSchemas(text)))
  const bind = (environment: SerdeEnvironment): Serde<unknown> => {
    const { schemaRegistry } = environment
    if (schemaRegistry === 'local') return local
    const header = schemaRegistry === undefined ? undefined : unregistered(type, text, schemaRegistry)
    return header === undefined ? boundSerde(name, type, text, schemaRegistry) : synchronous(name, type, header)
  }
  return Object.freeze({ ...local, bind })
}

/** The header of an encoding that needs no registry; undefined for the one that does. */
function unregistered(type: AvroType, text: string, { encoding, schemas = [] }: SchemaRegistry): SchemaHeader | undefined {
  if (encoding === 'plain') return noHeader(text)
  return encoding === 'single-object' ? fingerprintHeader(type, text, schemas) : undefined
}

/** A serde that fetches nothing. */
function synchronous(name: string, type: AvroType, header: SchemaHeader): Serde<unknown> {
  const codec = new AvroCodec(name, type, header)
  return Object.freeze({
    name,
    serialize: (value: unknown, context: SerdeContext) => codec.serialize(value, context),
    deserialize: (bytes: Uint8Array) => codec.deserialize(bytes),
  })
}

function boundSerde(name: string, type: AvroType, text: string, registry: SchemaRegistry | undefined): Serde<unknown> {
  if (registry === undefined)
    throw new ConfigError(
      'STREAMS_SCHEMA_REGISTRY_MISSING',
      `The serde ${name} needs a schema registry: set the option schemaRegistry.`,
    )
  const schemas = new RegisteredSchemas(registry, text)
  return Object.freeze({
    ...synchronous(name, type, idHeader(schemas)),
    prepareRead: (bytes: readonly Uint8Array[]) => schemas.fetch(bytes),
    prepareWrite: (context: SerdeContext) => schemas.register(context),
  })
}
