/** An Avro schema as a literal: what `avro(schema)` takes and infers its value type from. */
export type AvroSchema = AvroPrimitive | AvroComplex | readonly AvroSchema[]

export type AvroPrimitive = 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string'

/** Attributes beyond `type` are read where they matter (`fields`, `symbols`, `logicalType`, …) and kept where not (`doc`, `x-…`). */
export interface AvroComplex {
  readonly type: string
  readonly [attribute: string]: unknown
}

interface Primitives {
  readonly null: null
  readonly boolean: boolean
  readonly int: number
  readonly long: number
  readonly float: number
  readonly double: number
  readonly bytes: Uint8Array
  readonly string: string
}

/**
 * The type of an Avro schema's values.
 *
 * - `decimal` is its exact text, `"10.00"`, with as many decimals as the scale says.
 * - `timestamp-millis` is a number: ms since the epoch. A `long` is a number, and refused beyond ±(2^53 − 1).
 * - A union is the union of its branches. A type that is named again instead of spelled out is `unknown`.
 */
export type AvroValue<S> = S extends keyof Primitives
  ? Primitives[S]
  : S extends readonly (infer Branch)[]
    ? AvroValue<Branch>
    : S extends { readonly type: 'record'; readonly fields: infer Fields extends readonly AvroField[] }
      ? { readonly [Field in Fields[number] as Field['name']]: AvroValue<Field['type']> }
      : S extends { readonly type: 'enum'; readonly symbols: readonly (infer Symbol)[] }
        ? Symbol
        : S extends { readonly type: 'array'; readonly items: infer Items }
          ? readonly AvroValue<Items>[]
          : S extends { readonly type: 'map'; readonly values: infer Values }
            ? { readonly [key: string]: AvroValue<Values> }
            : S extends { readonly logicalType: 'decimal' }
              ? string
              : S extends { readonly type: 'fixed' }
                ? Uint8Array
                : S extends { readonly type: infer Type }
                  ? AvroValue<Type>
                  : unknown

interface AvroField {
  readonly name: string
  readonly type: unknown
}
