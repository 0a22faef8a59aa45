import { checkOptions, type OptionNames } from '../../model/check-options.ts'
import { StreamsError } from '../../model/errors.ts'
import type { SchemaRegistry } from '../../model/serde.ts'
import type { AvroSchema } from './avro-value.ts'
import { parseSchema } from './parse-schema.ts'

/** Options of {@link singleObjectEncoding}. */
export interface SingleObjectOptions {
  /** Schemas of other writers, usually older versions. Each serde knows its own schema. Default none. */
  readonly schemas?: readonly AvroSchema[] | undefined
}

/**
 * Avro's single-object encoding instead of a registry: a value is 0xC3 0x01 ‖ CRC-64-AVRO of its schema, 8 bytes ‖ Avro binary.
 * Records of another schema are read if that schema is among the option `schemas`.
 *
 * The fingerprint leaves logical types out: two decimals of different scale have the same one. Never change a scale.
 *
 * Source: Avro specification, "Single-object encoding"; Java: `BinaryMessageEncoder`.
 *
 * @example
 * new KafkaStreams(topology, { …, schemaRegistry: singleObjectEncoding({ schemas: [userV1] }) })
 */
export function singleObjectEncoding(options: SingleObjectOptions = {}): SchemaRegistry {
  checkOptions('singleObjectEncoding()', options, optionNames)
  const { schemas = [] } = options
  for (const schema of schemas) parseSchema(schema)
  return { ...askedNothing('single-object'), schemas: schemas.map((schema) => JSON.stringify(schema)) }
}

/**
 * Plain Avro binary instead of a registry. Nothing in the bytes names the schema, so all readers need exactly the writer's schema:
 * with another one they read garbage, or an error. Choose it for topics whose schema never changes.
 *
 * @example
 * new KafkaStreams(topology, { …, schemaRegistry: plainEncoding() })
 */
export function plainEncoding(): SchemaRegistry {
  return askedNothing('plain')
}

const optionNames: OptionNames<SingleObjectOptions> = { schemas: true }

function askedNothing(encoding: 'single-object' | 'plain'): SchemaRegistry {
  const refuse = (): Promise<never> => {
    const message = `The encoding ${encoding} has no registry: use schemaRegistry() for values that are written with one.`
    return Promise.reject(new StreamsError('STREAMS_SCHEMA_REGISTRY_UNAVAILABLE', message, { facts: { encoding } }))
  }
  return { encoding, register: refuse, schemaById: refuse }
}
