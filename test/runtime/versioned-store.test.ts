import t from 'tap'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import {
  KafkaStreams,
  openLmdbStorage,
  Serdes,
  silentLogger,
  StreamsBuilder,
  topic,
  versionedKeyValueStore,
} from '../../lib/index.ts'
import { collected, createTopics, produce, until } from './running.ts'

const prices = topic('prices', { key: Serdes.string, value: Serdes.string })
const history = versionedKeyValueStore('history', { key: Serdes.string, value: Serdes.string, historyRetentionMs: 1_000 })

t.test('a versioned store is restored with all its versions, and can be queried', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { prices: 2 })
  const builder = new StreamsBuilder()
  builder.table(prices, { store: history })
  const topology = builder.build()
  const run = async (storage: 'memory' | 'disk', rows: Parameters<typeof produce<string, string>>[2], latest: string) => {
    const fast = { commitIntervalMs: 20, heartbeatIntervalMs: 20, retryBackoffMs: 10, pollMs: 10, logger: silentLogger }
    const where =
      storage === 'memory' ? ({ defaultStoreMedium: 'memory' } as const) : { storage: await openLmdbStorage(t.testdir()) }
    await using streams = new KafkaStreams(topology, { applicationId: 'app', cluster, ...fast, ...where })
    await streams.start()
    await produce(cluster, prices, rows)
    const store = streams.store(history)
    await until(latest, async () => streams.state === 'running' && (await store.get('k'))?.value === latest)
    const versions = await collected(store.history('k'))
    return versions.map(({ value, timestamp, validTo }) => `${value}[${timestamp},${validTo})`).join(' ')
  }
  const versions = [['k', 'a', 10], ['other', 'x', 15], ['k', 'c', 30], ['k', 'b', 20]] as const // prettier-ignore
  t.equal(await run('memory', versions, 'c'), 'a[10,20) b[20,30) c[30,Infinity)')
  t.equal(await run('memory', [['k', 'd', 40]], 'd'), 'a[10,20) b[20,30) c[30,40) d[40,Infinity)', 'from the changelog')
  t.equal(
    await run('disk', [['k', 'e', 50]], 'e'),
    'a[10,20) b[20,30) c[30,40) d[40,50) e[50,Infinity)',
    'from the changelog, onto disk',
  )
  const admin = await cluster.admin({ clientId: 'test' })
  const config = await admin.describeTopicConfig('app-history-changelog')
  t.match(config, { 'cleanup.policy': 'compact', 'min.compaction.lag.ms': '86401000' })
  await admin.close()
})
