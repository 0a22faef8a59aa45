import { once } from 'node:events'
import { rmSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { test } from 'tap'
import type { Test } from 'tap'
import { WebSocket } from 'ws'
import { openProducer } from 'millrace'
import type { TopicProducer } from 'millrace'
import { schemasFor } from '../../../../examples/transfer-pipeline/schemas/avro-mode.ts'
import { EmbeddedKafka } from 'millrace/embedded'
import { bytesOf, enriched, manifest } from '../../../../examples/transfer-pipeline/topics.ts'
import { silentLog } from '../../../../app/platform/log.ts'
import type { Service } from '../../../../app/platform/service.ts'
import { openRegistry } from '../../../../app/registry/registry-server.ts'
import { readState } from '../../../../app/services/read-state/main.ts'
import { freePort } from '../../../servers/server-process.ts'
import { directory } from '../../../storage/media.ts'
import { EventReader } from '../../feed/feed-bench.ts'

interface Fixture {
  readonly producer: TopicProducer
  readonly stateDir: string
  start(own?: { readonly port: number; readonly stateDir: string; readonly instances: string }): Promise<Service>
}

async function open(t: Test): Promise<Fixture> {
  const cluster = await EmbeddedKafka.open()
  const admin = await cluster.admin({ clientId: 'test' })
  await admin.createTopics(manifest)
  const registry = await openRegistry({ port: 0, path: ':memory:' })
  const producer = await openProducer(cluster, { clientId: 'test', schemaRegistry: schemasFor('registry', registry.url) })
  const stateDir = directory(t)
  t.teardown(async () => {
    await producer.close()
    await registry.close()
    await cluster.close()
  })
  const config = {
    host: '127.0.0.1',
    portTaken: 'fail' as const,
    logLevel: 'silent' as const,
    kafka: '',
    registry: registry.url,
    clusterIdentity: 'test',
  }
  const start: Fixture['start'] = (own = { port: 0, stateDir, instances: '' }) =>
    readState.start({ ...config, ...own, commitIntervalMs: 10 }, { log: silentLog, cluster })
  return { producer, stateDir, start }
}

const times = { createdAt: Date.parse('2026-11-28T10:00:00Z'), lastUpdatedAt: Date.parse('2026-11-28T10:00:00Z') }
const names = { fromUserName: 'Amara', toUserName: 'Bruno', enrichment: 'COMPLETE' } as const

const transfer = (id: number, fromUserId: number, toUserId: number) => ({
  key: String(id),
  value: { id, fromUserId, toUserId, amount: '10.00', status: 'PENDING' as const, ...times, ...names },
})

async function idsOf(url: string, user: number): Promise<number[]> {
  const answer = await fetch(`${url}/state/users/${user}/transfers`)
  const { content } = (await answer.json()) as { readonly content: readonly { readonly id: number }[] }
  return content.map(({ id }) => id)
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10))
}

test('transfers are answered from the stores: by id, and by user, who is the one that they have now', async (t) => {
  const { producer, start } = await open(t)
  const service = await start()
  t.teardown(() => service.close())
  await service.ready
  await producer.send(enriched, [transfer(1, 1, 2), transfer(2, 2, 3), transfer(3, 3, 1)])
  await until(async () => (await idsOf(service.url, 1)).length === 2)
  t.same(await idsOf(service.url, 1), [3, 1])
  const one = await fetch(`${service.url}/state/transfers/1`)
  t.match(await one.json(), { id: 1, amount: '10.00', createdAt: '2026-11-28T10:00:00.000Z', fromUserName: 'Amara' })
  await producer.send(enriched, [transfer(1, 4, 2), { key: '2', value: null }])
  await until(async () => (await idsOf(service.url, 4)).length === 1)
  t.same(await idsOf(service.url, 1), [3])
  await until(async () => (await fetch(`${service.url}/state/transfers/2`)).status === 404)
  t.same(await idsOf(service.url, 3), [3])
})

test('X1: a record of somebody else goes to the dead letters, and those behind it are answered', async (t) => {
  const { producer, start } = await open(t)
  const service = await start()
  t.teardown(() => service.close())
  await producer.send(bytesOf(enriched.name), [{ key: Buffer.from('1'), value: Buffer.from('hello') }])
  await producer.send(enriched, [transfer(1, 1, 2)])
  await Promise.race([until(async () => (await fetch(`${service.url}/state/transfers/1`)).status === 200), service.failed])
  const { counts } = (await (await fetch(`${service.url}/errors`)).json()) as { readonly counts: readonly unknown[] }
  t.same(counts, [{ name: 'dlq_records_total', labels: { topic: enriched.name, class: 'invalid-schema' }, value: 1 }])
})

test('R3: without its state directory it answers 503 until the stores are restored, and then the same', async (t) => {
  const { producer, stateDir, start } = await open(t)
  const first = await start()
  await first.ready
  const records = Array.from({ length: 300 }, (_, index) => transfer(index + 1, 1 + (index % 3), 4))
  await producer.send(enriched, records)
  const lists = (url: string): Promise<number[][]> => Promise.all([1, 2, 3, 4].map((user) => idsOf(url, user)))
  await until(async () => (await lists(first.url)).every(({ length }) => length === 100))
  const before = await lists(first.url)
  await first.close()
  rmSync(stateDir, { recursive: true })
  const second = await start()
  t.teardown(() => second.close())
  const statuses = new Set<number>()
  await until(async () => {
    const { status, headers } = await fetch(`${second.url}/state/users/4/transfers`)
    statuses.add(status)
    if (status === 503) t.equal(headers.get('retry-after'), '1')
    return status === 200
  })
  t.same(await lists(second.url), before)
  t.ok(statuses.has(503), 'there was a time without stores')
})

/** Two instances that know of each other, when both have tasks. */
async function openTwo(t: Test, start: Fixture['start']): Promise<readonly Service[]> {
  const ports = [await freePort(), await freePort()]
  const instances = ports.map((port) => `http://127.0.0.1:${port}`).join(',')
  const services = await Promise.all(ports.map((port) => start({ port, stateDir: directory(t), instances })))
  t.teardown(() => Promise.all(services.map((service) => service.close())))
  const runsSome = async ({ url }: Service): Promise<boolean> => {
    const { tasks } = (await (await fetch(`${url}/state/metadata`)).json()) as {
      readonly tasks: readonly { readonly state: string }[]
    }
    return tasks.length > 0 && tasks.length < 18 && tasks.every(({ state }) => state === 'running')
  }
  await until(async () => (await Promise.all(services.map(runsSome))).every(Boolean))
  return services
}

test('R2: a key of another instance is answered 421 with its address, never 404', async (t) => {
  const { producer, start } = await open(t)
  await producer.send(
    enriched,
    Array.from({ length: 20 }, (_, index) => transfer(index + 1, 1, 2)),
  )
  const services = await openTwo(t, start)
  const ask = (url: string, path: string) => fetch(`${url}/state/${path}`)
  const isThere = async (id: number): Promise<boolean> =>
    (await Promise.all(services.map(({ url }) => ask(url, `transfers/${id}`)))).some(({ status }) => status === 200)
  for (let id = 1; id <= 20; id++) await until(() => isThere(id))
  for (let id = 1; id <= 20; id++) {
    const answers = await Promise.all(services.map(({ url }) => ask(url, `transfers/${id}`)))
    t.same(answers.map(({ status }) => status).sort(), [200, 421], `transfer ${id}`)
    const refused = answers.find(({ status }) => status === 421)!
    const { owner } = (await refused.json()) as { readonly owner: string }
    t.equal(`${owner}/state/transfers/${id}`, answers.find(({ status }) => status === 200)!.url)
  }
  const missing = await Promise.all(services.map(({ url }) => ask(url, 'transfers/999')))
  t.same(missing.map(({ status }) => status).sort(), [404, 421], 'only the owner says that there is no such key')
  for (const { url } of services) {
    const list = await ask(url, 'users/1/transfers')
    const whole = list.status === 200 ? (await idsOf(url, 1)).length === 20 : [421, 501].includes(list.status)
    t.ok(whole, `a list over two instances is whole or refused, never cut: ${list.status}`)
  }
})

test('P1, P2: the stream and the WebSocket give the same events, and resume at an id', async (t) => {
  const { producer, start } = await open(t)
  const service = await start()
  t.teardown(() => service.close())
  const reader = new EventReader(`${service.url}/transfers/stream`)
  const socket = new WebSocket(`${service.url.replace('http', 'ws')}/ws`)
  const messages: { readonly type: string; readonly id: string; readonly data: unknown }[] = []
  socket.on('message', (text: Buffer) => messages.push(JSON.parse(text.toString())))
  await once(socket, 'open')
  await new Promise((resolve) => setTimeout(resolve, 200))
  await producer.send(enriched, [transfer(1, 1, 2)])
  await producer.send(enriched, [{ key: '1', value: null }])
  await reader.until((events) => events.length === 2)
  await until(async () => messages.length === 2)
  t.same(messages, reader.events)
  t.same(
    messages.map(({ type }) => type),
    ['transfer.upserted', 'transfer.deleted'],
  )
  const resumed = new WebSocket(`${service.url.replace('http', 'ws')}/ws?at=${encodeURIComponent(messages[0]!.id)}`)
  const [text] = (await once(resumed, 'message')) as [Buffer]
  t.same(JSON.parse(text.toString()), messages[1])
  for (const opened of [socket, resumed]) opened.close()
  reader.cut()
})

test('a stream of one user tells of the deletion of his transfers only, also of those from before the first client', async (t) => {
  const { producer, start } = await open(t)
  const service = await start()
  t.teardown(() => service.close())
  await producer.send(enriched, [transfer(1, 1, 2), transfer(2, 3, 4)])
  const readers = [1, 3].map((user) => new EventReader(`${service.url}/transfers/stream?userId=${user}`))
  await until(async () => readers.every(({ isOpen }) => isOpen))
  await producer.send(enriched, [{ key: '1', value: null }])
  await producer.send(enriched, [{ key: '2', value: null }])
  await producer.send(enriched, [transfer(3, 1, 3)])
  for (const reader of readers) await reader.until((events) => events.at(-1)?.data.id === 3)
  t.same(
    readers.map(({ events }) => events.map(({ data }) => data.id)),
    [
      [1, 3],
      [2, 3],
    ],
  )
  for (const reader of readers) reader.cut()
})

test('P3: a WebSocket that reads too slowly is closed with overflow, alone', async (t) => {
  const { producer, start } = await open(t)
  const service = await start()
  t.teardown(() => service.close())
  const connect = async (): Promise<WebSocket> => {
    const socket = new WebSocket(`${service.url.replace('http', 'ws')}/ws`)
    await once(socket, 'open')
    return socket
  }
  const [slow, fast] = [await connect(), await connect()]
  const ofSlow: { readonly type: string; readonly data: any }[] = []
  slow.on('message', (text: Buffer) => ofSlow.push(JSON.parse(text.toString())))
  let got = 0
  fast.on('message', () => got++)
  await producer.send(enriched, [transfer(1, 1, 2)])
  await until(async () => got === 1 && ofSlow.length === 1)
  slow.pause()
  const long = { fromUserName: 'x'.repeat(20_000) }
  for (let first = 0; first < 2000; first += 40) {
    const some = Array.from({ length: 40 }, (_, index) => transfer(first + index, 1, 2))
    await producer.send(
      enriched,
      some.map(({ key, value }) => ({ key, value: { ...value, ...long } })),
    )
    await until(async () => got === 1 + first + 40)
  }
  const closed = once(slow, 'close')
  slow.resume()
  t.equal((await closed)[0], 1000)
  t.match(ofSlow.at(-1), { type: 'overflow', data: { bytes: Number, ms: Number } })
  t.ok(ofSlow.length < 2000)
  fast.close()
})

test('a service with open WebSockets closes, also when a client does not read', async (t) => {
  const { producer, start } = await open(t)
  const service = await start()
  const sockets = [1, 2].map(() => new WebSocket(`${service.url.replace('http', 'ws')}/ws`))
  await Promise.all(sockets.map((socket) => once(socket, 'open')))
  const [reading, paused] = sockets as [WebSocket, WebSocket]
  const said: { readonly type: string }[] = []
  reading.on('message', (text: Buffer) => said.push(JSON.parse(text.toString())))
  paused.pause()
  await producer.send(enriched, [transfer(1, 1, 2)])
  await until(async () => said.length === 1)
  await service.close()
  await until(async () => said.length === 2)
  t.match(said, [{ type: 'transfer.upserted' }, { type: 'server.closing' }])
  for (const socket of sockets) socket.terminate()
})

test('what wants to be a WebSocket is checked as every request is', async (t) => {
  const { start } = await open(t)
  const service = await start()
  t.teardown(() => service.close())
  const refusal = async (path: string): Promise<readonly [number | undefined, string | undefined]> => {
    const socket = new WebSocket(`${service.url.replace('http', 'ws')}${path}`)
    socket.on('error', () => {})
    const [, { statusCode, headers }] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage]
    return [statusCode, headers['content-type']]
  }
  for (const query of ['userId=abc', 'userId=0', 'userId=1&userId=2', 'unknown=1', 'at=%F', 'at=<script>'])
    t.same(await refusal(`/ws?${query}`), [400, 'application/problem+json'], query)
  t.same(await refusal('/elsewhere'), [404, 'application/problem+json'])
  t.equal((await refusal('//'))[0], 404)
  const plain = await fetch(`${service.url}/ws`)
  t.same([plain.status, plain.headers.get('content-type')], [426, 'application/problem+json'])
})
