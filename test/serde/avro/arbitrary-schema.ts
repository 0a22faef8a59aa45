import fc from 'fast-check'

/** A schema and values of it that are to come back equal. */
export interface SchemaWithValues {
  readonly schema: unknown
  readonly value: fc.Arbitrary<unknown>
}

const texts = fc.string({ unit: 'grapheme', maxLength: 8 })
const bytes = (size: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: size, maxLength: size })
const safeIntegers = fc.maxSafeInteger().map((value) => (Object.is(value, -0) ? 0 : value))

const primitives: readonly SchemaWithValues[] = [
  { schema: 'null', value: fc.constant(null) },
  { schema: 'boolean', value: fc.boolean() },
  { schema: 'int', value: fc.integer() },
  { schema: 'long', value: safeIntegers },
  { schema: 'float', value: fc.float() },
  { schema: 'double', value: fc.double() },
  { schema: 'string', value: texts },
  { schema: 'bytes', value: fc.uint8Array({ maxLength: 5 }) },
]

const bigLong: SchemaWithValues = {
  schema: { type: 'long', logicalType: 'bigint' },
  value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
}

/** Schemas up to `depth` below the root. Names count up, since a schema may not define one twice. */
export function arbitrarySchema(depth: number, extra: readonly SchemaWithValues[] = [bigLong]): fc.Arbitrary<SchemaWithValues> {
  const leaf = fc.constantFrom(...primitives, ...extra)
  if (depth === 0) return fc.oneof(leaf, arbitraryNamed)
  const inner = arbitrarySchema(depth - 1, extra)
  return fc.oneof(
    { weight: 2, arbitrary: leaf },
    { weight: 1, arbitrary: arbitraryNamed },
    records(inner),
    lists(inner),
    maps(inner),
  )
}

let names = 0
const freshName = (): string => `N${names++}`

const arbitraryNamed: fc.Arbitrary<SchemaWithValues> = fc.constantFrom('enum', 'fixed').map((type) => {
  const name = freshName()
  return type === 'enum'
    ? { schema: { type, name, symbols: ['A', 'B', 'C'] }, value: fc.constantFrom('A', 'B', 'C') }
    : { schema: { type, name, size: 3 }, value: bytes(3) }
})

function records(inner: fc.Arbitrary<SchemaWithValues>): fc.Arbitrary<SchemaWithValues> {
  return fc.array(inner, { minLength: 1, maxLength: 4 }).map((parts) => ({
    schema: {
      type: 'record',
      name: freshName(),
      fields: parts.map(({ schema }, index) => ({ name: `f${index}`, type: schema })),
    },
    value: fc.record(Object.fromEntries(parts.map(({ value }, index) => [`f${index}`, value])), { noNullPrototype: true }),
  }))
}

function lists(inner: fc.Arbitrary<SchemaWithValues>): fc.Arbitrary<SchemaWithValues> {
  return inner.map(({ schema, value }) => ({
    schema: { type: 'array', items: schema },
    value: fc.array(value, { maxLength: 3 }),
  }))
}

function maps(inner: fc.Arbitrary<SchemaWithValues>): fc.Arbitrary<SchemaWithValues> {
  return inner.map(({ schema, value }) => ({
    schema: { type: 'map', values: schema },
    value: fc.dictionary(fc.oneof(texts, fc.constant('__proto__')), value, { maxKeys: 3, noNullPrototype: true }),
  }))
}

/** What a union takes: any value, whether one of its branches' or not. */
export const anyLeaf: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, true, -0, 0.1, 1.5, Number.NaN, 'A', '1.5', '1.50', 'a\ud83d'),
  fc.integer(),
  safeIntegers,
  fc.double(),
  texts,
  fc.uint8Array({ maxLength: 4 }),
  fc.array(fc.integer(), { maxLength: 2 }),
  fc.dictionary(fc.constantFrom('a', 'b', 'x'), fc.oneof(fc.integer(), texts), { maxKeys: 3, noNullPrototype: true }),
)
