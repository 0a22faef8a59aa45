import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { TransportError } from '../../../lib/model/errors.ts'
import type { FetchedPartition, Fetcher } from '../../../lib/transport/fetcher.ts'
import { kafka } from '../../../lib/transport/kafka/kafka.ts'
import {
  limits,
  newTopic,
  openFetcher,
  openProducer,
  readAll,
  valuesOf,
  write,
} from '../../conformance/transport/transport-case.ts'
import { ownKafka } from '../../servers/kafka-for-tests.ts'
import { freePort } from '../../servers/server-process.ts'
import { TcpProxy } from './tcp-proxy.ts'

t.test('an unreachable broker is an error that names the addresses, within the time', async (t) => {
  const ports = [await freePort(), await freePort()]
  const bootstrapServers = ports.map((port) => `127.0.0.1:${port}`)
  const cluster = kafka({ bootstrapServers, bootstrapTimeoutMs: 500 })
  const start = Date.now()
  const error = await cluster.admin({ clientId: 'test' }).then(
    () => t.fail('nobody is there'),
    (error: Error) => error,
  )
  t.match(error, { code: 'TRANSPORT_BROKER_UNREACHABLE', kind: 'retriable' })
  for (const address of bootstrapServers) t.match((error as Error).message, address)
  t.ok(Date.now() - start < 2000)
})

for (const [name, accept] of Object.entries({
  'that closes each connection at once': (socket: Socket): void => void socket.destroy(),
  'that never answers': (): void => {},
  'that speaks another protocol': (socket: Socket): void => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
}))
  t.test(`a server ${name} is no broker, within the time`, async (t) => {
    const server = createServer((socket) => accept(socket.on('error', () => {}))).listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.teardown(() => server.close())
    const { port } = server.address() as AddressInfo
    for (const ssl of [false, true]) {
      const options = { bootstrapServers: `127.0.0.1:${port}`, ssl, connectionTimeoutMs: 300, bootstrapTimeoutMs: 300 }
      await t.rejects(kafka(options).fetcher({ clientId: 'test' }), { code: 'TRANSPORT_BROKER_UNREACHABLE' })
    }
  })

t.test('an address that is none is refused at once', (t) => {
  t.throws(() => kafka({ bootstrapServers: 'localhost' }), { code: 'TRANSPORT_INVALID_BOOTSTRAP_SERVERS' })
  t.end()
})

t.test('connections cut in mid-response', async (t) => {
  const proxy = await TcpProxy.open()
  t.teardown(() => proxy.close())
  const server = await ownKafka(t, { proxyPort: proxy.port })
  if (server === null) return
  proxy.forwardTo(server.proxyTargetPort!)
  const cluster = kafka({ bootstrapServers: `127.0.0.1:${proxy.port}` })
  for (const bytes of [1, 2, 5, 10, 30, 50])
    await t.test(`after ${bytes} bytes, eight times in a row: all records arrive once`, async (t) => {
      const topic = await newTopic(t, cluster)
      const producer = await openProducer(t, cluster)
      const fetcher = await openFetcher(t, cluster)
      await write(producer, topic, ['before'])
      proxy.cut(bytes, 8)
      await write(producer, topic, ['after'])
      const records = await readAll(fetcher, topic, 2)
      t.same(records, ['before', 'after'])
      t.equal(proxy.cuts, 0, 'all eight cuts were made')
    })
})

t.test('a broker that is away for two seconds delays, and loses and doubles nothing', async (t) => {
  const server = await ownKafka(t)
  if (server === null) return
  const { bootstrapServers, dir } = server
  const cluster = kafka({ bootstrapServers })
  const topic = await newTopic(t, cluster)
  const producer = await openProducer(t, cluster)
  const fetcher = await openFetcher(t, cluster)
  await write(producer, topic, ['before'])
  await server.kill()
  const writing = write(producer, topic, ['meanwhile'])
  const reading = readThrough(fetcher, topic, 2)
  await pause(2000)
  const again = await ownKafka(t, { dir })
  t.ok(again)
  await writing
  t.same(await reading, ['before', 'meanwhile'])
})

/** Reads as the runtime does: what is retriable is asked for again. */
async function readThrough(fetcher: Fetcher, topic: string, count: number): Promise<(string | null)[]> {
  const values: (string | null)[] = []
  for (let offset = 0; values.length < count;) {
    const fetched = await fetcher.fetch([{ topic, partition: 0, offset }], { ...limits, maxWaitMs: 500 }).catch(passing)
    const error = fetched[0]?.error ?? null
    if (error !== null) passing(error)
    values.push(...valuesOf(fetched[0]))
    offset = fetched[0]?.batches.at(-1)?.nextOffset ?? offset
  }
  return values
}

function passing(error: unknown): readonly FetchedPartition[] {
  if (error instanceof TransportError && error.kind === 'retriable') return []
  throw error
}
