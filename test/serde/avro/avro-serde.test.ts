import fc from 'fast-check'
import t from 'tap'
import { avro } from '../../../lib/avro.ts'
import { ConfigError, SerializationError, StreamsError } from '../../../lib/model/errors.ts'
import { noHeaders } from '../../../lib/model/headers.ts'
import type { SchemaRegistry } from '../../../lib/model/serde.ts'
import { bindSerde } from '../../../lib/model/serde.ts'

const context = { topic: 'transfers', component: 'value', headers: noHeaders } as const

const transferV1 = {
  type: 'record',
  name: 'Transfer',
  namespace: 'bank',
  fields: [
    { name: 'id', type: 'long' },
    { name: 'amount', type: { type: 'bytes', logicalType: 'decimal', precision: 18, scale: 2 } },
    { name: 'status', type: { type: 'enum', name: 'Status', symbols: ['PENDING', 'DONE'] } },
    { name: 'createdAt', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'memo', type: ['null', 'string'], default: null },
    { name: 'tags', type: { type: 'array', items: 'string' } },
    { name: 'limits', type: { type: 'map', values: 'double' } },
  ],
} as const
const value = { id: 1, amount: '10.00', status: 'PENDING', createdAt: 5, memo: null, tags: ['a'], limits: { day: 0.5 } } as const

/** A registry in memory that counts what it is asked. */
function memoryRegistry() {
  const texts: string[] = []
  const asked = { register: [] as string[], schemaById: [] as number[] }
  const registry: SchemaRegistry = {
    async register(subject, schema) {
      asked.register.push(subject)
      return (texts.includes(schema) ? texts.indexOf(schema) : texts.push(schema) - 1) + 1
    },
    async schemaById(id) {
      asked.schemaById.push(id)
      const text = texts[id - 1]
      if (text === undefined) throw new SerializationError('STREAMS_SCHEMA_NOT_FOUND', `no schema ${id}`)
      return text
    },
  }
  return { registry, asked }
}

t.test('the wire format is 0x00, the id, and Avro binary', async (t) => {
  const { registry } = memoryRegistry()
  const serde = bindSerde(avro(transferV1), { schemaRegistry: registry })
  await serde.prepareWrite!(context)
  const bytes = serde.serialize(value, context)
  t.equal(Buffer.from(bytes.subarray(0, 11)).toString('hex'), '00' + '00000001' + '02' + '0403e8' + '00' + '0a')
  await serde.prepareRead!([bytes], context)
  t.same({ ...serde.deserialize(bytes, context) }, value)
})

t.test('a store reads back what was just written: nothing is fetched for it', async (t) => {
  const { registry, asked } = memoryRegistry()
  const serde = bindSerde(avro(transferV1), { schemaRegistry: registry })
  await serde.prepareWrite!(context)
  t.same({ ...serde.deserialize(serde.serialize(value, context), context) }, value)
  t.same(asked.schemaById, [])
})

t.test('the value type follows from the schema', async () => {
  const serde = avro(transferV1)
  const read = serde.deserialize(serde.serialize(value, context), context)
  const amount: string = read.amount
  const status: 'PENDING' | 'DONE' = read.status
  const memo: string | null = read.memo
  // @ts-expect-error An enum has no other symbols.
  const wrong: 'LOST' = read.status
  // @ts-expect-error A number is no decimal.
  t.throws(() => serde.serialize({ ...value, amount: 10 }, context), SerializationError)
  void [amount, status, memo, wrong]
})

t.test('a record of an older schema is resolved, and its schema is fetched once', async (t) => {
  const { registry, asked } = memoryRegistry()
  const environment = { schemaRegistry: registry }
  const v1 = bindSerde(avro(transferV1), environment)
  const added = { name: 'note', type: 'string', default: 'none' } as const
  const v2 = bindSerde(avro({ ...transferV1, fields: [...transferV1.fields, added] }), environment)
  await v1.prepareWrite!(context)
  const bytes = v1.serialize(value, context)
  await v2.prepareRead!([bytes, bytes], context)
  await v2.prepareRead!([bytes], context)
  t.equal(v2.deserialize(bytes, context).note, 'none')
  t.same(asked.schemaById, [1])
})

t.test('an unknown id is trouble of its records, a silent registry that of the batch', async (t) => {
  const { registry } = memoryRegistry()
  const serde = bindSerde(avro(transferV1), { schemaRegistry: registry })
  const bytes = Buffer.from('00000f423f00', 'hex')
  await serde.prepareRead!([bytes], context)
  t.throws(() => serde.deserialize(bytes, context), { code: 'STREAMS_SCHEMA_NOT_FOUND' })
  const down = { ...registry, schemaById: () => Promise.reject(new StreamsError('STREAMS_SCHEMA_REGISTRY_UNAVAILABLE', 'down')) }
  const other = bindSerde(avro(transferV1), { schemaRegistry: down })
  await t.rejects(other.prepareRead!([bytes], context), { code: 'STREAMS_SCHEMA_REGISTRY_UNAVAILABLE' })
})

t.test('another scale of a decimal does not resolve', async (t) => {
  const { registry } = memoryRegistry()
  const decimal = (scale: number) =>
    bindSerde(avro({ type: 'bytes', logicalType: 'decimal', precision: 18, scale }), { schemaRegistry: registry })
  await decimal(4).prepareWrite!(context)
  const serde = decimal(4)
  await serde.prepareWrite!(context)
  const bytes = serde.serialize('12.34', context)
  const reader = decimal(2)
  await reader.prepareRead!([bytes], context)
  t.throws(() => reader.deserialize(bytes, context), { code: 'STREAMS_DESERIALIZATION', message: /does not resolve/ })
})

t.test('bytes that are none of its own are refused', async (t) => {
  const serde = avro(transferV1)
  const good = serde.serialize(value, context)
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.from('{}'),
    good.subarray(0, 4),
    good.subarray(0, -1),
    Buffer.concat([good, Buffer.of(0)]),
  ])
    t.throws(() => serde.deserialize(bytes, context), SerializationError)
  t.throws(() => bindSerde(serde, {}), ConfigError)
  t.throws(() => serde.serialize({ ...value, status: 'LOST' as 'DONE' }, context), { message: /status is LOST/ })
})

t.test('decimals are exact, and refused where the scale would round them', async (t) => {
  const serde = avro({ type: 'bytes', logicalType: 'decimal', precision: 18, scale: 2 })
  const cents = fc.bigInt({ min: -(10n ** 18n) + 1n, max: 10n ** 18n - 1n })
  fc.assert(
    fc.property(cents, (unscaled) => {
      const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(3, '0')
      const text = `${unscaled < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
      return serde.deserialize(serde.serialize(text, context), context) === text
    }),
  )
  for (const [text, hex] of [
    ['10.00', '0403e8'],
    ['100.00', '042710'],
    ['-5.00', '04fe0c'],
    ['0', '0200'],
    ['1.28', '040080'],
  ] as const)
    t.equal(Buffer.from(serde.serialize(text, context).subarray(5)).toString('hex'), hex)
  for (const text of ['1.005', 'abc', '', '1e3', '99999999999999999999'])
    t.throws(() => serde.serialize(text, context), SerializationError)
})
