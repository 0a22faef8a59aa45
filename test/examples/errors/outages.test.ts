import t from 'tap'
import type { Test } from 'tap'
import { StreamsError, openProducer } from 'millrace'
import type { Cluster, SchemaRegistry } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'
import { ErrorCounts } from '../../../examples/transfer-pipeline/errors/error-counts.ts'
import { waitingRegistry } from '../../../examples/transfer-pipeline/errors/waiting-registry.ts'
import { startApplication } from '../../../examples/transfer-pipeline/main.ts'
import { balances, bytesOf, deadLetterTopicOf, manifest, transfers, users } from '../../../examples/transfer-pipeline/topics.ts'
import { directory } from '../../storage/media.ts'
import { consume, until } from '../../runtime/running.ts'

/** A registry in memory that can be down. */
class Registry implements SchemaRegistry {
  isDown = false
  asked = 0
  readonly #schemas: string[]

  constructor(schemas: string[] = []) {
    this.#schemas = schemas
  }

  /** The same schemas, known to somebody else. */
  other(): Registry {
    return new Registry(this.#schemas)
  }

  async register(_subject: string, schema: string): Promise<number> {
    this.#ask()
    const known = this.#schemas.indexOf(schema)
    return known >= 0 ? known + 1 : this.#schemas.push(schema)
  }

  async schemaById(id: number): Promise<string> {
    this.#ask()
    return this.#schemas[id - 1]!
  }

  #ask(): void {
    this.asked++
    if (this.isDown) throw new StreamsError('STREAMS_SCHEMA_REGISTRY_UNAVAILABLE', 'It does not answer.')
  }
}

type Configs = Readonly<Record<string, Readonly<Record<string, string>>>>

async function openCluster(t: Test, configs: Configs = {}): Promise<Cluster> {
  const cluster = await EmbeddedKafka.open()
  t.teardown(() => cluster[Symbol.asyncDispose]())
  const admin = await cluster.admin({ clientId: 'test' })
  await admin.createTopics(manifest.map((topic) => ({ ...topic, config: { ...topic.config, ...configs[topic.name] } })))
  await admin.close()
  return cluster
}

async function start(t: Test, name: string, cluster: Cluster, schemaRegistry: Registry, counts: ErrorCounts): Promise<void> {
  const streams = await startApplication(name, {
    cluster,
    schemaRegistry,
    stateDir: directory(t),
    commitIntervalMs: 50,
    counts,
    log: () => {},
    onFailure: (error) => void t.fail(error.message),
  })
  t.teardown(() => streams.close().then(() => {}))
}

const at = 1_795_341_605_000
const transfer = (id: number, amount = '10.00') => ({
  key: String(id),
  value: { id, fromUserId: 1, toUserId: 2, amount, status: 'COMPLETED', createdAt: at, lastUpdatedAt: at } as const,
})

t.test('X3: a registry that does not answer is asked again, and what it does not know is an answer', async (t) => {
  const counts = new ErrorCounts()
  const [logged, slept]: [string[], number[]] = [[], []]
  const told: string[] = []
  let left = 7
  const down = new StreamsError('STREAMS_SCHEMA_REGISTRY_UNAVAILABLE', 'It does not answer.')
  const registry: SchemaRegistry = {
    register: () => (left-- > 0 ? Promise.reject(down) : Promise.resolve(4)),
    schemaById: () => Promise.reject(new StreamsError('STREAMS_SCHEMA_NOT_FOUND', 'Nobody knows it.')),
  }
  const sleep = async (ms: number): Promise<void> => void slept.push(ms)
  const waiting = waitingRegistry(registry, {
    counts,
    log: (line) => logged.push(line),
    sleep,
    onWait: ({ message }) => told.push(message),
  })
  t.equal(await waiting.register('a', '"int"'), 4)
  t.same(slept, [100, 200, 500, 1000, 2000, 2000, 2000])
  t.equal(logged.length, 1, 'it is said once')
  t.same(told, Array(7).fill('It does not answer.'), 'health hears of each')
  t.equal(counts.total('waits_total', { for: 'registry' }), 7)
  await t.rejects(waiting.schemaById(9), { code: 'STREAMS_SCHEMA_NOT_FOUND' })
})

t.test('X3: while the registry is down an application waits, then catches up; nothing is a dead letter', async (t) => {
  const cluster = await openCluster(t)
  const registry = new Registry()
  const writer = await openProducer(cluster, { clientId: 'test', schemaRegistry: registry.other() })
  t.teardown(() => writer.close())
  registry.isDown = true
  const counts = new ErrorCounts()
  await start(t, 'transfer-balances', cluster, registry, counts)
  await writer.send(transfers, [transfer(1), transfer(2)])
  await until('it is asked again', () => registry.asked > 4)
  t.same(await consume(cluster, bytesOf(balances.name)), [])
  registry.isDown = false
  await until(
    'both sides are there',
    async () => new Set((await consume(cluster, bytesOf(balances.name))).map(([key]) => String(key))).size === 2,
  )
  t.equal(counts.total('dlq_records_total'), 0)
  t.ok(counts.total('waits_total', { for: 'registry' }) > 0)
})

t.test('X7: a record that is too large for its topic is a dead letter; the application lives and goes on', async (t) => {
  const cluster = await openCluster(t, { [users.name]: { 'max.message.bytes': '2000' } })
  const [counts, registry] = [new ErrorCounts(), new Registry()]
  await start(t, 'ingestion-users', cluster, registry, counts)
  const raw = await openProducer(cluster, { clientId: 'test' })
  t.teardown(() => raw.close())
  const times = { created_at: '2026-11-22T10:00:05.000Z', last_updated_at: '2026-11-22T10:00:05.000Z' }
  const send = (id: number, name: string) => {
    const value = Buffer.from(JSON.stringify({ before: null, after: { id, name, ...times }, op: 'c' }))
    return raw.send(bytesOf('raw.bank.users'), [{ key: Buffer.from(`{"id":${id}}`), value }])
  }
  await send(1, 'x'.repeat(5000))
  await send(2, 'Bruno')
  const letters = bytesOf(deadLetterTopicOf(users.name))
  await until('the letter and the next row', async () => {
    const [refused, rows] = [await consume(cluster, letters), await consume(cluster, bytesOf(users.name))]
    return refused.length === 1 && rows.some(([key]) => Buffer.from(key!).toString() === '2')
  })
  const [[key, value]] = (await consume(cluster, letters)) as [readonly [Uint8Array, Uint8Array]]
  t.equal(Buffer.from(key).toString(), '1')
  t.ok(value.length > 5000, 'the bytes that could not be written')
  t.equal(counts.total('dlq_records_total', { topic: users.name, class: 'production' }), 1)
})
