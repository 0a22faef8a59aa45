import t from 'tap'
import type { Topic, Topology } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'
import { enricherTopology } from '../../examples/transfer-pipeline/topologies/enricher.ts'
import { enricherV1Topology, enrichedV1 } from '../../examples/transfer-pipeline/topologies/enricher-v1.ts'
import { enricherV2Topology, enrichedV2 } from '../../examples/transfer-pipeline/topologies/enricher-v2.ts'
import { enriched, transfers, users } from '../../examples/transfer-pipeline/topics.ts'

const at = 1_795_341_605_000
const user = (id: number, name: string) => ({ key: String(id), value: { id, name, createdAt: at, lastUpdatedAt: at } })
const transfer = (id: number, fromUserId: number, toUserId: number, amount = '10.00') => ({
  key: String(id),
  value: { id, fromUserId, toUserId, amount, status: 'PENDING', createdAt: at, lastUpdatedAt: at } as const,
})

/** Base data: four users, three transfers. `emitted` tells what came since it was last asked. */
function open(
  topology: Topology,
  to: Topic<string, (typeof enriched)['value'] extends { deserialize: (...rest: never[]) => infer T } ? T : never>,
) {
  const driver = new TopologyTestDriver(topology)
  const [userTopic, transferTopic] = [driver.createInputTopic(users), driver.createInputTopic(transfers)]
  for (const [index, name] of ['Amara', 'Bruno', 'Chidi', 'Dalia'].entries()) userTopic.pipeInput(user(index + 1, name))
  for (const base of [transfer(1, 1, 2), transfer(2, 2, 3), transfer(3, 4, 1)]) transferTopic.pipeInput(base)
  const output = driver.createOutputTopic(to)
  const emitted = (): unknown[] => output.readRecords().map(({ key, value }) => [key, value?.fromUserName, value?.toUserName])
  return { driver, userTopic, transferTopic, emitted }
}

t.test('E2 E3: version 1 re-emits nothing on a rename, and never shows a transfer that came before its user', async (t) => {
  const { driver, userTopic, transferTopic, emitted } = open(enricherV1Topology(), enrichedV1)
  using _ = driver
  t.same(emitted(), [
    ['1', 'Amara', 'Bruno'],
    ['2', 'Bruno', 'Chidi'],
    ['3', 'Dalia', 'Amara'],
  ])
  userTopic.pipeInput(user(2, 'Bruno Costa'))
  t.same(emitted(), [], 'E2')
  transferTopic.pipeInput(transfer(9, 1, 99))
  userTopic.pipeInput(user(99, 'Efe'))
  t.same(emitted(), [], 'E3')
})

t.test('E2 E3: version 2 re-emits what the renamed user has received, and nothing that he has sent', async (t) => {
  const { driver, userTopic, transferTopic, emitted } = open(enricherV2Topology(), enrichedV2)
  using _ = driver
  t.same(emitted().length, 3)
  userTopic.pipeInput(user(2, 'Bruno Costa'))
  t.same(emitted(), [['1', 'NOT_SET', 'Bruno Costa']], 'E2: T1, and not T2')
  transferTopic.pipeInput(transfer(9, 1, 99))
  t.same(emitted(), [])
  userTopic.pipeInput(user(99, 'Efe'))
  t.same(emitted(), [['9', 'NOT_SET', 'Efe']], 'E3: late, and without the sender')
  transferTopic.pipeInput(transfer(1, 1, 2, '11.00'))
  userTopic.pipeInput(user(2, 'Bruno'))
  t.equal(emitted().length, 4, 'an amended transfer is in the list twice, and emitted twice by each change')
})

t.test('E2: the enricher that runs re-emits both sides of the renamed user, once each', async (t) => {
  const { driver, userTopic, emitted } = open(enricherTopology(), enriched)
  using _ = driver
  emitted()
  userTopic.pipeInput(user(2, 'Bruno Costa'))
  t.same(emitted(), [
    ['1', 'Amara', 'Bruno Costa'],
    ['2', 'Bruno Costa', 'Chidi'],
  ])
})
