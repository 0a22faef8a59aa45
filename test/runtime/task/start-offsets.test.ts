import t from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import type { TopicPartition } from '../../../lib/model/topic-partition.ts'
import { resetOffsets } from '../../../lib/runtime/task/start-offsets.ts'
import type { OffsetReset, SourceNode, Subtopology } from '../../../lib/topology/topology-plan.ts'
import { source, subtopology } from '../plan.ts'
import { repartition } from '../plan-fixture.ts'

const admin = {
  listOffsets: async (partitions: readonly TopicPartition[], spec: unknown) =>
    partitions.map((each) => ({ ...each, offset: spec === 'earliest' ? 1 : 9 })),
}

const at = (topic: string): TopicPartition => ({ topic, partition: 0 })

function resetting(name: string, offsetReset: OffsetReset | undefined, given: Partial<SourceNode> = {}): SourceNode {
  return { ...source(name.toUpperCase(), [name]), offsetReset, ...given }
}

async function offsets(part: Subtopology, fallback: OffsetReset, ...topics: string[]): Promise<Record<string, number>> {
  return Object.fromEntries(await resetOffsets(topics.map(at), part, fallback, admin, new ManualClock()))
}

t.test('the policy of the source decides, and the application where it has none', async (t) => {
  const part = subtopology(0, [resetting('a', undefined), resetting('b', 'latest'), resetting('c', 'earliest')])
  t.same(await offsets(part, 'latest', 'a', 'b', 'c'), { 'a-0': 9, 'b-0': 9, 'c-0': 1 })
  t.same(await offsets(part, 'earliest', 'a', 'b'), { 'a-0': 1, 'b-0': 9 })
})

t.test('a topic that a pattern matches has the policy of that source', async (t) => {
  const part = subtopology(0, [resetting('orders', 'latest', { topics: [], pattern: /orders-.*/ })])
  t.same(await offsets(part, 'earliest', 'orders-de'), { 'orders-de-0': 9 })
})

t.test('a repartition topic is read from its start, whatever the policy', async (t) => {
  const part = subtopology(0, [resetting('moved', 'latest')], { repartitionTopics: [repartition('moved')] })
  t.same(await offsets(part, 'none', 'moved'), { 'moved-0': 1 })
})

t.test('a policy by duration begins at the first record that is at most this old (KIP-1106)', async (t) => {
  const part = subtopology(0, [resetting('a', { byDurationMs: 1000 }), resetting('b', undefined)])
  const byTime = {
    listOffsets: async (partitions: readonly TopicPartition[], spec: unknown) =>
      partitions.map((each) => ({ ...each, offset: (spec as { readonly timestampMs: number }).timestampMs })),
  }
  const found = await resetOffsets(['a', 'b'].map(at), part, { byDurationMs: 50 }, byTime, new ManualClock(10_000))
  t.same(Object.fromEntries(found), { 'a-0': 9000, 'b-0': 9950 })
})

t.test('the policy none is an error that names the partitions', async (t) => {
  const part = subtopology(0, [resetting('a', 'none')])
  await t.rejects(offsets(part, 'earliest', 'a'), { code: 'STREAMS_NO_OFFSET', facts: { partitions: 'a-0' } })
})
