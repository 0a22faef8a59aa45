import type { AvroField, AvroType, EnumType, FixedType, PrimitiveType, RecordType, UnionType } from './avro-type.ts'
import { branchName } from './avro-type.ts'
import type { LogicalType } from './logical-type.ts'
import { logicalTypeOf } from './logical-type-of.ts'

type Json = Readonly<Record<string, unknown>>

const primitives: ReadonlySet<string> = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'])

/** Parses the schema of a serde. Throws a `TypeError` if it is not a valid schema, or a logical type has wrong attributes. */
export function parseSchema(schema: unknown): AvroType {
  return new SchemaParser(logicalTypeOf).parse(schema, '')
}

/** Parses the schema of a writer. As the Avro specification says, logical types with wrong attributes are ignored. */
export function parseWriterSchema(schema: unknown): AvroType {
  return new SchemaParser(lenientLogicalType).parse(schema, '')
}

function lenientLogicalType(schema: Json, kind: string): LogicalType | undefined {
  try {
    return logicalTypeOf(schema, kind)
  } catch {
    return undefined
  }
}

class SchemaParser {
  readonly #named = new Map<string, AvroType>()
  readonly #logicalTypeOf: typeof logicalTypeOf

  constructor(logical: typeof logicalTypeOf) {
    this.#logicalTypeOf = logical
  }

  /** `namespace` is the namespace of the type that contains this one. */
  parse(schema: unknown, namespace: string): AvroType {
    if (typeof schema === 'string') return this.#byName(schema, namespace)
    if (Array.isArray(schema)) return this.#union(schema, namespace)
    if (typeof schema !== 'object' || schema === null) throw new TypeError(`${JSON.stringify(schema)} is no Avro schema.`)
    return this.#complex(schema as Json, namespace)
  }

  #complex(schema: Json, namespace: string): AvroType {
    const { type } = schema
    switch (type) {
      case 'record':
      case 'error':
        return this.#record(schema, namespace)
      case 'enum':
        return this.#enum(schema, namespace)
      case 'fixed':
        return this.#fixed(schema, namespace)
      case 'array':
        return { kind: 'array', items: this.parse(schema['items'], namespace) }
      case 'map':
        return { kind: 'map', values: this.parse(schema['values'], namespace) }
      default:
        return typeof type === 'string' && primitives.has(type) ? this.#primitive(schema, type) : this.parse(type, namespace)
    }
  }

  #primitive(schema: Json, type: string): AvroType {
    const kind = type as PrimitiveType['kind']
    return { kind, logical: this.#logicalTypeOf(schema, kind) }
  }

  #byName(name: string, namespace: string): AvroType {
    if (primitives.has(name)) return { kind: name as PrimitiveType['kind'] }
    const found = this.#named.get(fullName(name, namespace)) ?? this.#named.get(name)
    if (found === undefined) throw new TypeError(`The Avro schema names the type ${name}, which it does not define before.`)
    return found
  }

  #union(branches: readonly unknown[], namespace: string): UnionType {
    const parsed = branches.map((branch) => this.parse(branch, namespace))
    const names = parsed.map(branchName)
    const twice = names.find((name, index) => names.indexOf(name) !== index)
    if (twice !== undefined) throw new TypeError(`A union of the Avro schema has two branches of the type ${twice}.`)
    if (names.includes('union')) throw new TypeError('A union of the Avro schema is a branch of another one.')
    return { kind: 'union', branches: parsed }
  }

  #record(schema: Json, namespace: string): RecordType {
    const fields: AvroField[] = []
    const record: RecordType = { kind: 'record', ...nameOf(schema, namespace), fields }
    this.#define(record)
    for (const field of list(schema, 'fields') as Json[])
      fields.push({
        name: text(field, 'name'),
        aliases: (field['aliases'] as readonly string[] | undefined) ?? [],
        type: this.parse(field['type'], namespaceOf(record.name)),
        default: field['default'],
      })
    return record
  }

  #enum(schema: Json, namespace: string): EnumType {
    const symbols = list(schema, 'symbols') as string[]
    const type: EnumType = {
      kind: 'enum',
      ...nameOf(schema, namespace),
      symbols,
      default: schema['default'] as string | undefined,
    }
    return this.#define(type)
  }

  #fixed(schema: Json, namespace: string): FixedType {
    const { size } = schema
    if (!Number.isSafeInteger(size) || (size as number) < 0)
      throw new TypeError(`The size of a fixed is ${JSON.stringify(size)} in the Avro schema.`)
    const logical = this.#logicalTypeOf(schema, 'fixed')
    return this.#define({ kind: 'fixed', ...nameOf(schema, namespace), size: size as number, logical })
  }

  #define<T extends RecordType | EnumType | FixedType>(type: T): T {
    if (this.#named.has(type.name)) throw new TypeError(`The Avro schema defines the type ${type.name} twice.`)
    this.#named.set(type.name, type)
    return type
  }
}

function nameOf(schema: Json, around: string): { readonly name: string; readonly aliases: readonly string[] } {
  const name = fullName(text(schema, 'name'), (schema['namespace'] as string | undefined) ?? around)
  const aliases = (schema['aliases'] as readonly string[] | undefined) ?? []
  return { name, aliases: aliases.map((alias) => fullName(alias, namespaceOf(name))) }
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`
}

function namespaceOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('.')))
}

function text(schema: Json, attribute: string): string {
  const value = schema[attribute]
  if (typeof value === 'string' && value !== '') return value
  throw new TypeError(`A part of the Avro schema has no ${attribute}: ${JSON.stringify(schema).slice(0, 80)}.`)
}

function list(schema: Json, attribute: string): readonly unknown[] {
  const value = schema[attribute]
  if (Array.isArray(value)) return value as readonly unknown[]
  throw new TypeError(`A part of the Avro schema has no list of ${attribute}: ${JSON.stringify(schema).slice(0, 80)}.`)
}
