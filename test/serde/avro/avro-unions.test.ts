import t from 'tap'
import { asRecord, avro, recordNameOf } from '../../../lib/avro.ts'
import type { AvroComplex } from '../../../lib/avro.ts'
import { SerializationError } from '../../../lib/model/errors.ts'
import { noHeaders } from '../../../lib/model/headers.ts'
import type { Serde } from '../../../lib/model/serde.ts'

const context = { topic: 't', component: 'value', headers: noHeaders } as const
const serdeOf = (schema: unknown): Serde<unknown> => avro(schema as AvroComplex)
const roundTrip = (schema: unknown, value: unknown): unknown => {
  const serde = serdeOf(schema)
  return serde.deserialize(serde.serialize(value, context), context)
}
/** The branch that was written: the byte behind the header, which is twice its index. */
const branchOf = (schema: unknown, value: unknown): number => serdeOf(schema).serialize(value, context)[5]! / 2

const event = (name: string, ...fields: readonly string[]) => ({
  type: 'record',
  name,
  namespace: 'bank',
  fields: fields.map((field) => ({ name: field, type: 'string' })),
})
const decimal = { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 }
const timestamp = { type: 'long', logicalType: 'timestamp-millis' }
const colour = { type: 'enum', name: 'Colour', symbols: ['RED', 'toString'] }

t.test('written is the first branch that gives the value back equal', async (t) => {
  for (const [union, value, branch] of [
    [['null', 'string'], null, 0],
    [['string', 'null'], null, 1],
    [['int', 'string'], 'a', 1],
    [['int', 'long'], 3, 0],
    [['int', 'long'], 2 ** 40, 1],
    [['long', 'double'], 3, 0],
    [['long', 'double'], 0.5, 1],
    [['long', 'double'], -0, 1],
    [['float', 'double'], 0.5, 0],
    [['float', 'double'], 0.1, 1],
    [['float', 'double'], 1e300, 1],
    [['string', colour], 'RED', 0],
    [[colour, 'string'], 'RED', 0],
    [[colour, 'string'], 'constructor', 1],
    [[decimal, 'string'], '10', 1],
    [[decimal, 'string'], '10.00', 0],
    [['null', decimal], '1.50', 1],
    [['null', timestamp], 5, 1],
    [[timestamp, 'double'], 0.5, 1],
    [[{ type: 'fixed', name: 'F', size: 2 }, 'bytes'], new Uint8Array([1, 2]), 0],
    [[{ type: 'fixed', name: 'F', size: 2 }, 'bytes'], new Uint8Array([1]), 1],
    [['null', { type: 'array', items: 'int' }, { type: 'map', values: 'int' }], [1], 1],
    [['null', { type: 'array', items: 'int' }, { type: 'map', values: 'int' }], { a: 1 }, 2],
    [['long', { type: 'array', items: 'double' }], [0.5], 1],
    [[event('Created', 'user'), event('Renamed', 'user', 'to')], { user: 'u', to: 'v' }, 1],
    [[event('Created', 'user'), event('Renamed', 'user', 'to')], { user: 'u' }, 0],
    [[event('Created', 'user'), { type: 'map', values: 'string' }], { user: 'u' }, 0],
    [[event('Created', 'user'), { type: 'map', values: 'string' }], { other: 'u' }, 1],
  ] as const) {
    t.equal(branchOf(union, value), branch, `${JSON.stringify(union)} takes ${String(value)}`)
    t.same(roundTrip(union, value), value)
  }
})

t.test('a value that no branch takes is refused, with all that were possible', async (t) => {
  const refused = (union: unknown, value: unknown, message: RegExp): void => {
    t.throws(() => serdeOf(union).serialize(value, context), { code: 'STREAMS_SERIALIZATION', message })
  }
  refused(['null', 'int', 'string'], true, /it is true, expected is null \| int \| string/)
  refused(['null', 'int'], 0.5, /it is 0\.5, expected is int/)
  refused([event('A', 'a'), event('B', 'b')], { a: 'x', extra: 'y' }, /expected is record bank\.A \| record bank\.B/)
  refused(['null', { type: 'map', values: 'int' }], new Map([['a', 1]]), /it is an Map/)
})

t.test('records of a union with the same fields are told apart by how they were read, or by asRecord', async (t) => {
  const events = serdeOf([event('Opened', 'user'), event('Closed', 'user')])
  t.throws(() => events.serialize({ user: 'u' }, context), {
    code: 'STREAMS_SERIALIZATION',
    message: /asRecord\(name, value\) with one of bank\.Opened, bank\.Closed/,
  })
  const bytes = events.serialize(asRecord('bank.Closed', { user: 'u' }), context)
  const read = events.deserialize(bytes, context) as object
  t.equal(recordNameOf(read), 'bank.Closed')
  t.same(read, { user: 'u' })
  t.same(Buffer.from(events.serialize(read, context)), Buffer.from(bytes), 'what was read is written as the same record')
  t.equal(recordNameOf({ ...read }), undefined)
})

t.test('a union with bigint and others keeps them apart', async (t) => {
  const union = ['double', { type: 'long', logicalType: 'bigint' }]
  t.equal(roundTrip(union, 5n), 5n)
  t.equal(roundTrip(union, 5), 5)
})

t.test('a union twice in a union, a branch twice, and a default of no branch are no schema', async (t) => {
  for (const union of [
    ['int', 'int'],
    ['null', ['int']],
    [
      { type: 'array', items: 'int' },
      { type: 'array', items: 'long' },
    ],
  ])
    t.throws(() => serdeOf(union), TypeError)
  const field = { name: 'f', type: ['null', 'int'], default: 'x' }
  t.throws(() => serdeOf({ type: 'record', name: 'R', fields: [field] }), { message: /default "x"/ })
  t.throws(() => roundTrip('int', 1.5), SerializationError)
})
