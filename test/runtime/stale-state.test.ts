import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { systemClock } from '../../lib/clock/system-clock.ts'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { KafkaStreams } from '../../lib/kafka-streams.ts'
import { topic } from '../../lib/model/topic.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import { nullable } from '../../lib/serde/nullable-serde.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import { openLmdbStorage } from '../../lib/storage/lmdb/open-lmdb-storage.ts'
import type { Topology } from '../../lib/topology/topology.ts'
import { sealed } from '../transport/sealed-batches.ts'
import { collected, createTopics, produce, until } from './running.ts'

const input = topic('in', { key: Serdes.string, value: nullable(Serdes.string) })

function tables(): Topology {
  const builder = new StreamsBuilder()
  builder.table(input, { store: 's' })
  return builder.build()
}

function globalTables(): Topology {
  const builder = new StreamsBuilder()
  builder.globalTable(input, { store: 's' })
  builder.stream(topic('other', { key: Serdes.string, value: Serdes.string })).foreach(() => undefined)
  return builder.build()
}

const retentionMs = 60_000
const compacted = { 'delete.retention.ms': String(retentionMs), 'segment.bytes': '200', 'min.compaction.lag.ms': '0' }

/** An application with two state directories, on a cluster that compacts when it is told. */
async function open(t: Test, topology: () => Topology) {
  let shift = 0
  const clock = { ...systemClock, now: () => systemClock.now() + shift }
  const cluster = await EmbeddedKafka.open({ clock })
  t.teardown(() => cluster.close())
  await createTopics(cluster, { other: 1 })
  const admin = await cluster.admin({ clientId: 'test' })
  const config = { ...compacted, 'cleanup.policy': 'compact,delete', 'retention.ms': '-1' }
  const create = (): Promise<void> => admin.createTopics([{ name: 'in', partitions: 1, config }])
  await create()
  const dir = t.testdir()
  const said: string[] = []
  /** Lets the time of retention pass, in which all is compacted that can be. */
  const compact = (): void => {
    for (let times = 0; times < 3; times++) {
      shift += retentionMs + 1
      cluster.broker.clean()
    }
  }
  /** Runs the application on a directory until its store has these keys. */
  const run = async (place: 'x' | 'y', expected: readonly string[]): Promise<void> => {
    const storage = await openLmdbStorage(join(dir, place))
    const options = { applicationId: 'app', statestoreCacheMaxBytes: 0, commitIntervalMs: 10, topicConfig: compacted }
    const logger = { ...silentLogger, warn: (message: string) => void said.push(message) }
    await using streams = new KafkaStreams(topology(), { ...options, cluster, clock, storage, logger })
    await streams.start()
    await until('it runs', () => streams.state === 'running')
    const keys = async (): Promise<string> => (await collected(streams.store('s').all())).map(({ key }) => String(key)).join()
    await until(`the store has ${expected.join()}`, async () => (await keys()) === expected.join()).catch(async () =>
      t.equal(await keys(), expected.join(), `the store in ${place}`),
    )
  }
  return { cluster, admin, create, said, compact, run }
}

const kinds = {
  table: { topology: tables, log: 'app-s-changelog' },
  'global table': { topology: globalTables, log: 'in' },
}

for (const [what, { topology, log }] of Object.entries(kinds)) {
  t.test(`the state of a ${what} that is younger than its changelog keeps deletions goes on`, async (t) => {
    const { cluster, said, run } = await open(t, topology)
    await produce(cluster, input, [['a', '1'], ['b', '1']]) // prettier-ignore
    await run('x', ['a', 'b'])
    await produce(cluster, input, [['c', '1']])
    await run('x', ['a', 'b', 'c'])
    t.strictSame(said, [])
  })

  t.test(`the state of a ${what} that is older is restored from the start, and the log says why`, async (t) => {
    const { cluster, said, compact, run } = await open(t, topology)
    await produce(cluster, input, [['a', '1'], ['b', '1']]) // prettier-ignore
    await run('x', ['a', 'b'])
    await produce(cluster, input, [['b', null]])
    await run('y', ['a'])
    await produce(
      cluster,
      input,
      Array.from({ length: 20 }, () => ['c', '1'] as const),
    )
    await run('y', ['a', 'c'])
    compact()
    await run('x', ['a', 'c'])
    t.match(said.join(), /keeps deletions for 60000 ms \(delete\.retention\.ms\)/)
  })

  t.test(`the state of a ${what} whose changelog was deleted and made again is restored from the start`, async (t) => {
    const { cluster, admin, create, said, run } = await open(t, topology)
    await produce(cluster, input, [['a', '1'], ['b', '1']]) // prettier-ignore
    await run('x', ['a', 'b'])
    await admin.deleteTopics([log])
    if (log === 'in') await create()
    await produce(cluster, input, [['c', '1'], ['d', '1'], ['e', '1']]) // prettier-ignore
    await run('x', ['c', 'd', 'e'])
    t.match(said.join(), /was deleted and made again/)
  })
}

t.test('the state of a global table whose position the topic no longer has is read from the start', async (t) => {
  const { cluster, admin, said, run } = await open(t, globalTables)
  await produce(cluster, input, [['a', '1'], ['b', '1']]) // prettier-ignore
  await run('x', ['a', 'b'])
  await produce(cluster, input, [['b', null], ['c', '1'], ['d', '1']]) // prettier-ignore
  await admin.deleteRecords([{ topic: 'in', partition: 0, offset: 4 }])
  await run('x', ['d'])
  t.match(said.join(), /it ends at offset 2 of in-0, which has 4 to 5/)
})

for (const [what, code] of [
  ['records are deleted before they are read', 'STREAMS_CHANGELOG_OUT_OF_RANGE'],
  ['its topic is deleted and created again', 'STREAMS_STATE_STALE'],
] as const)
  t.test(
    `a global table that cannot go on, because ${what}, ends the application, and is whole after the next start`,
    async (t) => {
      const { cluster, admin, run } = await open(t, globalTables)
      await produce(cluster, input, [['a', '1'], ['b', '1']]) // prettier-ignore
      const dir = t.testdir()
      const storage = await openLmdbStorage(dir)
      const streams = new KafkaStreams(globalTables(), { applicationId: 'app', cluster, storage, logger: silentLogger })
      await streams.start()
      if (code === 'STREAMS_CHANGELOG_OUT_OF_RANGE') {
        const at = { topic: 'in', partition: 0 }
        cluster.broker.append(at, sealed([['b', '2']]))
        cluster.broker.deleteRecords(at, -1)
      } else {
        await admin.deleteTopics(['in'])
        await admin.createTopics([{ name: 'in', partitions: 1 }])
      }
      await produce(cluster, input, [['c', '1']])
      await t.rejects(streams.closed, { code, facts: { topic: 'in' } })
      await run('x', ['c'])
    },
  )
