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

/** Logical types of a long whose values are bigints: all 64 bits. */
type BigLogicalType = 'bigint' | 'timestamp-nanos' | 'local-timestamp-nanos'

/**
 * The type of an Avro schema's values. What is written is read back equal, or refused.
 *
 * - A `long` is a number, and refused beyond ±(2^53 − 1), both ways. `{ type: 'long', logicalType: 'bigint' }` is a bigint with all 64 bits;
 *   the bytes are the same, and for Java it is a long. `timestamp-nanos` is a bigint, too.
 * - `timestamp-millis` and other times are the number that is written, in their unit; another unit does not resolve to it.
 * - `decimal` is its exact text, `"10.00"`, with as many decimals as the scale says.
 * - `float` is rounded to the nearest one. `bytes` and `fixed` take any `Uint8Array`, and are read as one.
 * - A union is the union of its branches. Written is the first branch that gives the value back equal. Where it has several records, the
 *   members tell which one it is, or, where several have the same, how it was read, or `asRecord`.
 * - A record may have more members than its schema: they are not written. A missing member is written as its default.
 * - A type that is named again instead of spelled out is `unknown`.
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
              : S extends { readonly type: 'long'; readonly logicalType: BigLogicalType }
                ? bigint
                : S extends { readonly type: 'fixed' }
                  ? Uint8Array
                  : S extends { readonly type: infer Type }
                    ? AvroValue<Type>
                    : unknown

interface AvroField {
  readonly name: string
  readonly type: unknown
}
