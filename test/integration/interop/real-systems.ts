import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createConnection } from 'mysql2/promise'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import type { Test } from 'tap'
import { kafka } from 'millrace'
import { createTables } from '../../../app/adapters/mariadb/create-tables.ts'
import { createTopics } from '../../../app/pipeline/open-cluster.ts'
import { startService } from '../../app/services/service-processes.ts'
import type { ServiceProcess } from '../../app/services/service-processes.ts'
import { ownConnect } from '../../servers/connect-for-tests.ts'
import type { ConnectServer } from '../../servers/connect.ts'
import { ownKafka } from '../../servers/kafka-for-tests.ts'
import { ownMariadb } from '../../servers/mariadb-for-tests.ts'
import type { MariadbServer } from '../../servers/mariadb.ts'
import { ownMongo } from '../../servers/mongo-for-tests.ts'

const root = join(import.meta.dirname, '../../..')

/** Real Kafka, MariaDB, Connect and a server of MongoDB's protocol, with topics and tables, and the embedded registry. */
export interface RealSystems {
  readonly bootstrapServers: string
  readonly registry: ServiceProcess
  readonly connect: ConnectServer
  readonly sql: Connection
  readonly mariadb: MariadbServer
  readonly mongoUrl: string
}

/** Null where a server cannot be started: the test then ends, skipped; in CI it fails. */
export async function realSystems(t: Test): Promise<RealSystems | null> {
  const [broker, mariadb, mongo] = await Promise.all([ownKafka(t), ownMariadb(t), ownMongo(t)])
  if (broker === null || mariadb === null || mongo === null) return null
  const { bootstrapServers } = broker
  const [connect, sql] = await Promise.all([
    ownConnect(t, bootstrapServers),
    bank(mariadb),
    createTopics(kafka({ bootstrapServers })),
  ])
  t.teardown(() => sql.end())
  if (connect === null) return null
  const registry = await startService(t, 'registry', { kafka: bootstrapServers })
  return { bootstrapServers, registry, connect, sql, mariadb, mongoUrl: mongo.url }
}

/** What Debezium asks for on MariaDB. */
const debeziumRights =
  'select, reload, lock tables, show databases, replication slave, replication client, binlog monitor, slave monitor'

/** Both tables in one database: two connectors read one server. */
async function bank({ host, port }: MariadbServer): Promise<Connection> {
  const address = { host, port, user: 'root', password: '' }
  const sql = await createConnection(address)
  await sql.query('create database bank')
  await sql.query("create user debezium@'127.0.0.1' identified by 'debezium'")
  await sql.query(`grant ${debeziumRights} on *.* to debezium@'127.0.0.1'`)
  for (const table of ['users', 'transfers'] as const) await createTables({ ...address, database: 'bank' }, table)
  await sql.query('use bank')
  return sql
}

/** The options of a connector as app/connectors has them, with other addresses. */
export async function connectorOf(name: string, addresses: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const text = await readFile(join(root, 'app', 'connectors', `${name}.json`), 'utf8')
  return { ...(JSON.parse(text) as Record<string, string>), ...addresses }
}

const joined = `select t.id, t.from_user_id as fromUserId, t.to_user_id as toUserId, cast(t.amount as char) as amount, t.status,
  date_format(t.created_at, '%Y-%m-%dT%H:%i:%s.%f') as createdAt, date_format(t.last_updated_at, '%Y-%m-%dT%H:%i:%s.%f') as lastUpdatedAt,
  sender.name as fromUserName, receiver.name as toUserName, if(sender.id is null or receiver.id is null, 'PARTIAL', 'COMPLETE') as enrichment
  from transfers t left join users sender on sender.id = t.from_user_id left join users receiver on receiver.id = t.to_user_id order by t.id`

/** What the read API must answer once everything has flowed. */
async function expected(sql: Connection): Promise<readonly unknown[]> {
  const [rows] = await sql.query<RowDataPacket[]>(joined)
  const toMs = (text: string): string => `${text.slice(0, -3)}Z`
  return rows.map((row) => ({ ...row, createdAt: toMs(row['createdAt']), lastUpdatedAt: toMs(row['lastUpdatedAt']) }))
}

/** Waits until the read API answers what SQL says; fails with both otherwise. */
export async function isAsInSql(t: Test, { sql }: RealSystems, readUrl: string, message: string): Promise<void> {
  const wanted = await expected(sql)
  let found: unknown
  for (const endMs = Date.now() + 30_000; Date.now() < endMs; await delay(100)) {
    const answer = await fetch(`${readUrl}/transfers-enriched?sort=id&size=200`)
    found = ((await answer.json()) as { readonly content?: unknown }).content
    if (JSON.stringify(sorted(found)) === JSON.stringify(sorted(wanted))) break
  }
  t.same(found, wanted, message)
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1)))
}
