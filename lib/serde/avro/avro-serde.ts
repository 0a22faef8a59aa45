import { ConfigError } from '../../model/errors.ts'
import type { SchemaRegistry, Serde, SerdeContext, SerdeEnvironment } from '../../model/serde.ts'
import { AvroCodec } from './avro-codec.ts'
import type { AvroType } from './avro-type.ts'
import { branchName } from './avro-type.ts'
import type { AvroSchema, AvroValue } from './avro-value.ts'
import { RegisteredSchemas } from './registered-schemas.ts'
import { localSchemas } from './local-schemas.ts'
import { parseSchema } from './parse-schema.ts'

/**
 * Returns a serde for Avro in the format of Confluent's serializers: 0x00 ‖ schema id, 4 bytes ‖ Avro binary. TypeScript infers
 * the type of the values from the schema: see {@link AvroValue}. Records that were written with another version of the schema are
 * read as values of this one.
 *
 * The application's option `schemaRegistry` gives the registry to all serdes. Without an application, as in the test driver,
 * schemas are registered within the process.
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
  const codec = new AvroCodec(name, type, localSchemas(text))
  const local = {
    name,
    serialize: (value: unknown, context: SerdeContext) => codec.serialize(value, context),
    deserialize: (bytes: Uint8Array) => codec.deserialize(bytes),
  }
  const bind = (environment: SerdeEnvironment): Serde<unknown> =>
    environment.schemaRegistry === 'local' ? Object.freeze(local) : boundSerde(name, type, text, environment.schemaRegistry)
  return Object.freeze({ ...local, bind })
}

function boundSerde(name: string, type: AvroType, text: string, registry: SchemaRegistry | undefined): Serde<unknown> {
  if (registry === undefined)
    throw new ConfigError(
      'STREAMS_SCHEMA_REGISTRY_MISSING',
      `The serde ${name} needs a schema registry: set the option schemaRegistry.`,
    )
  const schemas = new RegisteredSchemas(registry, text)
  const codec = new AvroCodec(name, type, schemas)
  return Object.freeze({
    name,
    serialize: (value: unknown, context: SerdeContext) => codec.serialize(value, context),
    deserialize: (bytes: Uint8Array) => codec.deserialize(bytes),
    prepareRead: (bytes: readonly Uint8Array[]) => schemas.fetch(bytes),
    prepareWrite: (context: SerdeContext) => schemas.register(context),
  })
}
