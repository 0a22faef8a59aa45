import fc from 'fast-check'
import type { Api, Field, Type } from '../../../../lib/transport/kafka/wire/schema.ts'

type AnyType = Type<unknown, never>

const whole = (bits: number): fc.Arbitrary<number> => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 })
const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array))

const primitives: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  bool: fc.boolean(),
  int8: whole(8),
  int16: whole(16),
  uint16: fc.nat(0xffff),
  int32: whole(32),
  int64: fc.maxSafeInteger(),
  string: fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.toWellFormed()),
  bytes,
  records: bytes,
  uuid: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((id) => Buffer.from(id).toString('base64url')),
}

function arbitraryOf(type: AnyType, version: number): fc.Arbitrary<unknown> {
  const depth = type.name.split('[]').length - 1
  const item = type.name.replaceAll('[]', '')
  let arbitrary = item === 'struct' ? structOf(type, version) : primitives[item]!
  for (let level = 0; level < depth; level++) arbitrary = fc.array(arbitrary, { maxLength: 3 })
  return type.isNullable ? fc.option(arbitrary, { freq: 4 }) : arbitrary
}

function structOf({ members = {} }: AnyType, version: number): fc.Arbitrary<unknown> {
  const fields = Object.entries(members).map(([name, member]) => {
    const field: Field<unknown, never> | null = 'type' in member ? member : null
    const type = 'type' in member ? member.type : member
    const isThere = field === null || (field.from <= version && version <= field.to)
    return [name, isThere ? arbitraryOf(type, version) : fc.constant(field.default)] as const
  })
  return fc.record(Object.fromEntries(fields), { noNullPrototype: true })
}

/** Any request or response of the API in this version, as it is read: with the defaults of the fields that the version lacks. */
export function arbitraryMessage(api: Api, side: 'request' | 'response', version: number): fc.Arbitrary<never> {
  return arbitraryOf(api[side], version) as fc.Arbitrary<never>
}
