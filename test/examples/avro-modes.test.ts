import t from 'tap'
import type { Test } from 'tap'
import { Serdes, StreamsBuilder, openProducer, topic } from 'millrace'
import type { Cluster, SchemaRegistry } from 'millrace'
import { avro } from 'millrace/avro'
import { EmbeddedKafka } from 'millrace/embedded'
import { TopologyTestDriver } from 'millrace/testing'
import { BankDatabase } from '../../app/adapters/sqlite/bank-database.ts'
import { SqliteChangeFeed } from '../../app/adapters/sqlite/sqlite-change-feed.ts'
import { toRecords } from '../../app/capture/envelope.ts'
import { startApplication } from '../../examples/transfer-pipeline/main.ts'
import { avroModes, schemasFor } from '../../examples/transfer-pipeline/schemas/avro-mode.ts'
import type { AvroMode } from '../../examples/transfer-pipeline/schemas/avro-mode.ts'
import { ingestionTransferSchema } from '../../examples/transfer-pipeline/schemas/avro.ts'
import { bytesOf, enriched, manifest, transfers } from '../../examples/transfer-pipeline/topics.ts'
import { consume, until } from '../runtime/running.ts'
import { directory } from '../storage/media.ts'

/** A registry in memory, or none. */
function schemas(mode: AvroMode): SchemaRegistry {
  if (mode !== 'registry') return schemasFor(mode, '')
  const texts: string[] = []
  return {
    register: async (_subject, text) => (texts.includes(text) ? texts.indexOf(text) : texts.push(text) - 1) + 1,
    schemaById: async (id) => texts[id - 1]!,
  }
}

const now = `'2026-11-22T10:00:05.000Z'`
const base = {
  users: `insert into users (name, created_at, last_updated_at) values ${['Amara', 'Bruno', 'Chidi', 'Dalia'].map((name) => `('${name}', ${now}, ${now})`).join(', ')}`,
  transfers: `insert into transfers (from_user_id, to_user_id, amount, created_at, last_updated_at) values
    (1, 2, '10.00', ${now}, ${now}), (2, 3, '100.00', ${now}, ${now}), (4, 1, '1000.00', ${now}, ${now})`,
}

/** Writes what the bank's change capture does of the base data. */
async function capture(cluster: Cluster): Promise<void> {
  const producer = await openProducer(cluster, { clientId: 'test' })
  for (const table of ['users', 'transfers'] as const) {
    const database = new BankDatabase(':memory:', table)
    database.connection.exec(base[table])
    const changes = await new SqliteChangeFeed(database, table).after(null, 1000)
    const records = changes.flatMap((change) => toRecords(change, { prefix: 'raw', database: 'bank', table }))
    await producer.send(bytesOf(`raw.bank.${table}`), records as never)
  }
  await producer.close()
}

/** What the enricher writes of the base data, as bytes by key. */
async function enrichedBytes(t: Test, schemaRegistry: SchemaRegistry): Promise<Map<string, Uint8Array>> {
  await using cluster = await EmbeddedKafka.open()
  const admin = await cluster.admin({ clientId: 'test' })
  await admin.createTopics(manifest)
  await admin.close()
  await capture(cluster)
  await using started = new AsyncDisposableStack()
  for (const name of ['ingestion-users', 'ingestion-transfers', 'transfer-enricher']) {
    const settings = { stateDir: directory(t), commitIntervalMs: 20, log: () => {} }
    const onFailure = (error: Error): void => void t.fail(error.message)
    const streams = await startApplication(name, { cluster, schemaRegistry, ...settings, onFailure })
    started.defer(() => streams.close().then(() => {}))
  }
  const found = new Map<string, Uint8Array>()
  await until('three transfers with both names', async () => {
    for (const [key, value] of await consume(cluster, topic(enriched.name, { key: Serdes.string, value: Serdes.bytes })))
      if (value !== null) found.set(key, value)
    return [...found.values()].filter(isComplete).length === 3
  })
  return found
}

/** The enum of the enrichment is the last byte, and COMPLETE its first symbol. */
const isComplete = (bytes: Uint8Array): boolean => bytes.at(-1) === 0

/** Without the header, by the transfer's key. */
const bodies = (bytes: ReadonlyMap<string, Uint8Array>, headerBytes: number): string[] =>
  [...bytes].toSorted(([left], [right]) => left.localeCompare(right)).map(([, value]) => hex(value.subarray(headerBytes)))

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

t.test('V1: all modes of Avro enrich the same, and their bytes begin as specified', async (t) => {
  const [registry, single, plain] = await Promise.all(avroModes.map((mode) => enrichedBytes(t, schemas(mode))))
  const expected = bodies(plain!, 0)
  t.equal(expected.length, 3)
  t.same(bodies(registry!, 5), expected)
  t.same(bodies(single!, 10), expected)
  for (const bytes of registry!.values()) t.match(hex(bytes), /^00000000[0-9a-f]{2}0[246]/, '0, and the id of the schema')
  for (const bytes of single!.values()) t.match(hex(bytes), /^c301[0-9a-f]{16}0[246]/, 'C3 01, and a fingerprint')
  for (const bytes of plain!.values()) t.match(hex(bytes), /^0[246]/, 'the id of the transfer')
  t.match(Buffer.from(plain!.get('1')!).toString('latin1'), /Amara.*Bruno/s)
})

t.test('V2: transfers that an older writer wrote have no memo for a newer reader', async (t) => {
  const memo = { name: 'memo', type: ['null', 'string'], default: null, doc: 'What it is for.' } as const
  const newer = { ...ingestionTransferSchema, fields: [...ingestionTransferSchema.fields, memo] } as const
  const read = topic(transfers.name, { key: Serdes.string, value: avro(newer) })
  const memos = topic('memos', { key: Serdes.string, value: Serdes.string })
  const builder = new StreamsBuilder()
  builder
    .stream(read)
    .mapValues((transfer) => `${transfer.amount} ${transfer.memo}`)
    .to(memos)
  using driver = new TopologyTestDriver(builder.build())
  const at = 1_795_341_605_000
  const old = { id: 1, fromUserId: 1, toUserId: 2, amount: '10.00', status: 'PENDING', createdAt: at, lastUpdatedAt: at } as const
  driver.createInputTopic(transfers).pipeInput({ key: '1', value: old })
  driver.createInputTopic(read).pipeInput({ key: '2', value: { ...old, memo: 'rent' } })
  const output = driver.createOutputTopic(memos).readRecords()
  t.same(
    output.map(({ value }) => value),
    ['10.00 null', '10.00 rent'],
  )
})
