import { isDeepStrictEqual } from 'node:util'
import avsc from 'avsc'
import fc from 'fast-check'
import t from 'tap'
import { avro } from '../../../lib/avro.ts'
import type { AvroComplex } from '../../../lib/avro.ts'
import { SerializationError } from '../../../lib/model/errors.ts'
import { noHeaders } from '../../../lib/model/headers.ts'
import type { Serde } from '../../../lib/model/serde.ts'
import { anyLeaf, arbitrarySchema } from './arbitrary-schema.ts'

const context = { topic: 't', component: 'value', headers: noHeaders } as const
const serdeOf = (schema: unknown): Serde<unknown> => avro(schema as AvroComplex)
/** Without the schema id. */
const binaryOf = (serde: Serde<unknown>, value: unknown): Buffer => Buffer.from(serde.serialize(value, context).subarray(5))
const withId = (like: Uint8Array, binary: Uint8Array): Buffer => Buffer.concat([like.subarray(0, 5), binary])
const schemaAndValue = (depth: number, extra?: []) =>
  arbitrarySchema(depth, extra).chain(({ schema, value }) => value.map((each) => ({ schema, value: each })))

t.test('law: a value of the schema is read back equal', async () => {
  fc.assert(
    fc.property(schemaAndValue(3), ({ schema, value }) => {
      const serde = serdeOf(schema)
      return isDeepStrictEqual(serde.deserialize(serde.serialize(value, context), context), value)
    }),
    { numRuns: 1000 },
  )
})

t.test('law: the bytes are those of another implementation', async () => {
  fc.assert(
    fc.property(schemaAndValue(2, []), ({ schema, value }) => {
      // avsc takes only Buffers for bytes, and gives other bytes to longs below −(2^52).
      const type = avsc.Type.forSchema(schema as avsc.Schema)
      const asBuffers = withBuffers(value)
      fc.pre(type.isValid(asBuffers) && !hasLongBelow52Bits(value))
      return binaryOf(serdeOf(schema), value).equals(type.toBuffer(asBuffers))
    }),
    { numRuns: 1000 },
  )
})

function withBuffers(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value)
  if (Array.isArray(value)) return value.map(withBuffers)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withBuffers(member)]))
}

function hasLongBelow52Bits(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && value < -(2 ** 52)
  return typeof value === 'object' && value !== null && Object.values(value).some(hasLongBelow52Bits)
}

const record = (name: string, ...fields: readonly string[]) => ({
  type: 'record',
  name,
  fields: fields.map((field) => ({ name: field, type: ['int', 'string'] })),
})
const branches: readonly unknown[] = [
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'string',
  { type: 'enum', name: 'E', symbols: ['A', 'B'] },
  { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 },
  { type: 'fixed', name: 'F', size: 2 },
  { type: 'array', items: 'int' },
  record('One', 'a'),
  record('Two', 'a', 'b'),
]

t.test('law: what a union accepts is read back equal, if a branch can hold it so', async () => {
  const unions = fc.uniqueArray(fc.integer({ min: 0, max: branches.length - 1 }), { minLength: 2, maxLength: 6 })
  fc.assert(
    fc.property(unions, anyLeaf, (indexes, value) => {
      const union = indexes.map((index) => branches[index])
      const isHeld = (schema: unknown): boolean => {
        try {
          const one = serdeOf(schema)
          return isDeepStrictEqual(one.deserialize(one.serialize(value, context), context), value)
        } catch (error) {
          if (error instanceof SerializationError) return false
          throw error
        }
      }
      return !union.some(isHeld) || isHeld(union)
    }),
    { numRuns: 3000 },
  )
})

t.test('law: hostile bytes are refused, or read as a value that can be written', async () => {
  fc.assert(
    fc.property(schemaAndValue(2), fc.uint8Array({ maxLength: 40 }), ({ schema, value }, bytes) => {
      const serde = serdeOf(schema)
      const header = serde.serialize(value, context)
      try {
        serde.serialize(serde.deserialize(withId(header, bytes), context), context)
        return true
      } catch (error) {
        return error instanceof SerializationError && error.code === 'STREAMS_DESERIALIZATION'
      }
    }),
    { numRuns: 2000 },
  )
})
