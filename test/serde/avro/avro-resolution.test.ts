import t from 'tap'
import { avro } from '../../../lib/avro.ts'
import type { AvroComplex } from '../../../lib/avro.ts'
import { noHeaders } from '../../../lib/model/headers.ts'
import type { Serde } from '../../../lib/model/serde.ts'

const context = { topic: 't', component: 'value', headers: noHeaders } as const
const serdeOf = (schema: unknown): Serde<unknown> => avro(schema as AvroComplex)
/** Writes with one schema, reads with another: both are known within the process. */
const read = (writer: unknown, reader: unknown, value: unknown): unknown =>
  serdeOf(reader).deserialize(serdeOf(writer).serialize(value, context), context)
const record = (fields: readonly unknown[], rest: object = {}) => ({ type: 'record', name: 'Row', fields, ...rest })
const field = (name: string, type: unknown, rest: object = {}) => ({ name, type, ...rest })

t.test('what a reader does not know is refused where it occurs, and nowhere else', async (t) => {
  const refusal = { code: 'STREAMS_DESERIALIZATION', message: /does not resolve/ }
  const symbols = (...names: readonly string[]) => record([field('status', { type: 'enum', name: 'Status', symbols: names })])
  t.same(read(symbols('OLD', 'NEW'), symbols('NEW'), { status: 'NEW' }), { status: 'NEW' })
  t.throws(() => read(symbols('OLD', 'NEW'), symbols('NEW'), { status: 'OLD' }), {
    ...refusal,
    message: /status: OLD is no symbol of enum Status/,
  })
  const union = (...types: readonly unknown[]) => record([field('f', types)])
  t.same(read(union('int', 'string', 'boolean'), union('string', 'int'), { f: 'x' }), { f: 'x' })
  t.throws(() => read(union('int', 'string', 'boolean'), union('string', 'int'), { f: true }), refusal)
  t.same(
    read(union('null', 'string'), record([field('f', 'string')]), { f: 'x' }),
    { f: 'x' },
    'a field that is no union any more',
  )
  t.throws(() => read(union('null', 'string'), record([field('f', 'string')]), { f: null }), refusal)
  const lists = (items: unknown) => record([field('list', { type: 'array', items })])
  t.same(read(lists('string'), lists('int'), { list: [] }), { list: [] }, 'an empty list has nothing to refuse')
  t.throws(() => read(lists('string'), lists('int'), { list: ['x'] }), refusal)
})

t.test('numbers and texts are promoted as Avro says', async (t) => {
  for (const [writer, reader, value, expected] of [
    ['int', 'long', 5, 5],
    ['int', 'float', 5, 5],
    ['int', 'double', -5, -5],
    ['long', 'double', 2 ** 40, 2 ** 40],
    ['float', 'double', 0.5, 0.5],
    ['string', 'bytes', 'a', new Uint8Array([97])],
    ['bytes', 'string', new Uint8Array([97]), 'a'],
    ['int', ['string', 'double'], 5, 5],
    ['int', ['double', 'int'], 5, 5],
    ['int', { type: 'long', logicalType: 'bigint' }, 5, 5n],
    [{ type: 'long', logicalType: 'bigint' }, 'long', 5n, 5],
    ['long', { type: 'long', logicalType: 'timestamp-millis' }, 5, 5],
    [{ type: 'long', logicalType: 'timestamp-millis' }, 'long', 5, 5],
  ] as const)
    t.same(read(writer, reader, value), expected, `${JSON.stringify(writer)} as ${JSON.stringify(reader)}`)
  for (const [writer, reader, value] of [
    ['long', 'int', 5],
    ['double', 'float', 0.5],
    ['string', 'int', 'a'],
    ['bytes', 'string', new Uint8Array([0xff])],
    [{ type: 'long', logicalType: 'timestamp-micros' }, { type: 'long', logicalType: 'timestamp-millis' }, 5],
    [{ type: 'int', logicalType: 'date' }, { type: 'long', logicalType: 'timestamp-millis' }, 5],
    [{ type: 'fixed', name: 'F', size: 2 }, { type: 'fixed', name: 'F', size: 3 }, new Uint8Array(2)],
    ['bytes', { type: 'bytes', logicalType: 'decimal', precision: 4, scale: 2 }, new Uint8Array([1])],
  ] as const)
    t.throws(
      () => read(writer, reader, value),
      { code: 'STREAMS_DESERIALIZATION' },
      `${JSON.stringify(writer)} as ${JSON.stringify(reader)}`,
    )
})

t.test('fields are matched by name and aliases, skipped, and filled with defaults of their own', async (t) => {
  const skipped = [
    field('a', { type: 'map', values: 'long' }),
    field('b', ['null', { type: 'array', items: 'string' }]),
    field('c', { type: 'fixed', name: 'F', size: 2 }),
    field('d', { type: 'record', name: 'Inner', fields: [field('x', 'double'), field('y', 'float'), field('z', 'boolean')] }),
    field('e', { type: 'enum', name: 'E', symbols: ['A'] }),
  ]
  const writer = record([...skipped, field('old', 'int')])
  const reader = record([
    field('tags', { type: 'array', items: 'string' }, { default: ['none'] }),
    field('new', 'long', { aliases: ['old'] }),
    field('hash', 'bytes', { default: '\u00ff' }),
    field('price', { type: 'bytes', logicalType: 'decimal', precision: 4, scale: 2 }, { default: '\u0064' }),
    field('memo', ['null', 'string'], { default: null }),
    field('id', { type: 'long', logicalType: 'bigint' }, { default: 7 }),
  ])
  const value = { a: { x: 1 }, b: ['q'], c: new Uint8Array(2), d: { x: 1, y: 1, z: true }, e: 'A', old: 3 }
  const expected = { tags: ['none'], new: 3, hash: new Uint8Array([255]), price: '1.00', memo: null, id: 7n }
  const first = read(writer, reader, value) as { tags: string[] }
  t.same(first, expected)
  t.same(Object.keys(first), Object.keys(expected), 'in the order of the reader')
  first.tags.push('changed')
  t.same(read(writer, reader, value), expected, 'a default that was changed is of its record alone')
  t.throws(() => read(record([]), record([field('must', 'int')]), {}), { message: /must: the writer has no such field/ })
})

t.test('names differ by namespace and alias only', async (t) => {
  const named = (name: string, rest: object = {}) => ({ type: 'record', name, fields: [field('a', 'int')], ...rest })
  t.same(read(named('com.bank.Row'), named('bank.Row'), { a: 1 }), { a: 1 })
  t.same(read(named('Old'), named('Row', { aliases: ['Old'] }), { a: 1 }), { a: 1 })
  t.throws(() => read(named('Other'), named('Row'), { a: 1 }), { message: /record Other is not read as record Row/ })
  const status = (symbols: string[], fallback?: string) => ({ type: 'enum', name: 'Status', symbols, default: fallback })
  t.equal(read(status(['OLD', 'NEW']), status(['NEW'], 'NEW'), 'OLD'), 'NEW', "an enum's default")
})

t.test('a record may hold itself', async (t) => {
  const tree = record([field('name', 'string'), field('children', { type: 'array', items: 'Row' })])
  const wider = record([
    field('name', 'string'),
    field('children', { type: 'array', items: 'Row' }),
    field('n', 'int', { default: 0 }),
  ])
  const value = { name: 'a', children: [{ name: 'b', children: [] }] }
  t.same(read(tree, tree, value), value)
  t.same(read(tree, wider, value), { name: 'a', children: [{ name: 'b', children: [], n: 0 }], n: 0 })
})

t.test("a schema as Java's tools write it", async (t) => {
  const schema = {
    type: 'record',
    name: 'Customer',
    namespace: 'com.bank',
    'connect.name': 'com.bank.Customer',
    fields: [
      field('name', { type: 'string', 'avro.java.string': 'String' }),
      field('nested', { type: { type: 'array', items: { type: 'string', 'avro.java.string': 'String' } } }),
      field('previous', ['null', 'Customer'], { default: null }),
      field('wrong', { type: 'bytes', logicalType: 'decimal', scale: 3 }),
    ],
  }
  const reader = { ...schema, fields: schema.fields.map((each) => (each.name === 'wrong' ? field('wrong', 'bytes') : each)) }
  const value = { name: 'a', nested: ['b'], previous: { name: 'c', nested: [], previous: null, wrong: new Uint8Array(0) } }
  const row = { ...value, wrong: new Uint8Array([1]) }
  t.same(read(reader, reader, row), row)
  t.throws(() => serdeOf(schema), { message: /precision/ }, 'an own schema with a wrong logical type is a mistake')
})

t.test('values that are none of their type are refused with their place', async (t) => {
  const serde = serdeOf(
    record([
      field('list', { type: 'array', items: record([field('n', 'long')], { name: 'Item' }) }),
      field('map', { type: 'map', values: 'float' }, { default: {} }),
      field('text', 'string', { default: '' }),
      field('symbol', { type: 'enum', name: 'E', symbols: ['A'] }, { default: 'A' }),
      field('sum', { type: 'fixed', name: 'F', size: 2 }, { default: '\u0000\u0000' }),
    ]),
  )
  const refused = (value: unknown, message: RegExp): void => {
    t.throws(() => serde.serialize(value, context), { code: 'STREAMS_SERIALIZATION', message })
  }
  refused({ list: [{ n: 1 }, { n: 2 ** 53 }] }, /list\.1\.n is 9007199254740992, expected is long/)
  refused({ list: [{ n: 1n }] }, /list\.0\.n is 1n, expected is long/)
  refused({ list: [{ n: 0.5 }] }, /n is 0\.5/)
  refused({ list: [], map: { a: 1e300 } }, /map\.a is 1e\+300, expected is float/)
  refused({ list: [], text: 'a\ud83d' }, /half a surrogate pair/)
  refused({ list: [], symbol: 'toString' }, /symbol is toString, expected is enum E/)
  refused({ list: [], symbol: ['A'] }, /symbol is an Array/)
  refused({ list: [], sum: new Uint8Array(3) }, /sum is an Uint8Array, expected is fixed F \(2 bytes\)/)
  refused({ list: [undefined] }, /list\.0 is undefined/)
  refused({}, /list is undefined/)
  refused('text', /it is text, expected is record Row/)
})

t.test('bytes that announce more than there is are refused at once', async (t) => {
  for (const [schema, hex] of [
    ['string', 'feffffff0f61'],
    ['bytes', '01'],
    [{ type: 'array', items: 'int' }, 'feffffffffffffffff01'],
    [{ type: 'array', items: 'null' }, 'feffffffffff01'],
    [{ type: 'map', values: 'null' }, '80808080808001'],
    ['long', 'ffffffffffffffffffffff01'],
    ['boolean', '02'],
    ['string', '02ff'],
    [['null', 'int'], '04'],
  ] as const) {
    const serde = serdeOf(record([field('f', schema)]))
    const [header] = [serde.serialize({ f: sample(schema) }, context).subarray(0, 5)]
    t.throws(
      () => serde.deserialize(Buffer.concat([header, Buffer.from(hex, 'hex')]), context),
      { code: 'STREAMS_DESERIALIZATION' },
      hex,
    )
  }
})

function sample(schema: unknown): unknown {
  if (Array.isArray(schema)) return null
  if (typeof schema === 'object') return (schema as { type: string }).type === 'map' ? {} : []
  return { string: '', bytes: new Uint8Array(0), long: 0, boolean: true }[schema as string]
}
