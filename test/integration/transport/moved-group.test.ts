import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { systemChance } from '../../../lib/clock/chance.ts'
import { systemClock } from '../../../lib/clock/system-clock.ts'
import { socketConnector } from '../../../lib/transport/kafka/connection/socket/socket-connection.ts'
import { createTopics } from '../../../lib/transport/kafka/wire/apis/create-topics.ts'
import { findCoordinator } from '../../../lib/transport/kafka/wire/apis/find-coordinator.ts'
import { heartbeat } from '../../../lib/transport/kafka/wire/apis/heartbeat.ts'
import { metadata } from '../../../lib/transport/kafka/wire/apis/metadata.ts'
import { decodeResponse, encodeRequest } from '../../../lib/transport/kafka/wire/messages.ts'
import { answersOfKafka, movedGroupAnswers } from '../../conformance/transport/moved-group.ts'
import type { AskBroker } from '../../conformance/transport/moved-group.ts'
import { kafkaTools } from '../../servers/kafka-tools.ts'
import { ownKafka } from '../../servers/kafka-for-tests.ts'

const groupId = 'moved'
const topic = 'moved'

/** What a coordinator that has loaded the group answers to the heartbeat of a stranger. One that loads it answers 0. */
const unknownMember = 25

/** Each request has a connection of its own: one that waits holds up nothing. */
async function asking(t: Test, host: string, port: number): Promise<AskBroker> {
  const settings = { clientId: 'test', ssl: false, sasl: null, idleTimeoutMs: 60_000, clock: systemClock, chance: systemChance }
  const open = await socketConnector(settings as Parameters<typeof socketConnector>[0])
  return async (api, version, request) => {
    const connection = await open({ host, port }, new AbortController().signal)
    t.teardown(() => connection.close(new Error('the test is over')))
    const body = encodeRequest(api as never, version, request as never)
    const header = version >= api.flexibleFrom ? 'flexible' : 'plain'
    const frame = { apiName: api.name, apiKey: api.key, apiVersion: version, header, body } as const
    return decodeResponse(api as never, version, await connection.exchange(frame)) as never
  }
}

t.test('Kafka answers the members of a group that moves as the embedded broker does', async (t) => {
  const kafka = await ownKafka(t, { brokers: 2 })
  if (kafka === null) return
  const tools = await kafkaTools()
  const servers = kafka.bootstrapServers.split(',')
  const asks = new Map<number, AskBroker>()
  for (const [index, server] of servers.entries()) asks.set(index + 1, await asking(t, '127.0.0.1', Number(server.split(':')[1])))
  const any = asks.get(1)!
  const topics = [{ name: topic, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }]
  await any(createTopics, 5, { topics, timeoutMs: 10_000 })

  const coordinatorId = async (): Promise<number> => {
    for (;;) {
      const { errorCode, nodeId } = await any(findCoordinator, 2, { key: groupId })
      const identity = { groupId, memberId: 'nobody', generationId: 1, groupInstanceId: null }
      const answered = errorCode === 0 ? (await asks.get(nodeId)!(heartbeat, 4, identity)).errorCode : -1
      if (answered === unknownMember) return nodeId
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  let coordinator = await coordinatorId()
  const offsets = (await any(metadata, 9, { topics: [{ name: '__consumer_offsets' }] })).topics[0]!.partitions

  const move = async (): Promise<void> => {
    const target = 3 - coordinator
    const partitions = offsets.map(({ partitionIndex: partition }) => ({
      topic: '__consumer_offsets',
      partition,
      replicas: [target],
    }))
    const plan = join(kafka.dir, `plan-${target}.json`)
    writeFileSync(plan, JSON.stringify({ version: 1, partitions }))
    const args = ['--bootstrap-server', kafka.bootstrapServers, '--reassignment-json-file', plan, '--execute']
    await tools('reassign.ReassignPartitionsCommand', args)
    while ((coordinator = await coordinatorId()) !== target) await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const answers = await movedGroupAnswers({
    groupId,
    topic,
    coordinator: (...request) => asks.get(coordinator)!(...request),
    other: (...request) => asks.get(3 - coordinator)!(...request),
    move,
  })
  t.same(answers, answersOfKafka)
})
