import type { Test } from 'tap'
import t from 'tap'
import { seededChance } from '../../lib/clock/chance.ts'
import { ManualClock } from '../../lib/clock/manual-clock.ts'
import { systemClock } from '../../lib/clock/system-clock.ts'
import type { InternalTopicOptions } from '../../lib/runtime/topics/internal-topic-manager.ts'
import { prepareInternalTopics } from '../../lib/runtime/topics/internal-topic-manager.ts'
import type { Subtopology, TopologyPlan } from '../../lib/topology/topology-plan.ts'
import type { Admin, NewTopic } from '../../lib/transport/admin.ts'
import { EmbeddedCluster } from '../../lib/transport/embedded/embedded-cluster.ts'
import { simulate } from './simulated-time.ts'
import { dayMs, plan, repartition, store, subtopology } from './plan-fixture.ts'

const options: InternalTopicOptions = {
  replicationFactor: -1,
  clock: systemClock,
  retryBackoffMs: 1,
  withinMs: 10_000,
}

async function open(t: Test, topics: Readonly<Record<string, number>>) {
  const cluster = new EmbeddedCluster({ clock: new ManualClock(1_700_000_000_000), chance: seededChance(1) })
  t.teardown(() => cluster.close())
  const admin = await cluster.admin({ clientId: 'test' })
  await admin.createTopics(Object.entries(topics).map(([name, partitions]) => ({ name, partitions })))
  const prepare = async (given: TopologyPlan, more: Partial<InternalTopicOptions> = {}) =>
    Object.fromEntries(await prepareInternalTopics(given, admin, { ...options, ...more }))
  const partitions = async (topic: string) => (await admin.metadata([topic]))[0]?.partitions.length
  return { admin, prepare, partitions }
}

/** in → repartition → count. */
const counting = plan(
  subtopology(0, { sourceTopics: ['in'], sinkTopics: ['app-r-repartition'] }),
  subtopology(1, {
    sourceTopics: ['app-r-repartition'],
    repartitionTopics: [repartition('app-r-repartition')],
    stores: [store('counts')],
  }),
)

t.test('a repartition topic is as wide as what leads to it, and its changelog has one partition a task', async (t) => {
  const { prepare, partitions, admin } = await open(t, { in: 3 })
  t.same(await prepare(counting), { in: 3, 'app-r-repartition': 3, 'app-counts-changelog': 3 })
  t.equal(await partitions('app-r-repartition'), 3)
  t.equal(await partitions('app-counts-changelog'), 3)
  t.match(await admin.describeTopicConfig('app-r-repartition'), {
    'cleanup.policy': 'delete',
    'retention.ms': '-1',
    'segment.bytes': '52428800',
    'message.timestamp.type': 'CreateTime',
  })
  t.match(await admin.describeTopicConfig('app-counts-changelog'), { 'cleanup.policy': 'compact' })
})

t.test('preparing again changes nothing', async (t) => {
  const { prepare } = await open(t, { in: 3 })
  t.same(await prepare(counting), await prepare(counting))
})

t.test('a chain of repartition topics is resolved, whatever the order of sub-topologies', async (t) => {
  const { prepare } = await open(t, { in: 5, small: 2 })
  const given = plan(
    subtopology(0, { sourceTopics: ['c'], repartitionTopics: [repartition('c')] }),
    subtopology(1, { sourceTopics: ['b', 'small'], sinkTopics: ['c'], repartitionTopics: [repartition('b')] }),
    subtopology(2, { sourceTopics: ['in'], sinkTopics: ['b'] }),
  )
  t.same(await prepare(given), { in: 5, small: 2, b: 5, c: 5 })
})

t.test('an explicit number wins, and is handed on', async (t) => {
  const { prepare } = await open(t, { in: 2 })
  const given = plan(
    subtopology(0, { sourceTopics: ['in'], sinkTopics: ['a'] }),
    subtopology(1, { sourceTopics: ['a'], sinkTopics: ['b'], repartitionTopics: [repartition('a', 7)] }),
    subtopology(2, { sourceTopics: ['b'], repartitionTopics: [repartition('b')], stores: [store('s')] }),
  )
  t.same(await prepare(given), { in: 2, a: 7, b: 7, 'app-s-changelog': 7 })
})

function join(left: ReturnType<typeof repartition>, right: string | ReturnType<typeof repartition>): TopologyPlan {
  const rightName = typeof right === 'string' ? right : right.name
  return plan(
    subtopology(0, { sourceTopics: ['in'], sinkTopics: [left.name, rightName] }),
    subtopology(1, {
      sourceTopics: [left.name, rightName],
      repartitionTopics: typeof right === 'string' ? [left] : [left, right],
      copartitionGroups: [[left.name, rightName]],
    }),
  )
}

t.test('a repartition topic that is joined with a user topic takes its number', async (t) => {
  const { prepare } = await open(t, { in: 2, users: 5 })
  t.same(await prepare(join(repartition('l'), 'users')), { in: 2, users: 5, l: 5 })
})

t.test('repartition topics that are joined take the explicit number among them', async (t) => {
  const { prepare } = await open(t, { in: 6 })
  t.same(await prepare(join(repartition('l'), repartition('r', 4))), { in: 6, l: 4, r: 4 })
})

t.test('what cannot be joined is named, with its counts', async (t) => {
  const { prepare } = await open(t, { in: 2, users: 5, orders: 3 })
  const joined = plan(subtopology(0, { sourceTopics: ['users', 'orders'], copartitionGroups: [['users', 'orders']] }))
  await t.rejects(prepare(joined), {
    code: 'STREAMS_NOT_COPARTITIONED',
    message: /orders has 3, users has 5/,
    facts: { partitions: { users: 5, orders: 3 } },
  })
  await t.rejects(prepare(join(repartition('l', 4), 'users')), { code: 'STREAMS_NOT_COPARTITIONED' })
  await t.rejects(prepare(join(repartition('l', 4), repartition('r', 2))), { code: 'STREAMS_NOT_COPARTITIONED' })
})

t.test('missing source topics are named, global ones too, and nothing is created', async (t) => {
  const { prepare, admin } = await open(t, {})
  const given = plan(...counting.subtopologies, subtopology(2, { kind: 'global', sourceTopics: ['users'] }))
  await t.rejects(prepare(given), { code: 'STREAMS_MISSING_SOURCE_TOPIC', facts: { topics: ['in', 'users'] } })
  t.same(await admin.metadata(), [])
})

t.test('a pattern that matches nothing leaves a repartition topic without number', async (t) => {
  const { prepare } = await open(t, {})
  const given = plan(
    subtopology(0, { pattern: /in.*/, sinkTopics: ['r'] }),
    subtopology(1, { sourceTopics: ['r'], repartitionTopics: [repartition('r')] }),
  )
  await t.rejects(prepare(given), { code: 'STREAMS_MISSING_SOURCE_TOPIC', message: /leads to r/ })
})

t.test('topics that a pattern matches count', async (t) => {
  const { prepare } = await open(t, { 'in-1': 2, 'in-2': 4 })
  const given = plan(subtopology(0, { pattern: /in-.*/, stores: [store('s')] }))
  t.same(await prepare(given), { 'in-1': 2, 'in-2': 4, 'app-s-changelog': 4 })
})

t.test('an internal topic of another size is refused', async (t) => {
  const { prepare } = await open(t, { in: 3, 'app-counts-changelog': 2 })
  await t.rejects(prepare(counting), {
    code: 'STREAMS_INTERNAL_TOPIC_MISMATCH',
    message: /reset the application/,
    facts: { topic: 'app-counts-changelog', expected: 3, actual: 2 },
  })
})

t.test('a store whose changelog is in another form is refused, and nothing is made', async (t) => {
  const slices = 'app-counts-slices-changelog'
  for (const [changelog, found] of [
    [slices, 'app-counts-changelog'],
    ['app-counts-changelog', slices],
  ] as const) {
    const { prepare, partitions } = await open(t, { in: 1, [found]: 1 })
    const facts = { store: 'counts', changelog, found }
    await t.rejects(prepare(inForm(changelog, found)), { name: 'ProcessorStateError', code: 'STREAMS_STORE_KIND_CHANGED', facts })
    t.equal(await partitions(changelog), undefined)
    t.equal(await partitions(found), 1)
  }
})

t.test('what another store of the application calls its changelog is no other form', async (t) => {
  const { prepare } = await open(t, { in: 1, 'app-counts-slices-changelog': 1 })
  const [{ stores }] = inForm('app-counts-changelog', 'app-counts-slices-changelog').subtopologies as [Subtopology]
  const given = plan(subtopology(0, { sourceTopics: ['in'], stores: [...stores, store('counts-slices')] }))
  t.same(await prepare(given), { in: 1, 'app-counts-changelog': 1, 'app-counts-slices-changelog': 1 })
})

function inForm(changelog: string, otherForm: string): TopologyPlan {
  const topic = { name: changelog, kind: 'changelog', partitions: undefined, config: {} } as const
  const stores = [{ ...store('counts'), changelog: { kind: 'internal', topic, otherForm } as const }]
  return plan(subtopology(0, { sourceTopics: ['in'], stores }))
}

t.test('configuration: defaults, below topic.* options, below the store', async (t) => {
  const { prepare, admin } = await open(t, { in: 1 })
  const topicConfig = { 'segment.ms': '1000', 'retention.ms': '5', 'cleanup.policy': 'compact' }
  const windows = { kind: 'window', retentionMs: 1000, windowSizeMs: 10, duplicates: 'replace', expiry: 'default' } as const
  const stores = [
    store('kv', {}, { 'segment.ms': '2000' }, topicConfig),
    store('win', windows, {}, topicConfig),
    store('join', { ...windows, duplicates: 'keep' }, {}, topicConfig),
    store('own', windows, { 'retention.ms': '7', 'cleanup.policy': 'delete' }, topicConfig),
    store('endless', { ...windows, retentionMs: Infinity }, {}, topicConfig),
  ]
  await prepare(plan(subtopology(0, { sourceTopics: ['in'], stores })))
  const config = (name: string) => admin.describeTopicConfig(`app-${name}-changelog`)
  t.match(await config('kv'), { 'cleanup.policy': 'compact', 'segment.ms': '2000' })
  t.match(await config('win'), { 'cleanup.policy': 'compact', 'segment.ms': '1000', 'retention.ms': String(dayMs + 1000) })
  t.match(await config('join'), { 'cleanup.policy': 'delete', 'segment.ms': '1000', 'retention.ms': String(dayMs + 1000) })
  t.match(await config('own'), { 'cleanup.policy': 'delete', 'retention.ms': '7' })
  t.match(await config('endless'), { 'retention.ms': '9223372036854775807' })
})

t.test('instances that start together agree', async (t) => {
  const { prepare, partitions } = await open(t, { in: 3 })
  const counts = await Promise.all([prepare(counting), prepare(counting), prepare(counting)])
  t.same(counts[1], counts[0])
  t.same(counts[2], counts[0])
  t.equal(await partitions('app-counts-changelog'), 3)
})

t.test('topics of another instance are awaited for as long as a broker does not know them yet', async (t) => {
  const clock = new ManualClock(0)
  const { admin } = await open(t, { in: 3, 'app-r-repartition': 3, 'app-counts-changelog': 3 })
  const knowsAtMs = clock.monotonic() + 30_000
  const late: Admin = Object.create(admin, {
    createTopics: { value: (topics: readonly NewTopic[]) => admin.createTopics(topics) },
    metadata: {
      value: async (topics?: readonly string[]) => {
        const found = await admin.metadata(topics)
        return clock.monotonic() < knowsAtMs ? found.filter(({ name }) => name === 'in') : found
      },
    },
  }) as Admin
  const prepare = (withinMs: number) => simulate(clock, () => prepareInternalTopics(counting, late, { ...options, clock, retryBackoffMs: 100, withinMs })) // prettier-ignore
  await t.rejects(prepare(10_000), { code: 'TRANSPORT_TOPIC_ALREADY_EXISTS' })
  t.equal((await prepare(60_000)).get('app-counts-changelog'), 3)
})

t.test('a topic that another instance made with another size is noticed in the race', async (t) => {
  const { admin } = await open(t, { in: 3 })
  let rivals = 0
  const raced: Admin = Object.create(admin, {
    metadata: { value: (topics?: readonly string[]) => admin.metadata(topics) },
    createTopics: {
      value: async (topics: readonly NewTopic[]) => {
        if (rivals++ === 0) await admin.createTopics([{ name: 'app-counts-changelog', partitions: 9 }])
        await admin.createTopics(topics)
      },
    },
  }) as Admin
  await t.rejects(prepareInternalTopics(counting, raced, options), { code: 'STREAMS_INTERNAL_TOPIC_MISMATCH' })
})
