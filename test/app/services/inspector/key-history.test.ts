import { test } from 'tap'
import type { Test } from 'tap'
import { openProducer, Serdes, topic } from 'millrace'
import type { TopicProducer } from 'millrace'
import { schemaRegistry } from 'millrace/avro'
import { EmbeddedKafka } from 'millrace/embedded'
import { enriched, manifest, rawTransfers, rawUsers, transfers, users } from '../../../../examples/transfer-pipeline/topics.ts'
import { toRecords } from '../../../../app/capture/envelope.ts'
import type { HistoryChange, KeyHistory } from '../../../../app/contracts/history.ts'
import { openRegistry } from '../../../../app/registry/registry-server.ts'
import { KeyHistories } from '../../../../app/services/inspector/history/key-histories.ts'

const bytes = (name: string) => topic(name, { key: Serdes.bytes, value: Serdes.bytes })
const noon = Date.parse('2026-11-28T12:00:00.000Z')
const iso = (ms: number): string => new Date(ms).toISOString()

interface Sent {
  readonly timestamp: number
  readonly headers: { readonly key: string; readonly value: Uint8Array }[]
}

/** A change's place in its database, and when it was. */
interface Instant {
  readonly position: string
  readonly timestamp: number
  cause(table: string): string
  sent(table: string, op: string): Sent
}

function instant(number: number): Instant {
  const [position, timestamp] = [String(number), noon + number * 1000]
  const header = (key: string, text: string) => ({ key, value: Buffer.from(text) })
  const cause = (table: string): string => `bank.${table}:${position}`
  const sent = (table: string, op: string): Sent => ({
    timestamp,
    headers: [header('source.position', `${cause(table)}:0`), header('op', op)],
  })
  return { position, timestamp, cause, sent }
}

/** What change capture, the ingestion and the enricher write, one change a second. */
class World {
  readonly #producer: TopicProducer
  #position = 0

  constructor(producer: TopicProducer) {
    this.#producer = producer
  }

  /** The change's cause. */
  async user(op: 'c' | 'u' | 'd', id: number, name: string | null): Promise<string> {
    const at = this.#next()
    const row = (text: string | null) =>
      text === null ? null : { id, name: text, created_at: iso(noon), last_updated_at: iso(at.timestamp) }
    await this.#raw('users', rawUsers.name, op, at, row(op === 'c' ? null : 'before'), row(name))
    const value = name === null ? null : { id, name, createdAt: noon, lastUpdatedAt: at.timestamp }
    await this.#producer.send(users, [{ key: String(id), value, ...at.sent('users', op) }])
    return at.cause('users')
  }

  async transfer(op: 'c' | 'u', id: number, status: 'PENDING' | 'COMPLETED', toUserName: string | null): Promise<string> {
    const at = this.#next()
    const after = { id, from_user_id: 1, to_user_id: 99, amount: '10.00', status, request_id: null }
    const times = { created_at: iso(noon), last_updated_at: iso(at.timestamp) }
    await this.#raw('transfers', rawTransfers.name, op, at, op === 'c' ? null : { ...after, ...times }, { ...after, ...times })
    const row = rowOf(id, status, at.timestamp)
    await this.#producer.send(transfers, [{ key: String(id), value: row, ...at.sent('transfers', op) }])
    await this.join(id, status, toUserName, at.sent('transfers', op))
    return at.cause('transfers')
  }

  async join(id: number, status: 'PENDING' | 'COMPLETED', toUserName: string | null, sent: Sent): Promise<void> {
    const enrichment = toUserName === null ? 'PARTIAL' : 'COMPLETE'
    const value = { ...rowOf(id, status, sent.timestamp), fromUserName: 'Amara', toUserName, enrichment } as const
    await this.#producer.send(enriched, [{ key: String(id), value, ...sent }])
  }

  /** What the enricher sends again because of the change before. */
  again(id: number, toUserName: string | null): Promise<void> {
    return this.join(id, 'COMPLETED', toUserName, instant(this.#position).sent('users', 'u'))
  }

  #next(): Instant {
    this.#position++
    return instant(this.#position)
  }

  async #raw(
    table: 'users' | 'transfers',
    name: string,
    op: 'c' | 'u' | 'd',
    { position, timestamp }: Instant,
    before: { readonly id: number } | null,
    after: { readonly id: number } | null,
  ): Promise<void> {
    const change = { op, before, after, position, timeMs: timestamp, source: {}, snapshot: 'false' } as never
    for (const { topic: _, ...record } of toRecords(change, { prefix: 'raw', database: 'bank', table }))
      await this.#producer.send(bytes(name), [record as never])
  }
}

const rowOf = (id: number, status: 'PENDING' | 'COMPLETED', lastUpdatedAt: number) =>
  ({ id, fromUserId: 1, toUserId: 99, amount: '10.00', status, createdAt: noon, lastUpdatedAt }) as const

async function open(t: Test): Promise<{ readonly world: World; readonly histories: KeyHistories }> {
  const cluster = await EmbeddedKafka.open()
  const admin = await cluster.admin({ clientId: 'test' })
  await admin.createTopics(manifest)
  const registry = await openRegistry({ port: 0, path: ':memory:' })
  const schemas = schemaRegistry(registry.url)
  const producer = await openProducer(cluster, { clientId: 'test', schemaRegistry: schemas })
  t.teardown(async () => {
    await producer.close()
    await registry.close()
    await cluster.close()
  })
  return { world: new World(producer), histories: new KeyHistories(cluster, schemas) }
}

const stations = ({ versions }: HistoryChange): string[] =>
  versions.map(({ station, changed }) => `${station}: ${changed.join(' ')}`)

const withoutDocuments = ({ changes }: KeyHistory): string[][] => changes.map(stations)

test('the history of a transfer has every version with its place, by cause, and says what each changed', async (t) => {
  const { world, histories } = await open(t)
  const amara = await world.user('c', 1, 'Amara')
  const made = await world.transfer('c', 17, 'PENDING', null)
  const settled = await world.transfer('u', 17, 'COMPLETED', null)
  const gift = await world.user('c', 99, 'Gift')
  await world.again(17, 'Gift')
  await world.transfer('c', 18, 'PENDING', 'Gift')
  const history = await histories.read('transfers', 17, 2000)
  t.same(
    history.changes.map(({ cause }) => cause),
    [made, settled, gift],
    `the user that was there before (${amara}) led to nothing here`,
  )
  const all = 'id fromUserId toUserId amount status createdAt lastUpdatedAt'
  t.same(withoutDocuments(history), [
    [
      `sql: ${all}`,
      'raw: id from_user_id to_user_id amount status request_id created_at last_updated_at',
      `ingestion: ${all}`,
      `enriched: ${all} fromUserName toUserName enrichment`,
    ],
    [
      'sql: status lastUpdatedAt',
      'raw: status last_updated_at',
      'ingestion: status lastUpdatedAt',
      'enriched: status lastUpdatedAt',
    ],
    ['ingestion: id name createdAt lastUpdatedAt', 'enriched: lastUpdatedAt toUserName enrichment'],
  ])
  t.match(history.changes[2], { kind: 'users', id: 99, op: 'c', at: noon + 4000 })
  const [, raw, row] = history.changes[0]!.versions
  t.match(raw, { topic: rawTransfers.name, p: Number, o: 0, fields: { amount: 'A+g=' }, schemaId: null })
  t.match(row, { topic: transfers.name, p: Number, o: 0, fields: { amount: '10.00' }, schemaId: Number })
  t.equal(history.scan.read, history.scan.of)
})

test('why toUserName is null is answered by the versions of the user: never there, later, deleted', async (t) => {
  const { world, histories } = await open(t)
  await world.transfer('c', 17, 'PENDING', null)
  t.match((await histories.read('transfers', 17, 2000)).reasons, [
    { field: 'toUserName', userId: 99, why: 'never', version: null },
  ])
  await world.user('c', 99, 'Gift')
  await world.again(17, 'Gift')
  await world.user('d', 99, null)
  await world.again(17, null)
  const { reasons, changes } = await histories.read('transfers', 17, 2000)
  t.match(reasons, [
    { o: 0, why: 'later', version: { topic: users.name, o: 0, at: noon + 2000 } },
    { o: 2, why: 'deleted', version: { topic: users.name, o: 1, at: noon + 3000 } },
  ])
  t.match(
    changes.map(({ op }) => op),
    ['c', 'c', 'd'],
  )
})

test('a user has a history of its own, a broken record is shown by its bytes, and a key without records has no change', async (t) => {
  const { world, histories } = await open(t)
  await world.user('c', 2, 'Bruno')
  await world.user('u', 2, 'Bruno Costa')
  await world.user('d', 2, null)
  const { changes } = await histories.read('users', 2, 2000)
  t.same(
    changes.map(({ versions }) => versions.map(({ station, fields }) => `${station} ${String(fields?.['name'] ?? null)}`)),
    [
      ['sql Bruno', 'raw Bruno', 'ingestion Bruno'],
      ['sql Bruno Costa', 'raw Bruno Costa', 'ingestion Bruno Costa'],
      ['sql null', 'raw null', 'raw null', 'ingestion null'],
    ],
  )
  t.match(await histories.read('users', 3, 2000), { changes: [], reasons: [] })
})
