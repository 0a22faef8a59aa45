/** The type of Avro schemas. `avro(schema)` infers the type of its values from a literal of this type. */
export type AvroSchema = AvroPrimitive | AvroComplex | readonly AvroSchema[]

/** The name of a primitive type of Avro. */
export type AvroPrimitive = 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string'

/** A schema that is an object. Unknown attributes (`doc`, `x-…`) are registered with the schema and ignored otherwise. */
export interface AvroComplex {
  /** `record`, `enum`, `array`, `map`, `fixed`, or a primitive that has attributes. */
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

/** The logical types of a long whose values are bigints with all 64 bits. */
type BigLogicalType = 'bigint' | 'timestamp-nanos' | 'local-timestamp-nanos'

/**
 * The type of an Avro schema's values. Values are written so that they are read back equal. A value for which that is impossible is
 * refused, apart from the exceptions below.
 *
 * - A `long` is a number. Beyond ±(2^53 − 1), reading and writing are refused. `{ type: 'long', logicalType: 'bigint' }` is a bigint
 *   with all 64 bits. Its bytes are the same, and Java reads it as a long. `timestamp-nanos` is a bigint, too.
 * - `timestamp-millis` and other times are numbers in the unit of their name. A time is never read as a time of another unit.
 * - `decimal` is its exact text, e.g. `"10.00"`, with as many decimals as the scale says.
 * - A `float` is rounded to the nearest float. `bytes` and `fixed` are a `Uint8Array`.
 * - A union is the union of its branches. A value is written as the first branch that reads it back equal. If several branches are
 *   records, the members of the object decide. If the members fit several records, the object is written as the record that it was
 *   read as, or that `asRecord` has named.
 * - A record may have more members than its schema. They are not written. A missing member is written as its default.
 * - A type that is only referred to by its name is `unknown` to TypeScript.
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
