import t from 'tap'
import { seededChance } from '../../lib/clock/chance.ts'
import { ManualClock } from '../../lib/clock/manual-clock.ts'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { KafkaStreams } from '../../lib/kafka-streams.ts'
import { topic } from '../../lib/model/topic.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import type { StreamsOptions } from '../../lib/runtime/streams-config.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { Topology } from '../../lib/topology/topology.ts'
import type { EmbeddedCluster } from '../../lib/transport/embedded/embedded-cluster.ts'
import { collected, consume, createTopics, produce, type Row } from './running.ts'
import { comesTrue, simulate } from './simulated-time.ts'

const strings = { key: Serdes.string, value: Serdes.string }
const input = topic('in', strings)
const output = topic('out', strings)
const counts = topic('counts', { key: Serdes.string, value: Serdes.long })

interface Changing {
  readonly clock: ManualClock
  readonly cluster: EmbeddedCluster
  readonly warnings: string[]
  readonly open: (options?: Partial<StreamsOptions>) => KafkaStreams
  readonly seen: () => Promise<readonly (string | null)[]>
  readonly comes: (what: string, condition: () => boolean | Promise<boolean>) => Promise<void>
}

/** An application over topics that change while it runs, in simulated time. */
async function whileTopicsChange(topology: Topology, work: (changing: Changing) => Promise<void>): Promise<void> {
  const clock = new ManualClock(1_000_000)
  await using cluster = await EmbeddedKafka.open({ clock, chance: seededChance(7) })
  const warnings: string[] = []
  const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) }
  const open = (options = {}) => new KafkaStreams(topology, { applicationId: 'app', cluster, logger, ...options })
  const seen = async () => (await consume(cluster, output)).map(([, value]) => value).sort()
  const comes: Changing['comes'] = (what, condition) => comesTrue(clock, what, condition)
  await simulate(clock, () => work({ clock, cluster, warnings, open, seen, comes }))
}

function copy(): Topology {
  const builder = new StreamsBuilder()
  builder.stream(input).to(output)
  return builder.build()
}

function count(): Topology {
  const builder = new StreamsBuilder()
  builder.stream(input).groupByKey().count({ store: 'counts' }).toStream().to(counts)
  return builder.build()
}

const rows = (prefix: string, count: number): readonly Row<string, string>[] =>
  Array.from({ length: count }, (_, index) => [`${prefix}${index}`, `${prefix}${index}`])

function byMember(apps: readonly KafkaStreams[]): string {
  return apps.map((app) => app.localTasks().map(({ taskId }) => taskId).join(' ')).join(' | ') // prettier-ignore
}

t.test('partitions that a topic gets while the application runs are read', async (t) => {
  await whileTopicsChange(copy(), async ({ clock, cluster, open, seen, comes }) => {
    await createTopics(cluster, { in: 1, out: 1 })
    await using first = open()
    await using second = open({ clientId: 'second' })
    await first.start()
    await second.start()
    await produce(cluster, input, rows('a', 5))
    const quiet = clock.now() + 60_000
    await comes('the end of all rebalances', () => clock.now() > quiet)
    await comes('a', async () => (await seen()).length === 5)
    cluster.broker.topics.grow('in', 4)
    await produce(cluster, input, rows('b', 40))
    const before = clock.now()
    await comes('b', async () => (await seen()).length === 45)
    t.ok(clock.now() - before < 30_000, `after ${clock.now() - before} ms`)
    const members = [first, second].map((app) => app.localTasks().length)
    t.same(members, [2, 2], byMember([first, second]))
  })
})

t.test('a topic of a pattern that is deleted is read no more, and the others are', async (t) => {
  const builder = new StreamsBuilder()
  builder.stream({ pattern: /in.*/, ...strings }).to(output)
  await whileTopicsChange(builder.build(), async ({ cluster, warnings, open, seen, comes }) => {
    await createTopics(cluster, { in: 1, 'in-2': 2, out: 1 })
    await using app = open()
    await app.start()
    await produce(cluster, input, rows('a', 5))
    await comes('a', async () => (await seen()).length === 5)
    cluster.broker.deleteTopic('in-2')
    await comes('the news', () => app.localTasks().length === 1 && app.state === 'running')
    t.ok(warnings.some((each) => each.startsWith('Topic in-2 was deleted.')))
    await produce(cluster, input, rows('b', 5))
    await comes('b', async () => (await seen()).length === 10)
  })
})

t.test('a topic that was deleted and created again is read from its start, and from nowhere else', async (t) => {
  await whileTopicsChange(copy(), async ({ cluster, warnings, open, seen, comes }) => {
    await createTopics(cluster, { in: 1, out: 1 })
    await using app = open({ commitIntervalMs: 100 })
    await app.start()
    await produce(cluster, input, rows('old', 10))
    await comes('old', async () => (await seen()).length === 10)
    cluster.broker.deleteTopic('in')
    cluster.broker.createTopics([{ name: 'in', partitions: 1, config: { 'retention.ms': '-1' } }])
    await produce(cluster, input, rows('new', 30))
    await comes('new', async () => (await seen()).length === 40)
    t.equal(app.state, 'running')
    t.ok(warnings.some((each) => each.startsWith('Topic in was deleted and created again')))
    await produce(cluster, input, rows('newer', 3))
    await comes('newer', async () => (await seen()).length === 43)
    t.equal(new Set(await seen()).size, 43, 'each once')
  })
})

t.test('an offset that was committed of the former topic is not used, also by the next process', async (t) => {
  await whileTopicsChange(copy(), async ({ cluster, warnings, open, seen, comes }) => {
    await createTopics(cluster, { in: 1, out: 1 })
    const first = open({ commitIntervalMs: 100 })
    await first.start()
    await produce(cluster, input, rows('old', 10))
    await comes('old', async () => (await seen()).length === 10)
    await first.close()
    const [commit] = cluster.broker.offsets.all('app')
    cluster.broker.deleteTopic('in')
    cluster.broker.createTopics([{ name: 'in', partitions: 1, config: { 'retention.ms': '-1' } }])
    await produce(cluster, input, rows('new', 30))
    // The former member was slow: its commit has come after the new topic.
    cluster.broker.offsets.commit('app', [commit!])
    await using second = open()
    await second.start()
    await comes('new', async () => (await seen()).length === 40)
    t.ok(
      warnings.some((each) => each.startsWith('Offset 10 of in-0, which the group has committed, is not used')),
      warnings.join(),
    )
  })
})

t.test('a source topic that is deleted ends the application with a clear error, and what it did is committed', async (t) => {
  await whileTopicsChange(copy(), async ({ cluster, warnings, open, seen, comes }) => {
    await createTopics(cluster, { in: 1, out: 1 })
    const app = open({ uncaughtExceptionHandler: () => 'shutdown-client' })
    await app.start()
    await produce(cluster, input, rows('a', 5))
    await comes('a', async () => (await seen()).length === 5)
    cluster.broker.deleteTopic('in')
    await comes('the end', () => app.state === 'error')
    await t.rejects(app.closed, { code: 'STREAMS_MISSING_SOURCE_TOPIC' })
    t.ok(warnings.some((each) => each.startsWith('Topic in was deleted.')))
    await app.close()
  })
})

t.test('what was done of the other topics is committed when one is deleted', async (t) => {
  const other = topic('other', strings)
  const builder = new StreamsBuilder()
  builder.stream(input).to(output)
  builder.stream(other).to(output)
  await whileTopicsChange(builder.build(), async ({ cluster, open, seen, comes }) => {
    await createTopics(cluster, { in: 1, other: 1, out: 1 })
    const app = open({ uncaughtExceptionHandler: () => 'shutdown-client', commitIntervalMs: 3_600_000 })
    await app.start()
    await produce(cluster, input, rows('a', 5))
    await produce(cluster, other, rows('b', 7))
    await comes('all', async () => (await seen()).length === 12)
    cluster.broker.deleteTopic('in')
    await comes('the end', () => app.state === 'error')
    await t.rejects(app.closed, { code: 'STREAMS_MISSING_SOURCE_TOPIC' })
    t.match(cluster.broker.offsets.all('app'), [{ topic: 'other', offset: 7 }])
    await app.close()
  })
})

t.test('with replace-thread the application waits for a topic that was deleted, and goes on when it is there', async () => {
  await whileTopicsChange(copy(), async ({ cluster, clock, open, seen, comes }) => {
    await createTopics(cluster, { in: 1, out: 1 })
    await using app = open({ uncaughtExceptionHandler: () => 'replace-thread' })
    await app.start()
    await produce(cluster, input, rows('old', 5))
    await comes('old', async () => (await seen()).length === 5)
    cluster.broker.deleteTopic('in')
    const end = clock.now() + 60_000
    await comes('a minute', () => clock.now() > end)
    await createTopics(cluster, { in: 2 })
    await produce(cluster, input, rows('new', 20))
    await comes('new', async () => (await seen()).length === 25)
  })
})

t.test('more partitions below a store are more than its changelog has: a clear error, as in Java', async (t) => {
  await whileTopicsChange(count(), async ({ cluster, open, comes }) => {
    await createTopics(cluster, { in: 1, counts: 1 })
    const app = open({ uncaughtExceptionHandler: () => 'shutdown-client' })
    await app.start()
    await comes('the task', () => app.state === 'running')
    cluster.broker.topics.grow('in', 2)
    await comes('the end', () => app.state === 'error')
    await t.rejects(app.closed, { code: 'STREAMS_INTERNAL_TOPIC_MISMATCH' })
    await app.close()
  })
})

t.test('a changelog that is deleted, or deleted and created again, ends the application with a clear error', async (t) => {
  for (const again of [false, true])
    await whileTopicsChange(count(), async ({ cluster, open, comes }) => {
      await createTopics(cluster, { in: 1, counts: 1 })
      const app = open({ uncaughtExceptionHandler: () => 'shutdown-client' })
      await app.start()
      await produce(cluster, input, rows('a', 5))
      await comes('a', async () => (await consume(cluster, counts)).length === 5)
      cluster.broker.deleteTopic('app-counts-changelog')
      if (again) await createTopics(cluster, { 'app-counts-changelog': 1 })
      await comes('the end', () => app.state === 'error')
      await t.rejects(app.closed, { code: 'STREAMS_INTERNAL_TOPIC_LOST', facts: { topics: ['app-counts-changelog'] } })
      await app.close()
    })
})

t.test('so does a repartition topic', async (t) => {
  const builder = new StreamsBuilder()
  builder.stream(input).repartition({ name: 'again' }).to(output)
  await whileTopicsChange(builder.build(), async ({ cluster, open, seen, comes }) => {
    await createTopics(cluster, { in: 1, out: 1 })
    const app = open({ uncaughtExceptionHandler: () => 'shutdown-client' })
    await app.start()
    await produce(cluster, input, rows('a', 5))
    await comes('a', async () => (await seen()).length === 5)
    cluster.broker.deleteTopic('app-again-repartition')
    await comes('the end', () => app.state === 'error')
    await t.rejects(app.closed, { code: 'STREAMS_INTERNAL_TOPIC_LOST', facts: { topics: ['app-again-repartition'] } })
    await app.close()
  })
})

t.test('a table whose changelog is its source topic has the rows of the new topic only', async (t) => {
  const builder = new StreamsBuilder()
  builder.table(input, { store: 'rows' }).toStream().to(output)
  await whileTopicsChange(builder.build({ optimization: 'all' }), async ({ cluster, open, seen, comes }) => {
    await createTopics(cluster, { in: 1, out: 1 })
    await using app = open({ commitIntervalMs: 100 })
    await app.start()
    await produce(cluster, input, rows('old', 10))
    await comes('old', async () => (await seen()).length === 10)
    cluster.broker.deleteTopic('in')
    cluster.broker.createTopics([{ name: 'in', partitions: 1, config: { 'retention.ms': '-1' } }])
    await produce(cluster, input, rows('new', 3))
    await comes('new', async () => (await seen()).length === 13)
    const store = app.store<string, string>('rows')
    t.same((await collected(store.all())).map(({ key }) => key), ['new0', 'new1', 'new2']) // prettier-ignore
  })
})

const names = topic('names', strings)

/** Records of `in` with what a global table has for their keys. */
function enrich(): Topology {
  const builder = new StreamsBuilder()
  const table = builder.globalTable(names, { store: 'names' })
  builder.stream(input).join(table, (key) => key, (value, name) => `${value} ${name}`).to(output) // prettier-ignore
  return builder.build()
}

t.test('a global store reads the partitions that its topic gets', async (t) => {
  await whileTopicsChange(enrich(), async ({ cluster, clock, open, seen, comes }) => {
    await createTopics(cluster, { in: 1, names: 1, out: 1 })
    await using app = open()
    await app.start()
    await produce(cluster, names, rows('a', 3))
    await comes('the task', () => app.state === 'running')
    cluster.broker.topics.grow('names', 4)
    await produce(cluster, names, rows('b', 20))
    const store = app.store<string, string>('names')
    await comes('b', async () => (await collected(store.all())).length === 23)
    await produce(cluster, input, rows('b', 20))
    await comes('joined', async () => (await seen()).length === 20)
    t.ok(clock.now() < 1_060_000)
  })
})

t.test('a topic of a global store that is deleted, or created again, ends the application with a clear error', async (t) => {
  for (const [again, code] of [
    [false, 'STREAMS_MISSING_SOURCE_TOPIC'],
    [true, 'STREAMS_STATE_STALE'],
  ] as const)
    // prettier-ignore
    await whileTopicsChange(enrich(), async ({ cluster, open, comes }) => {
      await createTopics(cluster, { in: 1, names: 1, out: 1 })
      const app = open({ uncaughtExceptionHandler: () => 'shutdown-client' })
      await app.start()
      await produce(cluster, names, rows('a', 3))
      await comes('the task', () => app.state === 'running')
      cluster.broker.deleteTopic('names')
      if (again) await createTopics(cluster, { names: 1 })
      await comes('the end', () => app.state === 'error')
      await t.rejects(app.closed, { code })
      await app.close()
    })
})

t.test('records go to the partitions that an output topic gets', async (t) => {
  await whileTopicsChange(copy(), async ({ cluster, clock, open, seen, comes }) => {
    await createTopics(cluster, { in: 1, out: 1 })
    await using app = open()
    await app.start()
    await produce(cluster, input, rows('a', 5))
    await comes('a', async () => (await seen()).length === 5)
    cluster.broker.topics.grow('out', 3)
    const later = clock.now() + 20_000
    await comes('the next look-up', () => clock.now() > later)
    await produce(cluster, input, [['x', 'x']])
    await comes('x', async () => (await seen()).length === 6)
    await produce(cluster, input, rows('b', 30))
    await comes('b', async () => (await seen()).length === 36)
    const { partitions } = cluster.broker.topics.topic('out')
    t.ok(partitions.every(({ highWatermark }) => highWatermark > 0), partitions.map(({ highWatermark }) => highWatermark).join()) // prettier-ignore
  })
})
