import type { AvroComplex, AvroPrimitive, AvroSchema } from '../avro/avro-value.ts'
import { invalidSchema } from './connect-errors.ts'
import type { ConnectSchema } from './connect-schema.ts'
import { decimalName, scaleOf } from './connect-schema.ts'

const primitives: Readonly<Record<string, AvroPrimitive>> = {
  int8: 'int',
  int16: 'int',
  int32: 'int',
  int64: 'long',
  float: 'float',
  float32: 'float',
  double: 'double',
  float64: 'double',
  boolean: 'boolean',
  string: 'string',
  bytes: 'bytes',
}

/** Names that mean a logical type of Avro. What has no equal in Avro stays its plain type, with the name beside it. */
const logicalTypes: Readonly<Record<string, string>> = {
  'org.apache.kafka.connect.data.Timestamp': 'timestamp-millis',
  'org.apache.kafka.connect.data.Date': 'date',
  'org.apache.kafka.connect.data.Time': 'time-millis',
  'io.debezium.time.Timestamp': 'timestamp-millis',
  'io.debezium.time.MicroTimestamp': 'timestamp-micros',
  'io.debezium.time.NanoTimestamp': 'timestamp-nanos',
  'io.debezium.time.Date': 'date',
  'io.debezium.time.Time': 'time-millis',
  'io.debezium.time.MicroTime': 'time-micros',
}

/**
 * Turns an embedded schema of Connect into an Avro schema, e.g. to register it: the case for a registry is that the schema is most of a
 * record in JSON.
 *
 * - A struct is a record. Its name is the part behind the last point, its namespace what stands before. A struct that comes again
 *   under the same name is a reference.
 * - An optional type is a union with null, whose default is null.
 * - A decimal is `bytes` with its scale and `connect.decimal.precision` (else 38). Times of Connect and of Debezium are Avro's.
 * - Connect's own name and parameters stay, as `connect.name` and `connect.parameters`, as Confluent's converter writes them.
 *
 * Throws `STREAMS_CONNECT_SCHEMA` for a type that Connect does not have.
 */
export function toAvroSchema(schema: ConnectSchema): AvroSchema {
  return new AvroSchemas().of(schema, 'Value')
}

class AvroSchemas {
  readonly #named = new Set<string>()

  of(schema: ConnectSchema, fallback: string): AvroSchema {
    const type = this.#plain(schema, fallback)
    return schema.optional === true ? ['null', type] : type
  }

  #plain(schema: ConnectSchema, fallback: string): AvroPrimitive | AvroComplex {
    switch (schema.type) {
      case 'struct':
        return this.#record(schema, fallback)
      case 'array':
        return { type: 'array', items: this.of(part(schema.items), `${fallback}Item`) }
      case 'map':
        return this.#map(schema, fallback)
      default:
        return primitive(schema)
    }
  }

  #record(schema: ConnectSchema, fallback: string): AvroPrimitive | AvroComplex {
    const { name, namespace } = recordName(schema.name ?? fallback)
    const full = namespace === undefined ? name : `${namespace}.${name}`
    // A name in the place of a type is a reference to the record of that name.
    if (this.#named.has(full)) return full as AvroPrimitive
    this.#named.add(full)
    const fields = (schema.fields ?? []).map((field) => this.#field(field, name))
    return { type: 'record', name, ...(namespace === undefined ? {} : { namespace }), ...documentation(schema), fields }
  }

  #field(field: ConnectSchema, record: string): object {
    const name = field.field ?? ''
    const type = this.of(field, `${record}_${name}`)
    const byDefault = field.optional === true ? { default: null } : {}
    return { name: avroName(name), type, ...documentation(field), ...byDefault }
  }

  /** Avro's maps have texts as keys; another map is an array of entries, as Confluent's converter has it. */
  #map(schema: ConnectSchema, fallback: string): AvroComplex {
    const values = this.of(part(schema.values), `${fallback}Value`)
    if (schema.keys?.type === 'string') return { type: 'map', values }
    const entry = { field: 'key', ...part(schema.keys) }
    const fields = [this.#field({ ...entry, field: 'key' }, fallback), { name: 'value', type: values }]
    return { type: 'array', items: { type: 'record', name: `${avroName(fallback)}_Entry`, fields } }
  }
}

function primitive(schema: ConnectSchema): AvroPrimitive | AvroComplex {
  const type = primitives[schema.type]
  if (type === undefined) throw invalidSchema(`Connect has no type ${JSON.stringify(schema.type)}.`)
  if (schema.name === undefined) return type
  const parameters = schema.parameters === undefined ? {} : { 'connect.parameters': schema.parameters }
  return { type, ...logical(schema), 'connect.name': schema.name, ...parameters }
}

function logical(schema: ConnectSchema): object {
  const { name = '', parameters = {} } = schema
  if (name === decimalName) {
    const precision = Number(parameters['connect.decimal.precision'] ?? 38)
    return { logicalType: 'decimal', precision, scale: scaleOf(schema) ?? 0 }
  }
  return logicalTypes[name] === undefined ? {} : { logicalType: logicalTypes[name] }
}

function recordName(name: string): { readonly name: string; readonly namespace: string | undefined } {
  const parts = name.split('.').map(avroName)
  return { name: parts.at(-1)!, namespace: parts.length > 1 ? parts.slice(0, -1).join('.') : undefined }
}

/** Avro's names are letters, digits and `_`, and begin with no digit. */
function avroName(name: string): string {
  return name.replaceAll(/\W/g, '_').replace(/^(?=\d)/, '_')
}

function documentation({ doc }: ConnectSchema): object {
  return doc === undefined ? {} : { doc }
}

function part(schema: ConnectSchema | undefined): ConnectSchema {
  if (schema === undefined) throw invalidSchema('The schema of an array or a map does not say what its members are.')
  return schema
}
