import { readFileSync } from 'node:fs'
import { createConnection } from 'mysql2/promise'
import type { Connection } from 'mysql2/promise'
import t from 'tap'
import type { Test } from 'tap'
import type { MariadbAddress } from '../../../../app/adapters/mariadb/mariadb-address.ts'
import { MariadbChangeFeed } from '../../../../app/adapters/mariadb/mariadb-change-feed.ts'
import type { Statement } from '../../../../app/adapters/mariadb/statement.ts'
import { decimalBase64 } from '../../../../app/capture/decimal.ts'
import { Source } from '../../../../app/capture/source.ts'
import { MemoryTopics } from '../../../app/capture/memory-topics.ts'
import type { Table } from '../../../app/capture/memory-topics.ts'
import { newDatabase, ownMariadb } from '../../../servers/mariadb-for-tests.ts'
import type { MariadbServer } from '../../../servers/mariadb.ts'

const fixtures = new URL('../../../fixtures/debezium/', import.meta.url)

/** A database with a table, and a source that may be started again and again. */
class Captured {
  readonly sql: Connection
  readonly topics: MemoryTopics
  readonly statements: Statement[] = []
  away = 0
  readonly address: MariadbAddress
  readonly #table: Table

  constructor(sql: Connection, address: MariadbAddress, table: Table) {
    this.sql = sql
    this.address = address
    this.#table = table
    this.topics = new MemoryTopics(table)
  }

  /** Runs a source until it is done with all that is there, or until it breaks off. */
  async drain(count: number): Promise<void> {
    await using _source = await this.start()
    await this.has(count)
  }

  async has(count: number): Promise<void> {
    for (let waits = 0; this.#size() < count && this.topics.failAfter >= 0 && waits < 2000; waits++) await pause(5)
  }

  async start(): Promise<AsyncDisposable & Pick<Source, 'done'>> {
    const table = this.#table
    const feed = await MariadbChangeFeed.open({
      address: { ...this.address, user: 'cdc', password: 'cdc' },
      table,
      onStatement: (statement) => void this.statements.push(statement),
      onAway: () => void this.away++,
    })
    const source = new Source(feed, this.topics, {
      prefix: 'raw',
      database: 'bank',
      table,
      pollIntervalMs: 1,
      onDeadLetter: () => {},
    })
    await source.start()
    const close = async (): Promise<void> => {
      await source.stop()
      await feed[Symbol.asyncDispose]()
    }
    return { done: source.done, [Symbol.asyncDispose]: close }
  }

  #size(): number {
    return [...this.topics.logs.values()].flat().length
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function connect(t: Test, address: MariadbAddress): Promise<Connection> {
  const connection = await createConnection({ ...address, multipleStatements: true, timezone: 'Z' })
  connection.on('error', () => {})
  t.teardown(() => connection.destroy())
  return connection
}

async function capture(t: Test, server: MariadbServer, table: Table): Promise<Captured> {
  const address = await newDatabase(server, table)
  return new Captured(await connect(t, address), address, table)
}

const insertTransfer = (amount: string): string =>
  `insert into transfers (from_user_id, to_user_id, amount) values (1, 2, '${amount}');`

const server = await ownMariadb(t)
if (server !== null) await all(server)

async function all(server: MariadbServer): Promise<void> {
  await t.test(
    'C4: a source on MariaDB that is killed in the middle of any send neither loses nor repeats a record',
    async (t) => {
      for (const failAfter of [1, 2, 4, 5, 9, 14, 20]) {
        const captured = await capture(t, server, 'users')
        await captured.sql.query("insert into users (name) values ('a'), ('b'), ('c'), ('d'), ('e'), ('f')")
        captured.topics.failAfter = failAfter
        await captured.drain(6)
        // One transaction, and one statement of several rows: a source may be killed within either.
        await captured.sql.query(
          "begin; insert into users (name) values ('g'), ('h'); update users set name = 'x' where id < 5; commit",
        )
        await captured.sql.query('delete from users where id % 3 = 0')
        captured.topics.failAfter = Math.floor(failAfter / 2)
        await captured.drain(16)
        captured.topics.failAfter = Infinity
        await captured.drain(16)
        for (let id = 1; id <= 8; id++) {
          const ops = captured.topics.records().filter((record) => record.id === id).map(({ op }) => op) // prettier-ignore
          const first = ops[0] === 'r' ? 'r' : 'c'
          t.same(
            ops,
            [first, ...(id < 5 ? ['u'] : []), ...(id % 3 === 0 ? ['d', null] : [])],
            `killed after ${failAfter}, user ${id}`,
          )
        }
      }
    },
  )

  await t.test('C5: the greatest amount comes from MariaDB as it is', async (t) => {
    const captured = await capture(t, server, 'transfers')
    await captured.sql.query(insertTransfer('9999999999999999.99'))
    await captured.drain(1)
    await captured.sql.query(insertTransfer('9999999999999999.99') + insertTransfer('-0.01'))
    await captured.drain(3)
    const amounts = captured.topics.records().map(({ payload }) => payload.after.amount)
    t.same(
      amounts.toSorted(),
      [decimalBase64('9999999999999999.99'), decimalBase64('9999999999999999.99'), decimalBase64('-0.01')].toSorted(),
    )
  })

  await t.test('C7: each record of MariaDB has the columns of its time, also where it is read later', async (t) => {
    const captured = await capture(t, server, 'users')
    await captured.drain(0)
    await captured.sql.query("insert into users (name) values ('a')")
    await captured.drain(1)
    await captured.sql.query(`alter table users add column note varchar(50) null default 'n/a';
      insert into users (name, note) values ('b', null);
      alter table users drop column name;
      insert into users (note) values ('c')`)
    await captured.drain(3)
    const columns = [...captured.topics.logs.values()].flat().map(({ value }) => {
      const { schema, payload } = JSON.parse(Buffer.from(value!).toString())
      return [payload.after.id, schema.fields[1].fields.map(({ field }: { field: string }) => field).join(), payload.after.note]
    })
    t.same(columns.toSorted(([left], [right]) => left - right), [
      [1, 'id,name,created_at,last_updated_at', undefined],
      [2, 'id,name,created_at,last_updated_at,note', null],
      [3, 'id,created_at,last_updated_at,note', 'c'],
    ]) // prettier-ignore
  })

  await t.test('C8: a truncation of MariaDB has no record and is told, and the capture goes on', async (t) => {
    const captured = await capture(t, server, 'transfers')
    await captured.sql.query(insertTransfer('1.00'))
    await using source = await captured.start()
    source.done.catch((error: unknown) => t.fail(String(error)))
    await captured.has(1)
    await captured.sql.query(`truncate transfers; ${insertTransfer('2.00')}`)
    await captured.sql.query(
      `set session binlog_format = 'STATEMENT'; ${insertTransfer('3.00')} set session binlog_format = 'ROW'`,
    )
    await captured.sql.query(insertTransfer('4.00'))
    await captured.has(3)
    const amounts = captured.topics.records().map(({ payload }) => payload.after.amount)
    t.same(amounts.toSorted(), ['1.00', '2.00', '4.00'].map(decimalBase64).toSorted())
    t.same(
      captured.statements.map(({ kind }) => kind),
      ['truncate', 'without rows'],
    )
  })

  await t.test('C6: what Debezium wrote of a script is what this capture writes of it', async (t) => {
    const root = { host: server.host, port: server.port, user: 'root', password: '' }
    const sql = await connect(t, { ...root, database: 'mysql' })
    await sql.query(readFileSync(new URL('setup.sql', fixtures), 'utf8'))
    await sql.query("create table cdc_database (id varchar(36)); insert into cdc_database values ('recorded')")
    const both = (['users', 'transfers'] as const).map((table) => new Captured(sql, { ...root, database: 'bank' }, table))
    await both[0]!.drain(4)
    await both[1]!.drain(3)
    await sql.query(readFileSync(new URL('stream.sql', fixtures), 'utf8'))
    await both[0]!.drain(16)
    await both[1]!.drain(14)
    for (const captured of both) t.same(ownRecords(captured), recorded(captured.topics))
  })

  await t.test(
    'C4: MariaDB is killed under writes: what was committed comes once and in order',
    { timeout: 60_000 },
    async (t) => {
      const captured = await capture(t, server, 'users')
      await using source = await captured.start()
      source.done.catch(() => {})
      let isOver = false
      const committed: number[] = []
      const write = async (): Promise<void> => {
        while (!isOver) {
          const sql = await connect(t, captured.address).catch(() => pause(50))
          while (sql && !isOver) {
            const made = await sql.query("insert into users (name) values ('a')").catch(() => null)
            if (made === null) break
            const { insertId } = made[0] as { readonly insertId: number }
            committed.push(insertId)
            await sql.query('update users set name = ? where id = ?', ['b', insertId]).catch(() => {})
          }
        }
      }
      const writers = [write(), write(), write()]
      for (let kill = 0; kill < 3; kill++) {
        await pause(400)
        await server.kill()
        await pause(200)
        await server.start()
      }
      await pause(300)
      isOver = true
      await Promise.all(writers)
      const sql = await connect(t, captured.address)
      const [rows] = await sql.query('select id, name from users order by id')
      const expected = (rows as { id: number; name: string }[]).map(({ id, name }) =>
        [id, ...(name === 'a' ? ['c'] : ['c', 'u'])].join(),
      )
      const sent = (): string[] =>
        [...Map.groupBy(captured.topics.records(), ({ id }) => id)]
          .toSorted(([left], [right]) => left - right)
          .map(([id, records]) => [id, ...records.map(({ op }) => op)].join())
      for (let waits = 0; sent().join() !== expected.join() && waits < 500; waits++) await pause(10)
      t.same(sent(), expected)
      t.ok(
        committed.length > 30 && committed.every((id) => expected.some((text) => text.startsWith(`${id},`))),
        `${committed.length} writes`,
      )
      t.ok(captured.away > 0, 'it was told that the server is away')
    },
  )
}

interface Compared {
  readonly key: string
  readonly payload: object | null
}

/** Of each record what does not depend on when and where it was recorded, key by key. */
function compared(records: readonly { readonly key: string; readonly value: string | null }[]): Compared[] {
  const all = records.map(({ key, value }) => ({ key, payload: value === null ? null : payloadOf(JSON.parse(value).payload) }))
  return all.toSorted((left, right) => JSON.parse(left.key).payload.id - JSON.parse(right.key).payload.id)
}

function payloadOf({ op, before, after, source }: any): object {
  const isSnapshot = source.snapshot !== 'false'
  const { connector, name, db, table, server_id, row, query, sequence } = source
  const same = { connector, name, db, table, server_id, row, query, sequence }
  return { op, before: rowOf(before), after: rowOf(after), source: isSnapshot ? same : { ...same, ts_ms: source.ts_ms } }
}

/** Debezium writes a null as the default of its column, unless it is told not to; and cuts zeros off the times of a snapshot. */
function rowOf(row: any): object | null {
  if (row === null) return null
  const { note, last_updated_at, ...rest } = row
  return {
    ...rest,
    last_updated_at: last_updated_at.replace(/:(\d\d)Z$/, ':$1.000Z'),
    ...('note' in row && { note: note ?? 'n/a' }),
  }
}

function ownRecords(captured: Captured): Compared[] {
  const text = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString())
  const records = [...captured.topics.logs.values()].flat()
  return compared(records.map(({ key, value }) => ({ key: text(key)!, value: text(value) })))
}

function recorded(topics: MemoryTopics): Compared[] {
  const name = topics.records()[0]!.payload.source.table
  const lines = readFileSync(new URL('schemas-precise.jsonl', fixtures), 'utf8').trimEnd().split('\n')
  const records = lines.map((line) => JSON.parse(line) as { topic: string; key: string; value: string | null })
  return compared(records.filter(({ topic }) => topic === `raw.bank.${name}`))
}
