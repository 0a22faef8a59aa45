import t from 'tap'
import { partitionKey } from '../../../../lib/model/topic-partition.ts'
import { groupPartitions } from '../../../../lib/runtime/membership/assignment/partition-grouper.ts'
import type { TopologyPlan } from '../../../../lib/topology/topology-plan.ts'
import { plan, subtopology } from '../../plan-fixture.ts'

function group(given: TopologyPlan, counts: Readonly<Record<string, number>>) {
  return [...groupPartitions(given, new Map(Object.entries(counts)))].map(([task, read]) => [task, read.map(partitionKey)])
}

t.test('the widest topic decides, and narrow ones are read by the first tasks', async (t) => {
  const given = plan(subtopology(0, { sourceTopics: ['wide', 'narrow'] }), subtopology(1, { sourceTopics: ['other'] }))
  t.same(group(given, { wide: 3, narrow: 1, other: 1, unrelated: 9 }), [
    ['0_0', ['narrow-0', 'wide-0']],
    ['0_1', ['wide-1']],
    ['0_2', ['wide-2']],
    ['1_0', ['other-0']],
  ])
})

t.test('global sub-topologies have no tasks', async (t) => {
  t.same(group(plan(subtopology(0, { kind: 'global', sourceTopics: ['users'] })), { users: 3 }), [])
})

t.test("a pattern matches whole names, and never Kafka's own topics", async (t) => {
  const given = plan(subtopology(0, { pattern: /in|.*offsets/g }))
  t.same(group(given, { in: 1, inner: 1, main: 1, __consumer_offsets: 50, offsets: 1 }), [['0_0', ['in-0', 'offsets-0']]])
})

t.test('a topic that two sub-topologies read is refused', async (t) => {
  const given = plan(subtopology(0, { pattern: /a.*/ }), subtopology(1, { pattern: /.*b/ }))
  t.throws(() => group(given, { ab: 1 }), { code: 'STREAMS_TOPIC_READ_TWICE', message: /0 and 1 both read topic ab/ })
})
