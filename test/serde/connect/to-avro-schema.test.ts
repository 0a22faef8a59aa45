import t from 'tap'
import { avro } from '../../../lib/avro.ts'
import type { AvroComplex } from '../../../lib/avro.ts'
import { connectJson, toAvroSchema } from '../../../lib/connect.ts'
import type { ConnectSchema } from '../../../lib/connect.ts'
import { bindSerde } from '../../../lib/index.ts'
import { contextOf, values } from './recorded.ts'

const context = contextOf('raw.bank.transfers')

function fieldOf(schema: ConnectSchema, name: string): ConnectSchema {
  const { optional: _optional, ...field } = schema.fields!.find(({ field }) => field === name)!
  return field
}

t.test('the schema of an envelope becomes an Avro schema, whose rows are those of the envelope', async (t) => {
  const [bytes] = values('schemas-precise', 'transfers')
  const { schema, value } = connectJson().deserialize(bytes!, context)
  const avroSchema = toAvroSchema(schema!) as AvroComplex
  t.match(avroSchema, { type: 'record', name: 'Envelope', namespace: 'raw.bank.transfers' })
  const fields = avroSchema['fields'] as readonly { readonly name: string; readonly type: readonly unknown[] }[]
  const row = fields.find(({ name }) => name === 'before')!.type[1] as AvroComplex
  t.match(
    (row['fields'] as readonly object[]).find((field) => (field as { name: string }).name === 'amount'),
    {
      type: { type: 'bytes', logicalType: 'decimal', precision: 19, scale: 4 },
    },
  )
  t.same(
    fields.find(({ name }) => name === 'after')!.type,
    ['null', 'raw.bank.transfers.Value'],
    'the same struct is a reference',
  )
  const { after } = value as unknown as { readonly after: object }
  const serde = bindSerde(avro<AvroComplex>(toAvroSchema(fieldOf(schema!, 'after')) as AvroComplex), { schemaRegistry: 'local' })
  await serde.prepareWrite?.(context)
  const bytesOfRow = serde.serialize(after as never, context)
  await serde.prepareRead?.([bytesOfRow], context)
  t.same(serde.deserialize(bytesOfRow, context), after)
})

t.test('types of Connect and of Debezium are Avro types', async (t) => {
  const connect = 'org.apache.kafka.connect.data'
  t.equal(toAvroSchema({ type: 'int16' }), 'int')
  t.same(toAvroSchema({ type: 'string', optional: true }), ['null', 'string'])
  t.match(toAvroSchema({ type: 'int64', name: `${connect}.Timestamp` }), { type: 'long', logicalType: 'timestamp-millis' })
  t.match(toAvroSchema({ type: 'int32', name: `${connect}.Date` }), { type: 'int', logicalType: 'date' })
  t.match(toAvroSchema({ type: 'int64', name: 'io.debezium.time.MicroTimestamp' }), { logicalType: 'timestamp-micros' })
  t.same(toAvroSchema({ type: 'string', name: 'io.debezium.data.Json' }), {
    type: 'string',
    'connect.name': 'io.debezium.data.Json',
  })
  t.same(toAvroSchema({ type: 'array', items: { type: 'boolean' } }), { type: 'array', items: 'boolean' })
  t.same(toAvroSchema({ type: 'map', keys: { type: 'string' }, values: { type: 'double' } }), { type: 'map', values: 'double' })
  t.match(toAvroSchema({ type: 'map', keys: { type: 'int32' }, values: { type: 'double' } }), {
    type: 'array',
    items: { type: 'record', fields: [{ name: 'key' }, { name: 'value' }] },
  })
  t.match(toAvroSchema({ type: 'struct', name: '1st-shop.Order', fields: [{ field: 'a-b', type: 'string' }] }), {
    namespace: '_1st_shop',
    name: 'Order',
    fields: [{ name: 'a_b' }],
  })
  t.throws(() => toAvroSchema({ type: 'int128' }), { code: 'STREAMS_CONNECT_SCHEMA' })
})
