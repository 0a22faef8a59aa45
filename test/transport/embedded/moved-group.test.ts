import t from 'tap'
import { systemChance } from '../../../lib/clock/chance.ts'
import { systemClock } from '../../../lib/clock/system-clock.ts'
import { EmbeddedBroker } from '../../../lib/transport/embedded/embedded-broker.ts'
import type { ClusterView } from '../../../lib/transport/embedded/server/cluster-view.ts'
import { EmbeddedServer } from '../../../lib/transport/embedded/server/embedded-server.ts'
import { heartbeat } from '../../../lib/transport/kafka/wire/apis/heartbeat.ts'
import { syncGroup } from '../../../lib/transport/kafka/wire/apis/sync-group.ts'
import { decodeResponse, encodeRequest } from '../../../lib/transport/kafka/wire/messages.ts'
import { RequestWriter } from '../../../lib/transport/kafka/wire/request-writer.ts'
import { ResponseReader } from '../../../lib/transport/kafka/wire/response-reader.ts'
import { answersOfKafka, movedGroupAnswers } from '../../conformance/transport/moved-group.ts'
import type { AskBroker } from '../../conformance/transport/moved-group.ts'

const groupId = 'moved'
const topic = 'moved'

/** Two brokers over one log. */
function openCluster() {
  const broker = new EmbeddedBroker({ clock: systemClock, chance: systemChance, store: null, autoCreatePartitions: null })
  broker.createTopics([{ name: topic, partitions: 1 }])
  const state = { coordinator: 1, isLoading: false }
  const nodes = [1, 2].map((nodeId) => ({ nodeId, host: `broker${nodeId}`, port: 9092 }))
  const view: ClusterView = {
    clusterId: 'two',
    nodes: () => nodes,
    controllerId: () => 1,
    leaderOf: () => ({ nodeId: 1, epoch: 0 }),
    coordinatorOf: () => state.coordinator,
    isLoading: () => state.isLoading,
  }
  const servers = nodes.map(({ nodeId }) => asking(new EmbeddedServer({ broker, view, nodeId })))
  const coordinator: AskBroker = (...request) => servers[state.coordinator - 1]!(...request)
  const other: AskBroker = (...request) => servers[2 - state.coordinator]!(...request)
  return { broker, state, coordinator, other }
}

function asking(server: EmbeddedServer): AskBroker {
  return async (api, version, request) => {
    const isFlexible = version >= api.flexibleFrom
    const head = new RequestWriter().int16(api.key).int16(version).int32(1).string('test')
    const body = encodeRequest(api as never, version, request as never)
    const frame = (isFlexible ? head.noTags() : head).raw(body).bytes
    const answer = new ResponseReader((await server.answer(frame, { host: 'test', signal: new AbortController().signal }))!)
    answer.int32()
    return decodeResponse(api as never, version, (isFlexible ? answer.skipTags() : answer).rest()) as never
  }
}

t.test('a coordinator that takes a group over knows its last complete generation, as that of Kafka 4.4', async (t) => {
  const { broker, state, coordinator, other } = openCluster()
  t.teardown(() => broker.close())
  const move = async (): Promise<void> => {
    state.coordinator = 3 - state.coordinator
    broker.group(groupId).unload()
    broker.group(groupId).load()
  }
  t.same(await movedGroupAnswers({ groupId, topic, coordinator, other, move }), answersOfKafka)
})

// Kafka 4.4: `GroupCoordinatorService.heartbeat`, and the runtime below it for all other requests.
t.test('a coordinator that still loads a group says so (COORDINATOR_LOAD_IN_PROGRESS), but believes heartbeats', async (t) => {
  const { broker, state, coordinator } = openCluster()
  t.teardown(() => broker.close())
  state.isLoading = true
  const identity = { groupId, memberId: 'a', generationId: 1, groupInstanceId: null }
  t.equal((await coordinator(heartbeat, 4, identity)).errorCode, 0)
  t.equal((await coordinator(syncGroup, 4, { ...identity, assignments: [] })).errorCode, 14)
})
