import { isDeepStrictEqual } from 'node:util'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import t from 'tap'
import { SerializationError } from '../../../lib/model/errors.ts'
import { noHeaders } from '../../../lib/model/headers.ts'
import type { StandardSchema } from '../../../lib/serde/json/standard-schema.ts'
import { Serdes } from '../../../lib/serde/serdes.ts'

const context = { topic: 't', component: 'value', headers: noHeaders } as const
const json = Serdes.json<unknown>()

const roundTrip = (value: unknown, serde = json): unknown => serde.deserialize(serde.serialize(value, context), context)
const read = (text: string): unknown => json.deserialize(Buffer.from(text), context)
const written = (value: unknown): string => Buffer.from(json.serialize(value, context)).toString()

/** The value as a reader of JSON sees it: undefined members are absent, and all objects have one prototype. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal)
  if (typeof value !== 'object' || value === null) return value
  if (![Object.prototype, null].includes(Object.getPrototypeOf(value) as null)) return value
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(members.map(([key, member]) => [key, normal(member)]))
}

function isRefused(action: () => unknown): boolean {
  try {
    action()
    return false
  } catch (error) {
    return error instanceof SerializationError
  }
}

t.test('law: what is written is read back equal, or refused', async () => {
  const anything = fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    stringUnit: 'binary',
  })
  fc.assert(
    fc.property(
      anything,
      (value) => isRefused(() => json.serialize(value, context)) || isDeepStrictEqual(roundTrip(value), normal(value)),
    ),
    { numRuns: 2000 },
  )
})

t.test('law: all JSON is accepted, but null', async () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => value === null || isDeepStrictEqual(roundTrip(value), value)),
  )
})

t.test('law: an integer is printed as it came, or refused, wherever it stands', async () => {
  const digits = fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n })
  const place = fc.constantFrom('%', '[%]', '{"a":%}', '{"a": "x", "b" : [1, %], "c":"9007199254740993"}', ' %\n', '[-1,%,2]')
  fc.assert(
    fc.property(digits, place, (integer, text) => {
      const source = text.replace('%', String(integer))
      return isRefused(() => read(source))
        ? !isSafe(integer)
        : isDeepStrictEqual(read(source), JSON.parse(source)) && isKept(integer)
    }),
    { numRuns: 2000 },
  )
})

const isSafe = (integer: bigint): boolean => Number.isSafeInteger(Number(integer))
const isKept = (integer: bigint): boolean => String(Number(integer)) === String(integer)

t.test('digits in strings, fractions and exponents are no integers', async (t) => {
  for (const text of [
    '{"id":"9007199254740993"}',
    '{"text":"a, 9007199254740993, b"}',
    '{"text":"say \\"9007199254740993\\": 9007199254740993"}',
    '{"price":0.1234567890123456789}',
    '{"mean":9007199254740993.5}',
    '{"much":1e300,"least":5e-324}',
    '{"hash":"3e412f","other":"1e400"}',
    `{"text":"${'9'.repeat(400)}"}`,
    '{"max":9007199254740991,"min":-9007199254740991}',
  ])
    t.same(read(text), JSON.parse(text), text)
})

t.test('a number that would change is refused, with its text', async (t) => {
  for (const [text, number] of [
    ['{"customer":9007199254740993}', '9007199254740993'],
    ['[{"deep":[-73314510714175488]}]', '-73314510714175488'],
    ['18446744073709551615', '18446744073709551615'],
    ['{"a" : 9223372036854775807 }', '9223372036854775807'],
    ['{"a":1e400}', '1e400'],
    ['[1E+309]', '1E+309'],
    [`${'9'.repeat(310)}.5`, '9'.repeat(310)],
  ] as const)
    t.throws(() => read(text), { code: 'STREAMS_DESERIALIZATION', message: new RegExp(number.replaceAll('+', '\\+')) }, text)
})

t.test('what JSON would silently change is refused, with its place', async (t) => {
  class Order {
    id = 1
  }
  for (const [value, message] of [
    [{ mean: Number.NaN }, /mean is NaN/],
    [{ sums: [{ min: Number.POSITIVE_INFINITY }] }, /sums\.0\.min is Infinity/],
    [{ at: new Date(0) }, /at is an instance of Date/],
    [new Map([['a', 1]]), /it is an instance of Map/],
    [{ seen: new Set() }, /seen is an instance of Set/],
    [[1, undefined], /1 is undefined/],
    [Object.assign([], { length: 2 }), /0 is undefined/],
    [{ bytes: Buffer.of(1) }, /bytes is an instance of Buffer/],
    [{ id: 1n }, /BigInt/],
    [{ call: () => 1 }, /call is a function/],
    [{ toJSON: () => 1 }, /toJSON is a function/],
    [{ [Symbol('hidden')]: 1 }, /symbols/],
    [{ order: new Order() }, /order is an instance of Order/],
    [{ failed: new Error('x') }, /failed is an instance of Error/],
    [Object(1), /it is an instance of Number/],
    [undefined, /undefined/],
    [null, /null/],
    [Number.NaN, /NaN/],
  ] as const)
    t.throws(() => json.serialize(value, context), { code: 'STREAMS_SERIALIZATION', message })
  const circle: unknown[] = []
  circle.push(circle)
  t.throws(() => json.serialize(circle, context), { message: /circular/ })
})

t.test('what JSON can hold keeps its form', async (t) => {
  t.equal(written({ delta: -0, others: [0, -1.5] }), '{"delta":-0,"others":[0,-1.5]}')
  t.equal(written({ note: undefined, memo: null }), '{"memo":null}', 'an undefined member is absent')
  t.same(roundTrip(JSON.parse('{"__proto__":{"a":1}}')), JSON.parse('{"__proto__":{"a":1}}'))
  t.same(roundTrip(Object.groupBy(['a', 'b'], (text) => text)), { a: ['a'], b: ['b'] })
  t.same(roundTrip(runInNewContext('({ a: [1] })')), { a: [1] }, 'an object of another realm')
  t.equal(roundTrip('a\ud83d'), 'a\ud83d', 'half a surrogate pair is escaped')
})

t.test('a byte order mark is skipped, broken UTF-8 and empty bytes are refused', async (t) => {
  t.same(read('\ufeff{"a":1}'), { a: 1 })
  t.same(read('{"a":"\ufffd"}'), { a: '\ufffd' }, 'the replacement character itself is a character')
  for (const bytes of [Buffer.from([0x22, 0x61, 0xff, 0x22]), Buffer.from([0x22, 0xed, 0xa0, 0xbd, 0x22]), Buffer.alloc(0)])
    t.throws(() => json.deserialize(bytes, context), { code: 'STREAMS_DESERIALIZATION' })
})

/** A schema by a function: what validators do when they transform. */
function schema(validate: (value: unknown) => unknown): StandardSchema {
  return { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: validate(value) }) } }
}

t.test('a schema may hold what it reads back, and nothing else', async (t) => {
  const dates = Serdes.json(schema((value) => ({ at: new Date((value as { at: string }).at) })))
  t.same(roundTrip({ at: new Date(5) }, dates), { at: new Date(5) })
  const stripped = Serdes.json(schema((value) => ({ a: (value as { a: number }).a })))
  t.same(roundTrip({ a: 1, b: 2 }, stripped), { a: 1 }, 'what the schema leaves out is not written')
  const counting = Serdes.json(schema((value) => (value as number) + 1))
  t.throws(() => counting.serialize(1, context), { code: 'STREAMS_SERIALIZATION', message: /another value/ })
  const maps = Serdes.json(schema((value) => value))
  t.throws(() => maps.serialize(new Map([['a', 1]]), context), { message: /another value/ })
})
