import type { LogicalType } from './logical-type.ts'

/** A parsed Avro schema. References to names are resolved, so types may be circular. */
export type AvroType = PrimitiveType | RecordType | EnumType | FixedType | ArrayType | MapType | UnionType

export interface PrimitiveType {
  readonly kind: 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string'
  readonly logical?: LogicalType | undefined
}

/** The full name of a record, enum or fixed, and the full names that it had before. */
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
  /** The JSON of the default in the schema. Undefined if the field has no default. */
  readonly default: unknown
}

export interface EnumType extends Named {
  readonly kind: 'enum'
  readonly symbols: readonly string[]
  /** The symbol that a reader uses instead of an unknown symbol. */
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

/** Returns the name that distinguishes the branches of a union, e.g. `bank.Transfer`, `long` or `array`. */
export function branchName(type: AvroType): string {
  return 'name' in type ? type.name : type.kind
}

/** Returns the name of a type in messages, e.g. `record bank.Transfer`, `decimal(18, 2)` or `long`. */
export function describeType(type: AvroType): string {
  if ('logical' in type && type.logical !== undefined) return type.logical.description
  if (type.kind === 'union') return type.branches.map(describeType).join(' | ')
  return 'name' in type ? `${type.kind} ${type.name}` : type.kind
}
