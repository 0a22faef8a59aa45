import t from 'tap'
import { connectJson } from '../../../lib/connect.ts'
import type { ConnectSchema, ConnectValue } from '../../../lib/connect.ts'
import { contextOf, recorded, values } from './recorded.ts'

const context = contextOf('raw.bank.type_samples')
const serde = connectJson()
const read = (bytes: Uint8Array) => serde.deserialize(bytes, context)
const afterOf = (value: ConnectValue) => (value as { readonly after: Readonly<Record<string, ConnectValue>> | null }).after

t.test('all types of a table come exactly, by the embedded schema', async (t) => {
  const [first] = values('schemas-precise', 'type_samples')
  const row = afterOf(read(first!).value)!
  t.match(row, {
    id: 1,
    c_int: -2147483648,
    c_decimal: '9999999999999999.99',
    c_decimal0: '-5',
    c_decimal30: '12345678901234567890.0123456789',
    c_text: 'tëxt 🚀',
    c_json: '{"a":1,"b":[true,null,1.10]}',
  })
  t.equal(row['c_bigint'], 9223372036854775807n)
  t.equal(Buffer.from(row['c_blob'] as Uint8Array).toString('hex'), '00ff10')
})

t.test('records with the same schema share it, and it is parsed once', async (t) => {
  const schemas = values('schemas-precise', 'users').map((bytes) => read(bytes).schema)
  t.equal(schemas[0], schemas[1])
  t.equal(new Set(schemas).size, 3, 'a column was added, and another one dropped')
})

t.test('a schema that is known excuses nothing behind the payload, and records of several schemas may take turns', async (t) => {
  const of = (field: string, payload: string, rest = ''): Buffer =>
    Buffer.from(`{"schema":{"type":"struct","fields":[{"type":"int64","field":"${field}"}]},"payload":${payload}}${rest}`)
  for (const round of [1, 2]) {
    t.same(read(of('ä', '{"ä":1}', ' \n')).value, { ä: 1 }, `round ${round}`)
    t.same(read(of('b', '{"b":2}')).value, { b: 2 }, `round ${round}`)
    for (const rest of [' x', '{}', '}'])
      t.throws(() => read(of('b', '{"b":2}', rest)), { code: 'STREAMS_CONNECT_SCHEMA' }, `${rest} in round ${round}`)
  }
})

t.test('what was read is written back to the same value, keys byte for byte', async (t) => {
  for (const file of ['schemas-precise', 'plain-string', 'schemas-precise-unwrapped'])
    for (const { key, value } of [...recorded(file, 'transfers'), ...recorded(file, 'type_samples')]) {
      if (key !== null) t.equal(Buffer.from(serde.serialize(read(Buffer.from(key)), context)).toString(), key)
      if (value === null) continue
      const once = read(Buffer.from(value))
      t.same(read(serde.serialize(once, context)), once)
    }
})

t.test('schemas may be demanded, refused or seen from each record', async (t) => {
  const text = '{"schema":null,"payload":{"a":1}}'
  const bytes = Buffer.from(text)
  t.same(connectJson({ schemas: 'auto' }).deserialize(bytes, context).value, { a: 1 })
  t.same(connectJson({ schemas: false }).deserialize(bytes, context).value, { schema: null, payload: { a: 1 } })
  const demanding = connectJson({ schemas: true })
  for (const wrong of ['{"a":1}', '{"schema":{}}', '{"schema":{"type":"struct"},"payload":{},"more":1}', '[]', 'hello'])
    t.throws(() => demanding.deserialize(Buffer.from(wrong), context), { code: 'STREAMS_CONNECT_SCHEMA' }, wrong)
  t.throws(() => connectJson({ schema: true } as never), /has no option "schema"/)
})

t.test('numbers without a schema keep their digits', async (t) => {
  const value = read(Buffer.from('{"big":9007199254740993,"money":10.50,"small":7}')).value
  t.same(value, { big: '9007199254740993', money: '10.50', small: 7 })
})

const struct = (...fields: ConnectSchema[]): ConnectSchema => ({ type: 'struct', fields })
const decimal = (scale?: number): ConnectSchema => ({
  type: 'bytes',
  name: 'org.apache.kafka.connect.data.Decimal',
  ...(scale === undefined ? {} : { parameters: { scale: String(scale) } }),
})

t.test('a decimal is read by the scale of its schema, in base64 or as a number', async (t) => {
  const schema = struct({ ...decimal(2), field: 'amount' })
  const amount = (json: string) => read(Buffer.from(`{"schema":${JSON.stringify(schema)},"payload":{"amount":${json}}}`)).value
  for (const [json, text] of [
    ['"A+g="', '10.00'],
    ['"/gw="', '-5.00'],
    ['""', undefined],
    ['10.50', '10.50'],
    ['7', '7.00'],
    ['1.005', undefined],
    ['"abc"', undefined],
    ['true', undefined],
    ['null', undefined],
  ] as const)
    if (text === undefined) t.throws(() => amount(json), { code: 'STREAMS_CONNECT_DATA' }, json)
    else t.same(amount(json), { amount: text }, json)
})

t.test('a value that is none of its type, and a schema that is none, are refused with their place', async (t) => {
  const wrong = (schema: ConnectSchema, payload: unknown) => () =>
    read(Buffer.from(JSON.stringify({ schema: struct({ ...schema, field: 'x' }), payload: { x: payload } })))
  for (const [type, payload] of [
    ['int64', 'a'],
    ['string', 5],
    ['boolean', 1],
    ['bytes', 5],
    ['double', 'a'],
    ['array', {}],
    ['struct', []],
    ['int32', null],
  ] as const)
    t.throws(wrong({ type }, payload), { code: 'STREAMS_CONNECT_DATA', message: /column x/ }, type)
  t.throws(wrong({ type: 'int128' }, 1), { code: 'STREAMS_CONNECT_SCHEMA' })
  t.throws(wrong({ type: 'array' }, [1]), { code: 'STREAMS_CONNECT_SCHEMA' })
  t.throws(wrong(decimal(), 'A+g='), { code: 'STREAMS_CONNECT_SCHEMA' })
  t.same(wrong({ type: 'int32', optional: true }, null)().value, { x: null })
})

t.test('arrays and maps are read by their members', async (t) => {
  const schema = struct(
    { type: 'array', items: decimal(1), field: 'list' },
    { type: 'map', keys: { type: 'string' }, values: { type: 'int32' }, field: 'texts' },
    { type: 'map', keys: { type: 'int32' }, values: { type: 'string' }, field: 'pairs' },
  )
  const payload = { list: ['AQ==', 2.5], texts: { a: 1 }, pairs: [[1, 'b']] }
  t.same(read(Buffer.from(JSON.stringify({ schema, payload }))).value, {
    list: ['0.1', '2.5'],
    texts: { a: 1 },
    pairs: [[1, 'b']],
  })
})
