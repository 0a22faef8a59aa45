import { checkOptions, type OptionNames } from '../../model/check-options.ts'
import type { Serde } from '../../model/serde.ts'
import type { EmbeddedSchemas } from './connect-document.ts'
import { ConnectDocuments } from './connect-document.ts'
import type { ConnectSchema } from './connect-schema.ts'
import type { ConnectValue } from './connect-value.ts'
import { decodeConnectValue, encodeConnectValue } from './connect-value.ts'
import { writeExactJson } from './exact-json.ts'

/** A record of Kafka Connect in JSON: its value, and the schema that it came with. */
export interface ConnectRecord {
  /** The embedded schema; null if the record has none. Records with the same schema share one object of it. */
  readonly schema: ConnectSchema | null
  /** The value, read by the schema. Without one it is the JSON, with exact numbers. */
  readonly value: ConnectValue
}

/** Options of {@link connectJson}. */
export interface ConnectJsonOptions {
  /**
   * Whether records embed their schema. `true`: each record has exactly the fields `schema` and `payload`, as JsonConverter demands
   * with `schemas.enable=true`. `false`: the record is the value, even if it has fields of these names. `auto`: each record shows it.
   * Default `auto`.
   */
  readonly schemas?: EmbeddedSchemas | undefined
}

const optionNames: OptionNames<ConnectJsonOptions> = { schemas: true }

/**
 * Serde of what Kafka Connect's JsonConverter writes, with embedded schemas or without. Decimals are exact texts, integers beyond
 * 2^53 are bigints, bytes are bytes. Kafka Streams has no such serde: its users turn the schemas off, and lose the scale of decimals.
 *
 * What has not the form of such a record is refused with `STREAMS_CONNECT_SCHEMA`. A value that is none of its type is refused with
 * `STREAMS_CONNECT_DATA`. Values are written with the schema that stands beside them.
 *
 * @example
 * const orders = topic('raw.shop.orders', { key: connectJson(), value: connectJson({ schemas: true }) })
 */
export function connectJson(options: ConnectJsonOptions = {}): Serde<ConnectRecord> {
  checkOptions('connectJson()', options, optionNames)
  const { schemas = 'auto' } = options
  const documents = new ConnectDocuments(schemas)
  return {
    name: 'connect-json',
    serialize: (record) => Buffer.from(writeRecord(record, schemas)),
    deserialize: (bytes) => {
      const { schema, payload } = documents.parse(bytes)
      return { schema, value: schema === null ? (payload as ConnectValue) : decodeConnectValue(payload, schema, '') }
    },
  }
}

function writeRecord({ schema, value }: ConnectRecord, schemas: EmbeddedSchemas): string {
  const payload = schema === null ? value : encodeConnectValue(value, schema, '')
  const isEmbedded = schemas === true || (schemas === 'auto' && schema !== null)
  return writeExactJson(isEmbedded ? { schema, payload } : payload)
}
