import type { LogicalType } from './logical-type.ts'

/** A parsed Avro schema. References to names are resolved, so types may be circular. */
export type AvroType = PrimitiveType | RecordType | EnumType | FixedType | ArrayType | MapType | UnionType

export interface PrimitiveType {
  readonly kind: 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string'
  readonly logical?: LogicalType | undefined
}

/** What record, enum and fixed have: a full name, and the full names that they had before. */
interface Named {
  readonly name: string
  readonly aliases: readonly string[]
}

export interface RecordType extends Named {
  readonly kind: 'record'
  readonly fields: readonly AvroField[]
}

export interface AvroField {
  readonly name: string
  readonly aliases: readonly string[]
  readonly type: AvroType
  /** The default as JSON, as it stands in the schema. Undefined: the field has none. */
  readonly default: unknown
}

export interface EnumType extends Named {
  readonly kind: 'enum'
  readonly symbols: readonly string[]
  /** The symbol that a reader takes for a symbol it does not know. */
  readonly default: string | undefined
}

export interface FixedType extends Named {
  readonly kind: 'fixed'
  readonly size: number
  readonly logical?: LogicalType | undefined
}

export interface ArrayType {
  readonly kind: 'array'
  readonly items: AvroType
}

export interface MapType {
  readonly kind: 'map'
  readonly values: AvroType
}

export interface UnionType {
  readonly kind: 'union'
  readonly branches: readonly AvroType[]
}

/** `bank.Transfer`, `long`, `array`: what tells the branches of a union apart. */
export function branchName(type: AvroType): string {
  return 'name' in type ? type.name : type.kind
}

/** `record bank.Transfer`, `decimal(18, 2)`, `long`: for messages. */
export function describeType(type: AvroType): string {
  if ('logical' in type && type.logical !== undefined) return type.logical.description
  if (type.kind === 'union') return type.branches.map(describeType).join(' | ')
  return 'name' in type ? `${type.kind} ${type.name}` : type.kind
}
