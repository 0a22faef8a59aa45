import t from 'tap'
import type { RequestFrame } from '../../../lib/transport.ts'
import { fetch } from '../../../lib/transport/kafka/wire/apis/fetch.ts'
import { heartbeat } from '../../../lib/transport/kafka/wire/apis/heartbeat.ts'
import { joinGroup } from '../../../lib/transport/kafka/wire/apis/join-group.ts'
import { leaveGroup } from '../../../lib/transport/kafka/wire/apis/leave-group.ts'
import { offsetCommit } from '../../../lib/transport/kafka/wire/apis/offset-commit.ts'
import { encodeResponse } from '../../../lib/transport/kafka/wire/messages.ts'
import { limits, openFetcher } from '../../conformance/transport/transport-case.ts'
import type { Fate } from './fake-connection.ts'
import { fakeCluster } from './fake-cluster.ts'

const groupId = 'group'
const identity = { groupId, generationId: 1, memberId: 'member', groupInstanceId: null }

const answers: ReadonlyMap<number, (version: number) => Buffer> = new Map([
  [offsetCommit.key, (version) => encodeResponse(offsetCommit, version, { topics: [] })],
  [heartbeat.key, (version) => encodeResponse(heartbeat, version, { errorCode: 0 })],
  [leaveGroup.key, (version) => encodeResponse(leaveGroup, version, { errorCode: 0 })],
])

t.test('a pending join delays neither heartbeats nor commits nor a leave', async (t) => {
  const fateOf = ({ apiKey, apiVersion }: RequestFrame): Fate =>
    apiKey === joinGroup.key ? 'never' : (answers.get(apiKey)?.(apiVersion) ?? 'answer')
  const { cluster, connections } = fakeCluster(fateOf)
  const coordinator = await cluster.groupCoordinator({ clientId: 'test', groupId })
  const times = { sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 30_000 }
  const join = coordinator.join({
    groupId,
    memberId: 'member',
    groupInstanceId: null,
    ...times,
    protocolType: 'consumer',
    protocols: [],
  })
  join.catch(() => {})
  await coordinator.heartbeat(identity)
  await coordinator.commitOffsets(identity, [{ topic: 'in', partition: 0, offset: 1, leaderEpoch: -1, metadata: '' }])
  await coordinator.leave(identity)
  const joins = connections.requests.filter(({ apiKey }) => apiKey === joinGroup.key)
  t.equal(joins.length, 1, 'and the join waits on, undisturbed')
  await coordinator.close()
  await t.rejects(join, { code: 'TRANSPORT_CLOSED' })
})

t.test('a long poll does not delay the metadata of a new topic', async (t) => {
  const { cluster, embedded } = fakeCluster(({ apiKey }) => (apiKey === fetch.key ? 'never' : 'answer'))
  t.teardown(() => embedded.close())
  embedded.createTopics([{ name: 'in', partitions: 1 }])
  const fetcher = await openFetcher(t, cluster)
  const position = { topic: 'in', partition: 0, offset: 0 }
  const first = fetcher.fetch([position], { ...limits, maxWaitMs: 60_000, signal: AbortSignal.timeout(50) })
  t.same(await first, [])
  const [missing] = await fetcher.fetch([{ ...position, topic: 'missing' }], { ...limits, maxWaitMs: 100 })
  t.match(missing, { error: { code: 'TRANSPORT_UNKNOWN_TOPIC_OR_PARTITION' } })
})
