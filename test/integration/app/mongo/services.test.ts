import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { openProducer } from 'millrace'
import type { TopicProducer } from 'millrace'
import { schemaRegistry } from 'millrace/avro'
import { EmbeddedKafka } from 'millrace/embedded'
import { createTopics } from '../../../../app/pipeline/open-cluster.ts'
import { enriched } from '../../../../examples/transfer-pipeline/topics.ts'
import type { TransferEnriched } from '../../../../examples/transfer-pipeline/topologies/enricher.ts'
import { eventually, startService } from '../../../app/services/service-processes.ts'
import type { MongoServer } from '../../../servers/mongo.ts'
import { ownMongo } from '../../../servers/mongo-for-tests.ts'
import { TcpProxy } from '../../transport/tcp-proxy.ts'

// The file's own limit, where it is run without the project's script.
t.setTimeout(180_000)

const transfer = (id: number, toUserName: string): TransferEnriched => ({
  id,
  fromUserId: 1,
  toUserId: 2,
  amount: '10.00',
  status: 'PENDING',
  createdAt: 1_795_341_605_000,
  lastUpdatedAt: 1_795_341_605_000,
  fromUserName: null,
  toUserName,
  enrichment: 'PARTIAL',
})

interface Setting {
  readonly server: MongoServer
  readonly proxy: TcpProxy
  readonly producer: TopicProducer
  /** What both services are started with. */
  readonly flags: Readonly<Record<string, string>>
  readonly send: (id: number, toUserName: string | null) => Promise<void>
}

async function setUp(t: Test): Promise<Setting | null> {
  const server = await ownMongo(t)
  if (server === null) return null
  const proxy = await TcpProxy.open()
  t.teardown(() => proxy.close())
  proxy.forwardTo(server.port)
  const cluster = await EmbeddedKafka.open()
  t.teardown(() => cluster.close())
  await createTopics(cluster)
  const { bootstrapServers: kafka } = await cluster.listen(0)
  const registry = await startService(t, 'registry', { kafka })
  const producer = await openProducer(cluster, { clientId: 'test', schemaRegistry: schemaRegistry(registry.url) })
  t.teardown(() => producer.close())
  const flags = { kafka, registry: registry.url, documents: `mongodb://127.0.0.1:${proxy.port}/bank` }
  const send = (id: number, toUserName: string | null): Promise<void> =>
    producer
      .send(enriched, [{ key: String(id), value: toUserName === null ? null : transfer(id, toUserName) } as never])
      .then(() => {})
  return { server, proxy, producer, flags, send }
}

t.test('sink and read API alone against MongoDB, by flags', async (t) => {
  const setting = await setUp(t)
  if (setting === null) return
  const { server, proxy, flags, send } = setting
  const { documents, ...others } = flags
  await send(1, 'Amara')
  await server.kill()
  const [sink, read] = [await startService(t, 'sink', flags), await startService(t, 'core-read', { documents: documents! })]
  const shows = (id: number, name: string): Promise<unknown> =>
    eventually(`${read.url}/transfers-enriched/${id}`, (status, body) => status === 200 && body.toUserName === name)

  await t.test('they start while the server is away, say so, and are ready when it is there', async (t) => {
    for (const { url } of [sink, read])
      await eventually(`${url}/health/ready`, (status, { detail }) => status === 503 && /does not answer/.test(detail))
    t.equal((await fetch(`${read.url}/transfers-enriched`)).status, 503)
    await server.restart()
    for (const { url } of [sink, read]) await eventually(`${url}/health/ready`, (status) => status === 200)
    await shows(1, 'Amara')
  })

  await t.test('a network that drops everything between them: what comes meanwhile is there afterwards', async () => {
    proxy.silence()
    await send(1, 'Bruno')
    await send(2, 'Chidi')
    await eventually(`${sink.url}/health/ready`, (status) => status === 503)
    await delay(1000)
    proxy.speak()
    await shows(2, 'Chidi')
    await shows(1, 'Bruno')
  })

  await t.test('a server that is killed and comes back empty gets all documents again, by itself', async (t) => {
    await send(3, 'Dalia')
    await send(2, null)
    await shows(3, 'Dalia')
    await server.kill()
    await server.restart()
    await shows(1, 'Bruno')
    await shows(3, 'Dalia')
    t.equal((await fetch(`${read.url}/transfers-enriched/2`)).status, 404)
    t.match(sink.output(), /no longer has the mark of this sink.*All documents come again/)
    await send(3, 'Dalia Costa')
    await shows(3, 'Dalia Costa')
    t.same([await sink.stop(), await read.stop()], [0, 0])
  })

  await t.test(
    'a user whom the server does not let in ends them within 10 s, with the reason and without the password',
    async (t) => {
      const secret = documents!.replace('//', '//sink:hushhush@')
      const starts = [
        startService(t, 'sink', { ...others, documents: secret }),
        startService(t, 'core-read', { documents: secret }),
      ]
      const startMs = Date.now()
      for (const service of await Promise.all(starts)) {
        t.equal(await service.ended, 1)
        t.match(service.output(), /does not let us in.*Check user, password and certificates/)
        t.notMatch(service.output(), /hushhush/)
      }
      t.ok(Date.now() - startMs < 10_000, `${Date.now() - startMs} ms`)
    },
  )
})
