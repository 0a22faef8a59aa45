import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { kafka } from 'millrace'
import type { RawRecord } from 'millrace'
import { endsOf, startsOf } from '../../../app/adapters/kafka/partition-ends.ts'
import { tailTopics } from '../../../app/adapters/kafka/topic-tail.ts'
import { MongoConnection } from '../../../app/adapters/mongodb/mongo-connection.ts'
import type { LoggedChange, Row } from '../../../app/capture/change-feed.ts'
import { toRecords } from '../../../app/capture/envelope.ts'
import { startService } from '../../app/services/service-processes.ts'
import { directory } from '../../storage/media.ts'
import { startJavaEnricher } from './enricher-java.ts'
import { connectorOf, isAsInSql, realSystems } from './real-systems.ts'
import type { RealSystems } from './real-systems.ts'

// The file's own limit, where it is run without the project's script.
t.setTimeout(300_000)

const golden = join(import.meta.dirname, '../../app/topology/golden/transfer-enricher.txt')

const tables = ['users', 'transfers'] as const

const debezium = (table: string, { mariadb, bootstrapServers }: RealSystems): Promise<Record<string, string>> =>
  connectorOf(`debezium-${table}`, {
    'database.hostname': mariadb.host,
    'database.port': String(mariadb.port),
    'schema.history.internal.kafka.bootstrap.servers': bootstrapServers,
  })

/** Confluent's converter is not on Maven Central: one of the tests stands in for it. */
const mongoSink = ({ mongoUrl, registry }: RealSystems): Promise<Record<string, string>> =>
  connectorOf('mongo-sink', {
    'connection.uri': mongoUrl,
    'value.converter': 'millrace.test.AvroConverter',
    'value.converter.schema.registry.url': registry.url,
  })

async function allOf(topic: string, bootstrapServers: string): Promise<readonly RawRecord[]> {
  const cluster = kafka({ bootstrapServers })
  const [from, until] = [await startsOf(cluster, [topic]), await endsOf(cluster, [topic])]
  const records: RawRecord[] = []
  const { signal } = new AbortController()
  for await (const parts of tailTopics(cluster, { clientId: 'test', from, until, signal }))
    records.push(...parts.flatMap((part) => part.records))
  return records
}

interface DebeziumPayload {
  readonly op: LoggedChange['op']
  readonly before: Row | null
  readonly after: Row | null
  readonly source: LoggedChange['source'] & { readonly snapshot: string }
}

/** The change that Debezium tells of, as a feed of ours would have it. */
function changeOf({ op, before, after, source }: DebeziumPayload): LoggedChange {
  const rowOf = (row: Row | null): Row | null =>
    row === null ? null : { ...row, ...('amount' in row && { amount: decimalOf(row['amount']) }) }
  return { position: '1', op, before: rowOf(before), after: rowOf(after), snapshot: source.snapshot, timeMs: 0, source }
}

/** Connect's decimals: unscaled, two's complement; those of the bank are above 0. */
function decimalOf(base64: unknown): string {
  const digits = BigInt(`0x${Buffer.from(base64 as string, 'base64').toString('hex')}`)
    .toString()
    .padStart(3, '0')
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`
}

const textOf = (bytes: Uint8Array | null): string => Buffer.from(bytes ?? []).toString()

/** When it was captured, and by which version, is not the same twice; our capture does not tell the thread of the writer. */
function masked(envelope: string): string {
  const apart = /"ts_([mun]s)":\d+|"version":"[^"]*"|"thread":\d+/g
  return envelope.replaceAll(apart, (field) => `${field.split(':')[0]}:…`).replace('"thread":null', '"thread":…')
}

t.test('Z2: real Debezium and the real Mongo sink in place of ours, on the same topics', async (t) => {
  const systems = await realSystems(t)
  if (systems === null) return
  const { sql, connect, bootstrapServers, registry, mongoUrl } = systems
  const dir = directory(t)
  const common = { kafka: bootstrapServers, registry: registry.url, 'session-timeout-ms': '6000' }
  const stream = (application: string) => startService(t, 'streams', { ...common, application, 'state-dir': join(dir, 'state') })
  await sql.query("insert into users (name) values ('Amara'), ('Bruno'), ('Chidi'), ('Dalia')")
  await sql.query(
    "insert into transfers (from_user_id, to_user_id, amount) values (1, 2, 10), (2, 3, 100), (4, 1, '9999999999999999.99')",
  )
  const [read, enricher] = await Promise.all([
    startService(t, 'core-read', { documents: `${mongoUrl}/bank` }),
    ...['transfer-enricher', 'ingestion-users', 'ingestion-transfers'].map(stream),
    ...tables.map(async (table) => connect.put(`debezium-${table}`, await debezium(table, systems))),
    connect.put('mongo-sink', await mongoSink(systems)),
  ])
  const mongo = new MongoConnection({ uri: `${mongoUrl}/bank`, passwordFile: null })
  t.teardown(() => mongo.close())
  const documents = (await mongo.database()).collection<{ _id: string }>('transfers')

  await t.test('Z2: a snapshot, then every kind of change: the read API is as SQL', async (t) => {
    await isAsInSql(t, systems, read!.url, 'snapshot')
    await sql.query("update users set name = 'Bruno Costa 🚀' where id = 2")
    await sql.query("update transfers set status = 'COMPLETED' where id = 1")
    await sql.query('insert into transfers (from_user_id, to_user_id, amount) values (1, 99, 0.01)')
    await sql.query('delete from transfers where id = 2')
    await sql.query('update transfers set id = 30 where id = 3')
    await isAsInSql(t, systems, read!.url, 'changes')
    await sql.query("insert into users (id, name) values (99, 'Efe')")
    await sql.query('delete from users where id = 4')
    await isAsInSql(t, systems, read!.url, 'users')
    t.same((await documents.find().toArray()).map(({ _id }) => _id).toSorted(), ['1', '30', '4'])
  })

  await t.test('what Debezium has written is, byte for byte, what our capture writes of the same change', async (t) => {
    for (const table of tables) {
      const records = await allOf(`raw.bank.${table}`, bootstrapServers)
      t.ok(records.length > 4)
      for (const theirs of records.filter(({ value }) => value !== null)) {
        const { payload } = JSON.parse(textOf(theirs.value)) as { payload: DebeziumPayload }
        const [ours] = toRecords(changeOf(payload), { prefix: 'raw', database: 'bank', table })
        t.equal(textOf(theirs.key), textOf(ours!.key), 'the key')
        t.equal(masked(textOf(theirs.value)), masked(textOf(ours!.value)), 'the envelope')
      }
    }
  })

  await t.test('our sink goes on with the same file of options and the same collection, and the real one after it', async (t) => {
    await connect.delete('mongo-sink')
    const theirs = await documents.findOne({ _id: '1' }, { promoteValues: false })
    const connector = join(dir, 'mongo-sink.json')
    await writeFile(connector, JSON.stringify(await mongoSink(systems)))
    const sink = await startService(t, 'sink', { kafka: bootstrapServers, registry: registry.url, connector })
    await sql.query("update users set name = 'Chidi Okafor' where id = 3")
    await sql.query('delete from transfers where id = 30')
    await sql.query('insert into transfers (from_user_id, to_user_id, amount) values (3, 1, 5)')
    await isAsInSql(t, systems, read!.url, 'ours')
    const { _meta, ...ours } = (await documents.findOne({ _id: '1' }, { promoteValues: false }))! as any
    t.same(ours, theirs, 'field by field the same types and values')
    t.ok(_meta)
    t.equal(await sink.stop(), 0)
    await connect.put('mongo-sink', await mongoSink(systems))
    await sql.query("update users set name = 'Amara Diallo' where id = 1")
    await isAsInSql(t, systems, read!.url, 'theirs again')
  })

  await t.test("Java's enricher takes over: the same topology, topics, state and bytes; and ours after it", async (t) => {
    t.equal(await enricher!.stop(), 0)
    await sql.query("update users set name = 'Bruno while nobody runs' where id = 2")
    const java = await startJavaEnricher(t, { bootstrapServers, registryUrl: registry.url, dir })
    t.equal(java.description.trim(), (await readFile(golden, 'utf8')).trim(), 'describe() is the same text')
    await isAsInSql(t, systems, read!.url, 'what came while nobody ran')
    await sql.query('insert into transfers (from_user_id, to_user_id, amount) values (2, 99, 7.5), (1, 77, 8)')
    await sql.query("update users set name = 'Efe by Java' where id = 99")
    await sql.query('delete from transfers where id = 1')
    await isAsInSql(t, systems, read!.url, 'Java')
    await java.stop()
    await sql.query("insert into users (id, name) values (77, 'Gugu')")
    await stream('transfer-enricher')
    await sql.query("update users set name = 'Amara by Millrace' where id = 1")
    await isAsInSql(t, systems, read!.url, 'ours again')
  })

  await t.test('our capture goes on where Debezium has stopped, in the same topics', async (t) => {
    for (const table of tables) await connect.delete(`debezium-${table}`)
    await sql.query("update users set name = 'Bruno by nobody' where id = 2")
    const { host, port } = systems.mariadb
    const database = { database: `mariadb://cdc@${host}:${port}/bank`, 'database-password': 'cdc' }
    const captures = await Promise.all(
      tables.map((table) => startService(t, 'capture', { kafka: bootstrapServers, table, ...database })),
    )
    await isAsInSql(t, systems, read!.url, 'what came while nobody captured')
    await sql.query('insert into transfers (from_user_id, to_user_id, amount) values (2, 3, 12.34)')
    await sql.query('delete from users where id = 99')
    await isAsInSql(t, systems, read!.url, 'ours')
    for (const capture of captures) t.equal(await capture.stop(), 0)
  })
})
