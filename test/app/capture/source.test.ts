import { readFileSync } from 'node:fs'
import t from 'tap'
import { BankDatabase } from '../../../app/adapters/sqlite/bank-database.ts'
import { SqliteChangeFeed } from '../../../app/adapters/sqlite/sqlite-change-feed.ts'
import { decimalBase64 } from '../../../app/capture/decimal.ts'
import { Source } from '../../../app/capture/source.ts'
import { MemoryTopics } from './memory-topics.ts'
import type { Table } from './memory-topics.ts'

const openTable = (table: Table): BankDatabase => new BankDatabase(':memory:', table)
const openUsers = (): BankDatabase => openTable('users')

async function drain(database: BankDatabase, topics: MemoryTopics, table: Table = 'users'): Promise<void> {
  const options = { prefix: 'raw', database: 'bank', table, pollIntervalMs: 1, onDeadLetter: () => {} }
  const source = new Source(new SqliteChangeFeed(database, table), topics, options)
  await source.start()
  const isEmpty = (): boolean => database.one<{ n: number }>('select count(*) as n from cdc_log')!.n === 0
  for (let waits = 0; !isEmpty() && topics.failAfter >= 0 && waits < 1000; waits++)
    await new Promise((resolve) => setTimeout(resolve, 1))
  await source.stop()
}

const insertUser = `insert into users (name, created_at, last_updated_at) values ('Amara', '2026-11-22T10:00:00.000Z', '2026-11-22T10:00:00.000Z')`

t.test('C1, C2: rows from before the first start come as a snapshot, changes after it one by one', async (t) => {
  const database = openUsers()
  for (let user = 0; user < 3; user++) database.connection.exec(insertUser)
  const topics = new MemoryTopics('users')
  await drain(database, topics)
  const snapshot = topics.records().toSorted((left, right) => left.id - right.id)
  t.same(
    snapshot.map(({ op, payload }) => [op, payload.source.snapshot]),
    [
      ['r', 'first'],
      ['r', 'true'],
      ['r', 'last'],
    ],
  )
  database.connection.exec(`update users set name = 'Bruno' where id = 1; delete from users where id = 1`)
  await drain(database, topics)
  t.same(
    topics
      .records()
      .filter(({ id }) => id === 1)
      .map(({ op }) => op),
    ['r', 'u', 'd', null],
  )
  database.connection.exec('update users set id = 12 where id = 2')
  await drain(database, topics)
  t.same(
    topics
      .records()
      .filter(({ id }) => id === 2)
      .map(({ op }) => op),
    ['r', 'd', null],
  )
  t.same(
    topics
      .records()
      .filter(({ id }) => id === 12)
      .map(({ op }) => op),
    ['c'],
  )
})

t.test('C4: a source that is killed in the middle of any send neither loses nor repeats a record', async (t) => {
  for (let failAfter = 1; failAfter < 60; failAfter += 3) {
    const database = openUsers()
    const topics = new MemoryTopics('users')
    database.connection.exec(insertUser)
    await drain(database, topics)
    for (let user = 0; user < 20; user++) database.connection.exec(insertUser)
    database.connection.exec(`update users set name = 'Bruno'; delete from users where id % 3 = 0`)
    topics.failAfter = failAfter
    await drain(database, topics)
    topics.failAfter = Infinity
    await drain(database, topics)
    for (let id = 1; id <= 21; id++) {
      const expected = [id === 1 ? 'r' : 'c', 'u', ...(id % 3 === 0 ? ['d', null] : [])]
      t.same(
        topics
          .records()
          .filter((record) => record.id === id)
          .map(({ op }) => op),
        expected,
        `killed after ${failAfter}, user ${id}`,
      )
    }
  }
})

const insertTransfer = (amount: string): string =>
  `insert into transfers (from_user_id, to_user_id, amount, created_at, last_updated_at)
    values (1, 2, '${amount}', '2026-11-22T10:00:05.123Z', '2026-11-22T10:00:05.123Z')`

t.test('C6: an amount is written by the scale of its column, whatever SQL has put there', async (t) => {
  for (const [amount, base64] of [
    ['7.5', decimalBase64('7.50')],
    ['10', 'A+g='],
    [' 10.000 ', 'A+g='],
    ['-5', '/gw='],
    ['9999999999999999.99', decimalBase64('9999999999999999.99')],
  ] as const) {
    const [database, topics] = [openTable('transfers'), new MemoryTopics('transfers')]
    database.connection.exec(insertTransfer(amount))
    await drain(database, topics, 'transfers')
    t.equal(topics.records()[0]?.payload.after.amount, base64, amount)
  }
})

t.test('a row that no envelope can hold is a dead letter, once, and the rows behind it come', async (t) => {
  for (const amount of ['abc', '', '1.005', '1e3', '10000000000000000.00']) {
    const [database, topics] = [openTable('transfers'), new MemoryTopics('transfers')]
    database.connection.exec(insertTransfer('1.00'))
    await drain(database, topics, 'transfers')
    database.connection.exec(insertTransfer(amount))
    database.connection.exec(insertTransfer('3.00'))
    database.connection.exec(`update transfers set amount = '2.00' where id = 2`)
    topics.failAfter = 2
    await drain(database, topics, 'transfers')
    topics.failAfter = Infinity
    await drain(database, topics, 'transfers')
    t.same(
      topics
        .records()
        .map(({ op, id }) => `${op}${id}`)
        .toSorted(),
      ['c3', 'r1', 'u2'],
      amount,
    )
    t.equal(topics.records().find(({ op }) => op === 'u')?.payload.before, null, 'its schema holds no such row')
    const letters = [...topics.logs].filter(([partition]) => partition.includes('.dlq')).flatMap(([, records]) => records)
    t.equal(letters.length, 1)
    const headers = new Map(letters[0]!.headers.map(({ key, value }) => [key, Buffer.from(value).toString()]))
    t.match(headers.get('__connect.errors.exception.message'), `amount is ${JSON.stringify(amount)}`)
    t.equal(JSON.parse(Buffer.from(letters[0]!.value!).toString()).after.amount, amount)
  }
})

t.test('a row that no envelope can hold is deleted as all others', async (t) => {
  const [database, topics] = [openTable('transfers'), new MemoryTopics('transfers')]
  database.connection.exec(insertTransfer('1.00'))
  await drain(database, topics, 'transfers')
  database.connection.exec(`update transfers set amount = 'abc'; delete from transfers`)
  await drain(database, topics, 'transfers')
  t.same(
    topics.records().map(({ op }) => op),
    ['r', 'd', null],
  )
  t.match(topics.records()[1]!.payload.before, { id: 1, amount: 'AA==' }, 'readable, with its id')
})

t.test('positions of another database, or of an older copy, are refused with the reason', async (t) => {
  const [database, topics] = [openUsers(), new MemoryTopics('users')]
  database.connection.exec(insertUser)
  await drain(database, topics)
  t.match(positionOf(topics), /^bank\.users:[0-9a-f]{12}-\d+:0$/)
  const another = openUsers()
  await t.rejects(drain(another, topics), /changes of another database/)
  another.connection.exec(insertUser)
  await t.rejects(drain(another, topics), { name: 'ForeignPositionError' })
  another.connection.exec(`update cdc_database set id = '${database.one<{ id: string }>('select id from cdc_database')!.id}'`)
  await t.rejects(drain(another, topics), /ahead of the database/)
  another.connection.exec(insertUser)
  await drain(another, topics)
})

function positionOf(topics: MemoryTopics): string {
  const [record] = [...topics.logs.values()].flat()
  return Buffer.from(record!.headers.find(({ key }) => key === 'source.position')!.value).toString()
}

t.test('the envelope has the shape of a recorded one', async (t) => {
  const recorded = readFileSync(new URL('../../fixtures/debezium/schemas-precise.jsonl', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
  const record = recorded
    .map((line) => JSON.parse(line))
    .find(({ topic, value }) => topic === 'raw.bank.transfers' && value !== null)
  const theirs = JSON.parse(record.value)
  const database = openTable('transfers')
  database.connection.exec(`insert into transfers (from_user_id, to_user_id, amount, created_at, last_updated_at)
    values (1, 2, '10.00', '2026-11-22T10:00:05.123Z', '2026-11-22T10:00:05.123Z')`)
  const topics = new MemoryTopics('transfers')
  await drain(database, topics, 'transfers')
  const [raw] = [...topics.logs.values()].flat()
  const ours = JSON.parse(Buffer.from(raw!.value!).toString())
  t.same(shapeOf(ours.payload), shapeOf(theirs.payload))
  t.same(fieldsOf(ours.schema), fieldsOf(theirs.schema))
  t.equal(ours.payload.after.amount, 'A+g=')
  t.same(Buffer.from(raw!.key).toString(), record.key)
})

/** Names in order, down to the columns. */
function shapeOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return null
  return Object.entries(value).map(([name, part]) => [name, shapeOf(part)])
}

interface Field {
  readonly field?: string
  readonly type: string
  readonly name?: string
  readonly optional: boolean
  readonly fields?: readonly Field[]
}

/** All but what SQLite has otherwise: the name of its source, and the scale of decimals. */
function fieldsOf({ field, type, name, optional, fields }: Field): unknown {
  return [field, type, name?.replace('mariadb', 'sqlite'), optional, fields?.map(fieldsOf)]
}
