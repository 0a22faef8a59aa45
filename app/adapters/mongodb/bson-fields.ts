import { Decimal128, Long } from 'mongodb'
import type { Document } from '../../sink/document-store.ts'

/** A field whose value is text or a number in JSON, and something else in BSON. */
type FieldKind = 'long' | 'decimal' | 'time'
type FieldKinds = ReadonlyMap<string, FieldKind>

interface AvroFields {
  readonly fields: readonly { readonly name: string; readonly type: unknown }[]
}

const logicalKinds: Readonly<Record<string, FieldKind>> = { decimal: 'decimal', 'timestamp-millis': 'time' }

/** Documents and values of conditions, in BSON and back. The types are those that MongoDB's connector makes of the same Avro schema. */
export class BsonFields {
  readonly #kinds: FieldKinds

  constructor({ fields }: AvroFields) {
    const kinds = fields.map(({ name, type }) => [name, kindOf(type)] as const)
    this.#kinds = new Map(kinds.filter((entry): entry is [string, FieldKind] => entry[1] !== undefined))
  }

  toBson(document: Document): Record<string, unknown> {
    return mapped(document, (value, name) => this.valueOf(name, value))
  }

  valueOf(name: string, value: unknown): unknown {
    const kind = this.#kinds.get(name)
    if (kind === 'decimal') return Decimal128.fromString(String(value))
    if (kind === 'time') return new Date(value as string)
    return kind === 'long' ? Long.fromNumber(value as number) : value
  }
}

function kindOf(type: unknown): FieldKind | undefined {
  if (type === 'long') return 'long'
  return logicalKinds[(type as { readonly logicalType?: string }).logicalType ?? '']
}

/** A document as JSON has it, whoever wrote it: without `_id`, and without what stores keep beside the fields. */
export function fromBson(bson: Readonly<Record<string, unknown>>): Document {
  const { _id, _meta, ...fields } = bson
  return mapped(fields, (value) => {
    if (value instanceof Date) return value.toISOString()
    if (value instanceof Decimal128) return value.toString()
    return value instanceof Long ? value.toNumber() : value
  })
}

function mapped(
  fields: Readonly<Record<string, unknown>>,
  map: (value: unknown, name: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value === null ? null : map(value, name)]))
}
