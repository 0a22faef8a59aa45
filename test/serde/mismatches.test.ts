import { readFileSync } from 'node:fs'
import t from 'tap'
import type { Test } from 'tap'
import { avro, plainEncoding, singleObjectEncoding } from '../../lib/avro.ts'
import { column, connectJson, rowChange } from '../../lib/connect.ts'
import { Serdes } from '../../lib/index.ts'
import type { SchemaRegistry, Serde } from '../../lib/index.ts'
import { SerializationError } from '../../lib/model/errors.ts'
import { noHeaders } from '../../lib/model/headers.ts'
import { bindSerde } from '../../lib/model/serde.ts'

const context = { topic: 'users', component: 'value', headers: noHeaders } as const
const utf8 = (text: string): Buffer => Buffer.from(text)
const json = (value: unknown): Buffer => utf8(JSON.stringify(value))

const fields = [
  { name: 'id', type: 'long' },
  { name: 'name', type: 'string' },
] as const
const user = { type: 'record', name: 'User', fields } as const
const optional = { ...user, fields: [...fields, { name: 'memo', type: ['null', 'string'], default: null }] } as const
const required = { ...user, fields: [...fields, { name: 'memo', type: 'string' }] } as const
const amara = { id: 1, name: 'Amara' }

const plain = { schemaRegistry: plainEncoding() }
const single = { schemaRegistry: singleObjectEncoding() }

function registry(): { readonly schemaRegistry: SchemaRegistry } {
  const texts: string[] = []
  const register = async (_subject: string, text: string): Promise<number> =>
    (texts.includes(text) ? texts.indexOf(text) : texts.push(text) - 1) + 1
  const schemaById = async (id: number): Promise<string> => {
    const text = texts[id - 1]
    if (text === undefined) throw new SerializationError('STREAMS_SCHEMA_NOT_FOUND', `no schema ${id}`)
    return text
  }
  return { schemaRegistry: { register, schemaById } }
}

async function written<T>(serde: Serde<T>, value: T): Promise<Uint8Array> {
  await serde.prepareWrite?.(context)
  return serde.serialize(value, context)
}

async function read<T>(serde: Serde<T>, bytes: Uint8Array): Promise<T> {
  await serde.prepareRead?.([bytes], context)
  return serde.deserialize(bytes, context)
}

/** The schemas of `from` and `to` meet in one registry, as records of one topic do. */
async function evolved<A, B>(from: Serde<A>, value: A, to: Serde<B>): Promise<B> {
  const environment = registry()
  return read(bindSerde(to, environment), await written(bindSerde(from, environment), value))
}

const connectSchema = {
  type: 'struct',
  fields: [{ field: 'id', type: 'int64', optional: false }],
  optional: false,
}
const withSchema = json({ schema: connectSchema, payload: { id: 1 } })
const decimal = (scale: number) => avro({ type: 'bytes', logicalType: 'decimal', precision: 18, scale })
const time = (logicalType: string) => avro({ type: 'long', logicalType } as { readonly type: 'long' })

/** By the first cell of a row of the table in docs/serdes.md. */
const rows: Readonly<Record<string, (t: Test) => Promise<void>>> = {
  'JSON → `avro()`': async (t) => {
    const failure = { code: 'STREAMS_DESERIALIZATION', message: /0x00 and a schema id/ }
    await t.rejects(read(bindSerde(avro(user), registry()), json(amara)), failure)
  },
  'Avro, plain → `avro()` with a registry': async (t) => {
    const bytes = await written(bindSerde(avro(user), plain), amara)
    await t.rejects(read(bindSerde(avro(user), registry()), bytes), { code: 'STREAMS_DESERIALIZATION' })
  },
  'Avro, single-object → `avro()` with a registry': async (t) => {
    const bytes = await written(bindSerde(avro(user), single), amara)
    await t.rejects(read(bindSerde(avro(user), registry()), bytes), { code: 'STREAMS_DESERIALIZATION' })
  },
  'Avro with a registry → `avro()` with another registry': async (t) => {
    const bytes = await written(bindSerde(avro(user), registry()), amara)
    await t.rejects(read(bindSerde(avro(user), registry()), bytes), { code: 'STREAMS_SCHEMA_NOT_FOUND' })
  },
  'Avro, older schema → newer schema with an optional field': async (t) => {
    t.match(await evolved(avro(user), amara, avro(optional)), { ...amara, memo: null })
  },
  'Avro, older schema → newer schema with a required field': async (t) => {
    const failure = { code: 'STREAMS_DESERIALIZATION', message: /does not resolve/ }
    await t.rejects(evolved(avro(user), amara, avro(required)), failure)
  },
  'Avro, plain, older schema → plain, newer schema': async (t) => {
    const bytes = await written(bindSerde(avro(user), plain), amara)
    await t.rejects(read(bindSerde(avro(required), plain), bytes), { code: 'STREAMS_DESERIALIZATION' })
    const swapped = avro({ ...user, fields: [{ name: 'age', type: 'long' }, fields[1]] })
    t.match(await read(bindSerde(swapped, plain), bytes), { age: 1, name: 'Amara' }, 'the id as an age')
  },
  'Avro, timestamp-micros → timestamp-millis': async (t) => {
    const failure = { code: 'STREAMS_DESERIALIZATION', message: /timestamp-micros is not read as timestamp-millis/ }
    await t.rejects(evolved(time('timestamp-micros'), 5, time('timestamp-millis')), failure)
  },
  'Avro, decimal of scale 4 → decimal of scale 2': async (t) => {
    await t.rejects(evolved(decimal(4), '10.0000', decimal(2)), { code: 'STREAMS_DESERIALIZATION' })
  },
  'Connect JSON without schemas → `connectJson({ schemas: true })`': async (t) => {
    await t.rejects(read(connectJson({ schemas: true }), json({ id: 1 })), { code: 'STREAMS_CONNECT_SCHEMA' })
    t.match(await read(connectJson(), json({ id: 1 })), { value: { id: 1 } })
  },
  'Connect JSON with schemas → `connectJson({ schemas: false })`': async (t) => {
    t.match(await read(connectJson({ schemas: false }), withSchema), { value: { schema: {}, payload: { id: 1 } } })
    t.match(await read(connectJson(), withSchema), { value: { id: 1 } })
  },
  'Connect JSON with schemas → `Serdes.json()`': async (t) => {
    t.match(await read(Serdes.json(), withSchema), { schema: connectSchema, payload: { id: 1 } })
  },
  'Connect decimal in base64, without schema → `column.decimal()`': async (t) => {
    const row = json({ id: 1, amount: 'A+g=' })
    const reading = (base64Scale?: number) =>
      rowChange({ key: 'id', columns: { id: column.long(), amount: column.decimal({ precision: 18, scale: 2, base64Scale }) } })
    await t.rejects(read(reading(), row), { code: 'STREAMS_CONNECT_DATA' })
    t.match(await read(reading(2), row), { row: { amount: '10.00' } })
  },
  'key `1` as text → `Serdes.long`': async (t) => {
    await t.rejects(read(Serdes.long, utf8('1')), { code: 'STREAMS_DESERIALIZATION', message: /8 are expected/ })
  },
  'key as Avro string → `Serdes.string`': async (t) => {
    const bytes = await written(bindSerde(avro('string'), plain), '1')
    t.equal(await read(Serdes.string, bytes), '\u00021')
  },
  'key `1` as text → `Serdes.json()` key': async (t) => {
    t.equal(await read(Serdes.json<number>(), utf8('1')), 1)
    t.same(await written(Serdes.json<number>(), 1), utf8('1'))
  },
  'zero bytes → `avro()`': async (t) => {
    for (const environment of [registry(), single, plain])
      await t.rejects(read(bindSerde(avro(user), environment), Buffer.alloc(0)), { code: 'STREAMS_DESERIALIZATION' })
  },
}

for (const [row, check] of Object.entries(rows)) t.test(row, check)

t.test('each row of the table in docs/serdes.md is tested here, and nothing else', async (t) => {
  const page = readFileSync(new URL('../../docs/serdes.md', import.meta.url), 'utf8')
  const cells = page.split('\n').map((line) => line.split('|')[1]?.trim() ?? '')
  t.same(cells.filter((cell) => cell.includes(' → ')).slice(1), Object.keys(rows))
})
