import t from 'tap'
import { avro, plainEncoding, singleObjectEncoding } from '../../../lib/avro.ts'
import { SerializationError } from '../../../lib/model/errors.ts'
import { noHeaders } from '../../../lib/model/headers.ts'
import { bindSerde } from '../../../lib/model/serde.ts'
import { AvroCodec } from '../../../lib/serde/avro/avro-codec.ts'
import { canonicalForm } from '../../../lib/serde/avro/canonical-form.ts'
import { fingerprintOf } from '../../../lib/serde/avro/fingerprint.ts'
import { parseSchema } from '../../../lib/serde/avro/parse-schema.ts'
import { idHeader } from '../../../lib/serde/avro/schema-header.ts'

const context = { topic: 'users', component: 'value', headers: noHeaders } as const
const userV1 = {
  type: 'record',
  name: 'User',
  namespace: 'bank',
  doc: 'A user.',
  fields: [
    { name: 'id', type: 'long', doc: 'Id.' },
    { name: 'name', type: 'string' },
  ],
} as const
const userV2 = { ...userV1, fields: [...userV1.fields, { name: 'memo', type: ['null', 'string'], default: null }] } as const
const amara = { id: 1, name: 'Amara' }
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

t.test('the canonical form holds only what decides how bytes are read', async (t) => {
  const text = canonicalForm(
    parseSchema({
      type: 'record',
      name: 'Node',
      namespace: 'bank',
      aliases: ['Old'],
      doc: 'A node.',
      fields: [
        { name: 'next', type: ['null', 'Node'], default: null },
        { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
        { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['A', 'B'], default: 'A' } },
        { name: 'hash', type: { type: 'fixed', name: 'Hash', size: 4 } },
        { name: 'tags', type: { type: 'map', values: { type: 'array', items: { type: 'string' } } } },
      ],
    }),
  )
  t.equal(
    text,
    '{"name":"bank.Node","type":"record","fields":[{"name":"next","type":["null","bank.Node"]},{"name":"at","type":"long"},' +
      '{"name":"kind","type":{"name":"bank.Kind","type":"enum","symbols":["A","B"]}},' +
      '{"name":"hash","type":{"name":"bank.Hash","type":"fixed","size":4}},' +
      '{"name":"tags","type":{"type":"map","values":{"type":"array","items":"string"}}}]}',
  )
})

t.test('fingerprints are those of the Avro specification', async (t) => {
  for (const [schema, expected] of [
    ['int', '7275d51a3f395c8f'],
    ['null', '63dd24e7cc258f8a'],
    ['string', '8f014872634503c7'],
  ] as const)
    t.equal(fingerprintOf(parseSchema(schema)).toString(16), expected, schema)
})

t.test('single-object bytes begin with C3 01 and the fingerprint, little endian', async (t) => {
  const serde = bindSerde(avro(userV1), { schemaRegistry: singleObjectEncoding() })
  const bytes = serde.serialize(amara, context)
  const mark = Buffer.alloc(8)
  mark.writeBigUInt64LE(fingerprintOf(parseSchema(userV1)))
  t.equal(hex(bytes), `c301${hex(mark)}02${hex(Buffer.of(10))}${hex(Buffer.from('Amara'))}`)
  t.same({ ...serde.deserialize(bytes, context) }, amara)
  t.equal(serde.prepareRead, undefined, 'nothing is fetched')
})

t.test('single-object bytes of another schema are read where that schema is given', async (t) => {
  const old = bindSerde(avro(userV1), { schemaRegistry: singleObjectEncoding() }).serialize(amara, context)
  const knowing = bindSerde(avro(userV2), { schemaRegistry: singleObjectEncoding({ schemas: [userV1] }) })
  t.same({ ...knowing.deserialize(old, context) }, { ...amara, memo: null })
  const alone = bindSerde(avro(userV2), { schemaRegistry: singleObjectEncoding() })
  t.throws(() => alone.deserialize(old, context), { code: 'STREAMS_SCHEMA_NOT_FOUND', message: /give the schema/ })
  t.throws(() => singleObjectEncoding({ schemas: [{ type: 'record', name: 'X' } as never] }), TypeError)
  t.throws(() => singleObjectEncoding({ scheme: [] } as never), TypeError)
})

t.test('plain bytes are the Avro binary alone, and another schema reads garbage or an error', async (t) => {
  const plain = { schemaRegistry: plainEncoding() }
  const serde = bindSerde(avro(userV1), plain)
  const bytes = serde.serialize(amara, context)
  t.equal(hex(bytes), `020a${hex(Buffer.from('Amara'))}`)
  t.same({ ...serde.deserialize(bytes, context) }, amara)
  t.throws(() => bindSerde(avro(userV2), plain).deserialize(bytes, context), SerializationError)
  const other = avro({ type: 'record', name: 'Id', fields: [{ name: 'id', type: { type: 'array', items: 'int' } }] })
  t.throws(() => bindSerde(other, plain).deserialize(bytes, context), /its own schema/)
})

t.test('bytes of one encoding are refused by another', async (t) => {
  const [plain, single] = [plainEncoding(), singleObjectEncoding()].map((schemaRegistry) =>
    bindSerde(avro(userV1), { schemaRegistry }),
  )
  const registry = avro(userV1)
  t.throws(() => single!.deserialize(registry.serialize(amara, context), context), /0xC3 0x01/)
  t.throws(() => registry.deserialize(single!.serialize(amara, context), context), /0x00 and a schema id/)
  t.throws(() => registry.deserialize(plain!.serialize(amara, context), context), SerializationError)
  await t.rejects(plainEncoding().register('users-value', '"int"'), /has no registry/)
})

t.test('V2: a reader with an optional memo reads old records: null, and their schema is resolved once', async (t) => {
  const old = avro(userV1)
  let asked = 0
  const schemaOf = (): string => {
    asked++
    return JSON.stringify(userV1)
  }
  const codec = new AvroCodec<unknown>('avro(bank.User)', parseSchema(userV2), idHeader({ idFor: () => 2, schemaOf }))
  const read = (id: number): unknown => codec.deserialize(old.serialize({ id, name: 'Amara' }, context))
  const records = Array.from({ length: 1000 }, (_, id) => ({ ...(read(id) as object) }))
  t.same(
    records,
    records.map((_, id) => ({ id, name: 'Amara', memo: null })),
  )
  t.equal(asked, 1)
})
