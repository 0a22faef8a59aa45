import t from 'tap'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import {
  KafkaStreams,
  openLmdbStorage,
  Serdes,
  SessionWindows,
  sessionStore,
  silentLogger,
  StreamsBuilder,
  topic,
} from '../../lib/index.ts'
import type { Topology, Windowed, WindowedEntry } from '../../lib/index.ts'
import { sessionWindowedSerde } from '../../lib/serde/windowed-serdes.ts'
import { collected, consume, createTopics, produce, until } from './running.ts'

const words = topic('words', { key: Serdes.string, value: Serdes.string })
const closed = topic('closed', { key: sessionWindowedSerde(Serdes.string), value: Serdes.string })
const kept = sessionStore('kept', { key: Serdes.string, value: Serdes.string, retentionMs: 100_000 })

/** Sessions that come out when they close; those that are there can be asked for. */
function sessions(): Topology {
  const builder = new StreamsBuilder()
  builder
    .stream(words)
    .groupByKey()
    .windowedBy(SessionWindows.of({ gapMs: 10 }))
    .emitStrategy('on-window-close')
    .reduce((left, right) => left + right, { store: kept })
    .toStream()
    .to(closed)
  return builder.build()
}

const shown = ({ key, startMs, endMs }: Windowed<string>, value: string | null): string => `${key}@${startMs}-${endMs}=${value}`
const rows = (found: Iterable<WindowedEntry<string, string>>): string =>
  [...found].map(({ key, value }) => shown(key, value)).join(' ')

t.test('sessions are restored, can be queried, and come out once each', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { words: 2, closed: 1 })
  const run = async (
    storage: 'memory' | 'disk',
    records: Parameters<typeof produce<string, string>>[2],
    last: Windowed<string>,
  ): Promise<string> => {
    const fast = { commitIntervalMs: 20, heartbeatIntervalMs: 20, retryBackoffMs: 10, pollMs: 10, logger: silentLogger }
    const where =
      storage === 'memory' ? ({ defaultStoreMedium: 'memory' } as const) : { storage: await openLmdbStorage(t.testdir()) }
    await using streams = new KafkaStreams(sessions(), { applicationId: 'app', cluster, ...fast, emitIntervalMs: 0, ...where })
    await streams.start()
    await produce(cluster, words, records)
    const store = streams.store(kept)
    t.throws(() => streams.store(kept.name), { code: 'STREAMS_STORE_UNKNOWN' }, 'a name alone is that of a key-value store')
    const isThere = async () =>
      streams.state === 'running' && (await store.fetchSession(last.key, last.startMs, last.endMs)) !== null
    await until(shown(last, null), isThere)
    const found = await collected(store.fetch('k'))
    t.equal(rows(await collected(store.backwardFetch('k'))), rows(found.toReversed()))
    t.equal(
      rows(await collected(store.findSessions('k', last.startMs, last.endMs))),
      rows(await collected(store.findSessionsRange('k', 'k', last.endMs, last.endMs))),
    )
    const all = await collected(store.fetchRange(null, null))
    t.equal(all.length, (await collected(store.backwardFetchRange(null, null))).length)
    return rows(found)
  }
  const first = [['k', 'a', 1], ['n', 'x', 5], ['k', 'b', 3], ['k', 'c', 100]] as const // prettier-ignore
  t.equal(await run('memory', first, { key: 'k', startMs: 100, endMs: 100 }), 'k@1-3=ab k@100-100=c')
  const more = [['k', 'd', 200], ['k', 'e', 205]] as const // prettier-ignore
  const all = 'k@1-3=ab k@100-100=c k@200-205=de'
  t.equal(await run('memory', more, { key: 'k', startMs: 200, endMs: 205 }), all, 'from the changelog')
  t.equal(await run('disk', [['k', 'f', 300]], { key: 'k', startMs: 300, endMs: 300 }), `${all} k@300-300=f`, 'onto disk')
  const emitted = (await consume(cluster, closed)).map(([session, value]) => shown(session, value))
  t.strictSame(emitted, ['k@1-3=ab', 'k@100-100=c', 'k@200-205=de'])
  const admin = await cluster.admin({ clientId: 'test' })
  const config = await admin.describeTopicConfig('app-kept-changelog')
  t.match(config, { 'cleanup.policy': 'compact,delete', 'retention.ms': '86400010' })
  await admin.close()
})
