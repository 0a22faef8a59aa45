import { readFileSync } from 'node:fs'
import t from 'tap'
import { openBankDatabase } from '../../../app/adapters/sqlite/bank-database.ts'
import { ChangeLog } from '../../../app/adapters/sqlite/change-log.ts'
import type { RawRecord } from '../../../app/capture/envelope.ts'
import type { RawTopics } from '../../../app/capture/source.ts'
import { Source } from '../../../app/capture/source.ts'

const options = { prefix: 'raw', database: 'bank', pollIntervalMs: 1 }

/** Raw topics of four partitions in memory, that can break off in the middle of a send. */
class MemoryTopics implements RawTopics {
  readonly logs = new Map<string, RawRecord[]>()
  failAfter = Infinity

  async lastRecords() {
    const names = ['users', 'transfers'].flatMap((table) => [0, 1, 2, 3].map((partition) => `raw.bank.${table}-${partition}`))
    return names.map((partition) => ({ partition, headers: this.logs.get(partition)?.at(-1)?.headers ?? null }))
  }

  partitionOf({ topic, key }: RawRecord): string {
    return `${topic}-${JSON.parse(Buffer.from(key).toString()).payload.id % 4}`
  }

  /** A broken send leaves any part of it behind: here the partitions in reverse. */
  async send(records: readonly RawRecord[]): Promise<void> {
    for (const record of records.toSorted((left, right) => (this.partitionOf(left) > this.partitionOf(right) ? -1 : 1))) {
      if (this.failAfter-- <= 0) throw new Error('killed')
      const partition = this.partitionOf(record)
      this.logs.set(partition, [...(this.logs.get(partition) ?? []), record])
    }
  }

  records(table: string): { readonly op: string | null; readonly id: number; readonly payload: any }[] {
    const all = [...this.logs].filter(([partition]) => partition.includes(table)).flatMap(([, records]) => records)
    return all.map(({ key, value }) => {
      const payload = value === null ? null : JSON.parse(Buffer.from(value).toString()).payload
      return { id: JSON.parse(Buffer.from(key).toString()).payload.id, op: payload?.op ?? null, payload }
    })
  }
}

async function drain(database: ReturnType<typeof openBankDatabase>, topics: MemoryTopics): Promise<void> {
  const source = new Source(new ChangeLog(database), topics, options)
  await source.start()
  const isEmpty = (): boolean => database.prepare('select count(*) as n from cdc_log').get()!['n'] === 0
  for (let waits = 0; !isEmpty() && topics.failAfter >= 0 && waits < 1000; waits++)
    await new Promise((resolve) => setTimeout(resolve, 1))
  await source.stop()
}

const insertUser = `insert into users (name, created_at, last_updated_at) values ('Amara', '2026-11-22T10:00:00.000Z', '2026-11-22T10:00:00.000Z')`

t.test('rows from before the first start come as a snapshot, changes after it one by one', async (t) => {
  const database = openBankDatabase(':memory:')
  for (let user = 0; user < 3; user++) database.exec(insertUser)
  const topics = new MemoryTopics()
  await drain(database, topics)
  const snapshot = topics.records('users').toSorted((left, right) => left.id - right.id)
  t.same(
    snapshot.map(({ op, payload }) => [op, payload.source.snapshot]),
    [
      ['r', 'first'],
      ['r', 'true'],
      ['r', 'last'],
    ],
  )
  database.exec(`update users set name = 'Bruno' where id = 1; delete from users where id = 1`)
  await drain(database, topics)
  t.same(
    topics
      .records('users')
      .filter(({ id }) => id === 1)
      .map(({ op }) => op),
    ['r', 'u', 'd', null],
  )
  database.exec('update users set id = 12 where id = 2')
  await drain(database, topics)
  t.same(
    topics
      .records('users')
      .filter(({ id }) => id === 2)
      .map(({ op }) => op),
    ['r', 'd', null],
  )
  t.same(
    topics
      .records('users')
      .filter(({ id }) => id === 12)
      .map(({ op }) => op),
    ['c'],
  )
})

t.test('a source that is killed in the middle of any send neither loses nor repeats a record', async (t) => {
  for (let failAfter = 1; failAfter < 60; failAfter += 3) {
    const database = openBankDatabase(':memory:')
    const topics = new MemoryTopics()
    database.exec(insertUser)
    await drain(database, topics)
    for (let user = 0; user < 20; user++) database.exec(insertUser)
    database.exec(`update users set name = 'Bruno'; delete from users where id % 3 = 0`)
    topics.failAfter = failAfter
    await drain(database, topics)
    topics.failAfter = Infinity
    await drain(database, topics)
    for (let id = 1; id <= 21; id++) {
      const expected = [id === 1 ? 'r' : 'c', 'u', ...(id % 3 === 0 ? ['d', null] : [])]
      t.same(
        topics
          .records('users')
          .filter((record) => record.id === id)
          .map(({ op }) => op),
        expected,
        `killed after ${failAfter}, user ${id}`,
      )
    }
  }
})

t.test('the envelope has the shape of a recorded one', async (t) => {
  const recorded = readFileSync(new URL('../../fixtures/debezium/schemas-precise.jsonl', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
  const record = recorded
    .map((line) => JSON.parse(line))
    .find(({ topic, value }) => topic === 'raw.bank.transfers' && value !== null)
  const theirs = JSON.parse(record.value)
  const database = openBankDatabase(':memory:')
  database.exec(`insert into transfers (from_user_id, to_user_id, amount, created_at, last_updated_at)
    values (1, 2, '10.00', '2026-11-22T10:00:05.123Z', '2026-11-22T10:00:05.123Z')`)
  const topics = new MemoryTopics()
  await drain(database, topics)
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
