import { test } from 'tap'
import type { Test } from 'tap'
import { Serdes, openProducer, topic } from 'millrace'
import type { TopicProducer } from 'millrace'
import { schemasFor } from '../../../../examples/transfer-pipeline/schemas/avro-mode.ts'
import { EmbeddedKafka } from 'millrace/embedded'
import {
  bytesOf,
  deadLetterTopics,
  enriched,
  manifest,
  rawTransfers,
  transfers,
  users,
} from '../../../../examples/transfer-pipeline/topics.ts'
import type { Batch, FeedRecord, Hops } from '../../../../app/contracts/feed.ts'
import { Inspector } from '../../../../app/services/inspector/inspector.ts'
import { openRegistry } from '../../../../app/registry/registry-server.ts'
import { liveFace } from '../../../../app/feed/faces/live-face.ts'
import { EventReader, serve } from '../../feed/feed-bench.ts'

interface Fixture {
  readonly producer: TopicProducer
  open(): Promise<Inspector>
}

async function openFixture(t: Test): Promise<Fixture> {
  const cluster = await EmbeddedKafka.open()
  const admin = await cluster.admin({ clientId: 'test' })
  await admin.createTopics(manifest)
  const registry = await openRegistry({ port: 0, path: ':memory:' })
  const schemas = schemasFor('registry', registry.url)
  const producer = await openProducer(cluster, { clientId: 'test', schemaRegistry: schemas })
  t.teardown(async () => {
    await producer.close()
    await registry.close()
    await cluster.close()
  })
  const options = { cluster, schemaRegistry: schemas, clusterIdentity: 'test' }
  return {
    producer,
    open: async () => {
      const inspector = await Inspector.open(options)
      t.teardown(() => inspector[Symbol.asyncDispose]())
      return inspector
    },
  }
}

const header = (key: string, text: string) => ({ key, value: Buffer.from(text) })
const at = Date.parse('2026-11-28T10:00:00Z')
const row = { fromUserId: 1, toUserId: 2, amount: '10.00', status: 'PENDING', createdAt: at, lastUpdatedAt: at } as const
const names = { fromUserName: 'Amara', toUserName: null, enrichment: 'PARTIAL' } as const

async function sendTransfer(producer: TopicProducer, id: number, position: number): Promise<void> {
  const headers = [header('source.position', `bank.transfers:${position}:0`)]
  const record = { key: String(id), timestamp: at, headers }
  await producer.send(topic(rawTransfers.name, { key: Serdes.string, value: Serdes.string }), [
    { ...record, key: `{"schema":{},"payload":{"id":${id}}}`, value: '{"schema":{}}', timestamp: Date.now() },
  ])
  await producer.send(transfers, [{ ...record, value: { id, ...row } }])
  await producer.send(enriched, [{ ...record, value: { id, ...row, ...names } }])
}

const recordsOf = (reader: EventReader): FeedRecord[] =>
  reader.events.filter(({ type }) => type === 'batch').flatMap(({ data }) => (data as Batch).records)

test('records of the feed have row, cause, size, schema id, place and the clock', async (t) => {
  const { producer, open } = await openFixture(t)
  const inspector = await open()
  const reader = new EventReader(await serve(t, inspector.log, liveFace))
  while (inspector.log.readerCount === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  await sendTransfer(producer, 7, 41)
  await reader.until(() => recordsOf(reader).length === 1)
  t.match(recordsOf(reader), [
    {
      kind: 'transfer',
      topic: 'custom.bank.transfer-enriched',
      o: 0,
      key: '7',
      cause: 'bank.transfers:41',
      ts: at,
      seen: Number,
      bytes: Number,
      schemaId: Number,
      value: { id: 7, amount: '10.00', createdAt: '2026-11-28T10:00:00.000Z', fromUserName: 'Amara', toUserName: null },
    },
  ])
  reader.cut()
})

test('the state has the rows of all that is older than the inspector, and its vector leads to the rest', async (t) => {
  const { producer, open } = await openFixture(t)
  await producer.send(users, [{ key: '1', value: { id: 1, name: 'Amara', createdAt: at, lastUpdatedAt: at }, timestamp: at }])
  for (const id of [1, 2, 3]) await sendTransfer(producer, id, id)
  await producer.send(enriched, [{ key: '2', value: null, timestamp: at }])
  const inspector = await open()
  const state = await inspector.state()
  t.same(state.transferIds, [
    [1, 1],
    [3, 3],
  ])
  t.equal(state.transferCount, 2)
  t.same(
    state.transfers.map(({ value }) => value!.id),
    [3, 1],
  )
  t.match(state.users, [{ key: '1', value: { name: 'Amara' } }])
  await sendTransfer(producer, 4, 4)
  const reader = new EventReader(`${await serve(t, inspector.log, liveFace)}?at=${encodeURIComponent(state.vector)}`)
  await reader.until(() => recordsOf(reader).length === 1)
  t.equal(recordsOf(reader)[0]!.key, '4')
  t.same((await inspector.state()).transferIds, [
    [1, 1],
    [3, 4],
  ])
  reader.cut()
})

test('a record that is none of its topic is a hole of the feed, and does not end the inspector', async (t) => {
  const { producer, open } = await openFixture(t)
  const inspector = await open()
  const reader = new EventReader(await serve(t, inspector.log, liveFace))
  while (inspector.log.readerCount === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  const texts = topic(enriched.name, { key: Serdes.string, value: Serdes.string })
  await sendTransfer(producer, 7, 41)
  await producer.send(texts, [{ key: '7', value: 'hello' }])
  await sendTransfer(producer, 7, 42)
  await reader.until(() => recordsOf(reader).length === 2)
  const batches = reader.events.filter(({ type }) => type === 'batch').map(({ data }) => data as Batch)
  const holes = batches.flatMap(({ ranges }) => ranges).reduce((sum, range) => sum + range.holes, 0)
  t.same([recordsOf(reader).map(({ o }) => o), holes], [[0, 2], 1])
  await reader.until((events) =>
    events.some(({ type, data }) => type === 'hops' && (data as Hops).hops.some((hop) => hop.newest !== null)),
  )
  reader.cut()
})

test('another inspector on the same cluster goes on from the vector of the first', async (t) => {
  const { producer, open } = await openFixture(t)
  const first = await open()
  const { vector } = first.log
  await sendTransfer(producer, 1, 1)
  await first[Symbol.asyncDispose]()
  const second = await open()
  const reader = new EventReader(`${await serve(t, second.log, liveFace)}?at=${encodeURIComponent(vector)}`)
  await reader.until(() => recordsOf(reader).length === 1)
  t.equal(recordsOf(reader)[0]!.key, '1')
  reader.cut()
})

test('a record that no application can read is in the feed as a dead letter, whoever refused it', async (t) => {
  const { producer, open } = await openFixture(t)
  const inspector = await open()
  const reader = new EventReader(await serve(t, inspector.log, liveFace))
  while (inspector.log.readerCount === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  const letters = topic('raw.bank.transfers.dlq', { key: Serdes.string, value: Serdes.string })
  const streams = ['exception', 'message', 'topic', 'partition', 'offset'].map((name, index) =>
    header(
      `__streams.errors.${name}`,
      ['InvalidDataError', 'Amount "abc" is not a decimal.', 'raw.bank.transfers', '3', '12407'][index]!,
    ),
  )
  await producer.send(letters, [{ key: '{"id":7}', value: '{"amount":"abc"}', headers: streams }])
  const connect = [
    header('__connect.errors.topic', 'raw.bank.transfers'),
    header('__connect.errors.exception.message', 'amount is "abc".'),
  ]
  await producer.send(letters, [{ key: '{"id":8}', value: 'x'.repeat(3000), headers: connect }])
  await reader.until(() => recordsOf(reader).length === 2)
  const rows = new Map(recordsOf(reader).map(({ key, value }) => [key, value]))
  t.match(rows.get('7'), {
    source: { topic: 'raw.bank.transfers', p: 3, o: 12407 },
    error: 'InvalidDataError',
    reason: 'Amount "abc" is not a decimal.',
    excerpt: '{"amount":"abc"}',
    bytes: 16,
  })
  t.match(rows.get('8'), {
    source: { topic: 'raw.bank.transfers' },
    reason: 'amount is "abc".',
    excerpt: 'x'.repeat(2000),
    bytes: 3000,
  })
  reader.cut()
})

test('letters of every topic of dead letters are in the feed', async (t) => {
  const { producer, open } = await openFixture(t)
  const inspector = await open()
  const reader = new EventReader(await serve(t, inspector.log, liveFace))
  while (inspector.log.readerCount === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  for (const name of deadLetterTopics)
    await producer.send(bytesOf(name), [{ key: Buffer.from(name), value: Buffer.from('hello') }])
  await reader.until(() => recordsOf(reader).length === deadLetterTopics.length)
  t.same(new Set(recordsOf(reader).map(({ key }) => key)), new Set(deadLetterTopics))
  reader.cut()
})

test('hops count each station, with the time since the station before and a real excerpt', async (t) => {
  const { producer, open } = await openFixture(t)
  const inspector = await open()
  const reader = new EventReader(await serve(t, inspector.log, liveFace))
  while (inspector.log.readerCount === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  await sendTransfer(producer, 7, 41)
  const hops = () => reader.events.filter(({ type }) => type === 'hops').flatMap(({ data }) => (data as Hops).hops)
  const counted = (station: string) => hops().filter((hop) => hop.station === station && hop.count > 0)
  await reader.until(() => counted('enriched').length === 1)
  t.match(counted('enriched')[0], {
    lane: 'transfer',
    topic: 'custom.bank.transfer-enriched',
    p50: Number,
    newest: { key: '7', ms: Number },
  })
  t.match(counted('raw')[0], { newest: { text: '{"schema":{}}', schemaId: null, key: '7' } })
  t.match(JSON.parse(counted('ingestion')[0]!.newest!.text!), { id: 7, amount: '10.00' })
  t.ok(
    hops().some(({ station, backlog }) => station === 'document' && backlog === 1),
    'no sink has read it yet',
  )
  reader.cut()
})

test('a way is traced from SQL on: sampled, or followed by name', async (t) => {
  const { producer, open } = await openFixture(t)
  const inspector = await open()
  const reader = new EventReader(await serve(t, inspector.log, liveFace))
  while (inspector.log.readerCount === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  await sendTransfer(producer, 8, 41)
  const last = () => reader.events.filter(({ type }) => type === 'trace').at(-1)?.data
  await reader.until(() => last()?.hops.length === 4)
  t.match(last(), { lane: 'transfer', id: 8, cause: 'bank.transfers:41', why: 'sampled' })
  t.same(
    last().hops.map(({ station }: { readonly station: string }) => station),
    ['sql', 'raw', 'ingestion', 'enriched'],
  )
  t.match(inspector.follow(8, 'selected'), { id: 8, why: 'selected', hops: { length: 4 } })
  reader.cut()
})
