import t from 'tap'
import { EmbeddedKafka } from '../../../lib/embedded.ts'
import { noHeaders } from '../../../lib/model/headers.ts'
import { createTopics } from '../../../lib/transport/kafka/wire/apis/create-topics.ts'
import { deleteGroups } from '../../../lib/transport/kafka/wire/apis/delete-groups.ts'
import { deleteRecords } from '../../../lib/transport/kafka/wire/apis/delete-records.ts'
import { deleteTopics } from '../../../lib/transport/kafka/wire/apis/delete-topics.ts'
import { describeConfigs } from '../../../lib/transport/kafka/wire/apis/describe-configs.ts'
import { describeGroups } from '../../../lib/transport/kafka/wire/apis/describe-groups.ts'
import { fetch } from '../../../lib/transport/kafka/wire/apis/fetch.ts'
import { findCoordinator } from '../../../lib/transport/kafka/wire/apis/find-coordinator.ts'
import { heartbeat } from '../../../lib/transport/kafka/wire/apis/heartbeat.ts'
import { joinGroup } from '../../../lib/transport/kafka/wire/apis/join-group.ts'
import { leaveGroup } from '../../../lib/transport/kafka/wire/apis/leave-group.ts'
import { listOffsets } from '../../../lib/transport/kafka/wire/apis/list-offsets.ts'
import { metadata } from '../../../lib/transport/kafka/wire/apis/metadata.ts'
import { offsetCommit } from '../../../lib/transport/kafka/wire/apis/offset-commit.ts'
import { offsetFetch } from '../../../lib/transport/kafka/wire/apis/offset-fetch.ts'
import { offsetForLeaderEpoch } from '../../../lib/transport/kafka/wire/apis/offset-for-leader-epoch.ts'
import { produce } from '../../../lib/transport/kafka/wire/apis/produce.ts'
import { syncGroup } from '../../../lib/transport/kafka/wire/apis/sync-group.ts'
import type { Api } from '../../../lib/transport/kafka/wire/schema.ts'
import { RecordBatchBuilder } from '../../../lib/transport/record-batch/record-batch-builder.ts'
import { connected } from './ask.ts'
import type { Ask } from './ask.ts'
import { ownKafka } from '../../servers/kafka-for-tests.ts'

const group = 'answers'
const topic = 'answers'
const timeoutMs = 5000
const member = { groupId: group, generationId: 1, memberId: 'nobody', groupInstanceId: null }
const join = {
  groupId: group,
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 10_000,
  memberId: '',
  protocolType: 'consumer',
  protocols: [{ name: 'range', metadata: Buffer.of(1) }],
}
const newTopic = {
  name: topic,
  numPartitions: 1,
  replicationFactor: 1,
  assignments: [],
  configs: [{ name: 'retention.ms', value: '-1' }],
}
const wanted = (name: string, offset: number, currentLeaderEpoch = -1) => ({
  replicaId: -1,
  maxWaitMs: 0,
  minBytes: 0,
  topics: [{ topic: name, partitions: [{ partition: 0, fetchOffset: offset, currentLeaderEpoch, partitionMaxBytes: 1000 }] }],
})
const commit = (identity: { readonly generationIdOrMemberEpoch: number; readonly memberId: string }, name = topic) => ({
  groupId: group,
  groupInstanceId: null,
  ...identity,
  topics: [{ name, partitions: [{ partitionIndex: 0, committedOffset: 0, committedMetadata: null }] }],
})

function batch(baseSequence: number, producerEpoch: number): Uint8Array {
  const builder = new RecordBatchBuilder('none')
  builder.append(Buffer.from('k'), Buffer.from('v'), 1, noHeaders)
  return builder.seal({ producerId: 77_000, producerEpoch, baseSequence, isTransactional: false })
}
const write = (name: string, records: Uint8Array | null) => ({
  acks: -1,
  timeoutMs,
  topicData: [{ name, partitionData: [{ index: 0, records }] }],
})

/** What is asked, in this order. Each answers with the error codes, and what else clients decide by. */
const questions: Readonly<Record<string, (ask: Ask) => Promise<unknown>>> = {
  'a topic is created': async (ask) => codes((await ask(createTopics, 5, { topics: [newTopic], timeoutMs })).topics),
  'a topic is created again': async (ask) => codes((await ask(createTopics, 5, { topics: [newTopic], timeoutMs })).topics),
  'a topic has no such name': async (ask) =>
    codes((await ask(createTopics, 5, { topics: [{ ...newTopic, name: 'a b' }], timeoutMs })).topics),
  'a topic has too many replicas': async (ask) =>
    codes((await ask(createTopics, 5, { topics: [{ ...newTopic, name: 'b', replicationFactor: 5 }], timeoutMs })).topics),
  'a topic has no such configuration': async (ask) =>
    codes(
      (await ask(createTopics, 5, { topics: [{ ...newTopic, name: 'b', configs: [{ name: 'x', value: '1' }] }], timeoutMs }))
        .topics,
    ),
  'an unknown topic is deleted': async (ask) =>
    codes((await ask(deleteTopics, 4, { topicNames: ['unknown'], timeoutMs })).responses),
  'metadata of an unknown topic': async (ask) =>
    codes((await ask(metadata, 9, { topics: [{ name: 'unknown' }], allowAutoTopicCreation: false })).topics),
  'configuration of an unknown topic': async (ask) =>
    codes(
      (await ask(describeConfigs, 2, { resources: [{ resourceType: 2, resourceName: 'unknown', configurationKeys: null }] }))
        .results,
    ),
  'a write to an unknown topic': async (ask) => written(await ask(produce, 9, write('unknown', batch(0, 0)))),
  'a write of no batch': async (ask) => written(await ask(produce, 9, write(topic, Buffer.alloc(0)))).errorCode !== 0,
  'a first write': async (ask) => written(await ask(produce, 9, write(topic, batch(0, 0)))),
  'a write again': async (ask) => written(await ask(produce, 9, write(topic, batch(0, 0)))),
  'a write after a gap': async (ask) => written(await ask(produce, 9, write(topic, batch(5, 0)))),
  'a write of the next epoch': async (ask) => written(await ask(produce, 9, write(topic, batch(0, 1)))),
  'a write of an old epoch': async (ask) => written(await ask(produce, 9, write(topic, batch(1, 0)))),
  'a fetch of an unknown topic': async (ask) => fetched(await ask(fetch, 11, wanted('unknown', 0))),
  'a fetch beyond the end': async (ask) => fetched(await ask(fetch, 11, wanted(topic, 1000))),
  'a fetch of an unknown epoch': async (ask) => fetched(await ask(fetch, 11, wanted(topic, 0, 1000))),
  'a fetch': async (ask) => fetched(await ask(fetch, 11, wanted(topic, 0))),
  'offsets of an unknown topic': async (ask) => listed(await ask(listOffsets, 5, offsets('unknown', -1))),
  'the end': async (ask) => listed(await ask(listOffsets, 5, offsets(topic, -1))),
  'the start': async (ask) => listed(await ask(listOffsets, 5, offsets(topic, -2))),
  'a time after the last record': async (ask) => listed(await ask(listOffsets, 5, offsets(topic, 1e12))),
  'the end of an epoch': async (ask) =>
    (await ask(offsetForLeaderEpoch, 3, { topics: [{ topic, partitions: [{ partition: 0, leaderEpoch: 0 }] }] })).topics,
  'records of an unknown topic are deleted': async (ask) =>
    codes(
      (await ask(deleteRecords, 1, { topics: [{ name: 'unknown', partitions: [{ partitionIndex: 0, offset: 0 }] }], timeoutMs }))
        .topics[0]!.partitions,
    ),
  'records beyond the end are deleted': async (ask) =>
    codes(
      (await ask(deleteRecords, 1, { topics: [{ name: topic, partitions: [{ partitionIndex: 0, offset: 99 }] }], timeoutMs }))
        .topics[0]!.partitions,
    ),
  'a heartbeat of an unknown group': async (ask) => (await ask(heartbeat, 3, { ...member, groupId: 'unknown' })).errorCode,
  'a join of no group': async (ask) => (await ask(joinGroup, 5, { ...join, groupId: '' })).errorCode,
  'a join without id': async (ask) => (await ask(joinGroup, 5, join)).errorCode,
  'a join with an unknown id': async (ask) => (await ask(joinGroup, 5, { ...join, memberId: 'nobody' })).errorCode,
  'a deletion of an unknown group': async (ask) => codes((await ask(deleteGroups, 1, { groupsNames: ['unknown'] })).results),
  'a commit without a group': async (ask) =>
    committed(await ask(offsetCommit, 7, { ...commit({ generationIdOrMemberEpoch: -1, memberId: '' }), groupId: 'simple' })),
  'committed offsets': async (ask) =>
    (await ask(offsetFetch, 7, { groupId: 'simple', topics: [{ name: topic, partitionIndexes: [0, 1] }] })).topics,
  'the life of a member': lifeOfMember,
  'an unknown group is described': async (ask) =>
    (await ask(describeGroups, 4, { groups: ['unknown'] })).groups.map(({ errorCode, groupState }) => ({
      errorCode,
      groupState,
    })),
}

async function lifeOfMember(ask: Ask): Promise<unknown> {
  const { memberId } = await ask(joinGroup, 5, join)
  const joined = await ask(joinGroup, 5, { ...join, memberId })
  const identity = { ...member, memberId, generationId: joined.generationId }
  const other = { generationIdOrMemberEpoch: joined.generationId + 5, memberId }
  const own = { generationIdOrMemberEpoch: joined.generationId, memberId }
  return {
    joined: [joined.errorCode, joined.generationId, joined.protocolName, joined.members.length, joined.leader === memberId],
    beforeSync: [
      (await ask(heartbeat, 3, identity)).errorCode,
      committed(await ask(offsetCommit, 7, commit(own))),
      committed(await ask(offsetCommit, 7, commit({ generationIdOrMemberEpoch: -1, memberId: '' }))),
    ],
    synced: await ask(syncGroup, 3, { ...identity, assignments: [{ memberId, assignment: Buffer.of(9) }] }),
    afterSync: [
      (await ask(heartbeat, 3, identity)).errorCode,
      (await ask(heartbeat, 3, { ...identity, generationId: 99 })).errorCode,
      (await ask(heartbeat, 3, { ...identity, memberId: 'nobody' })).errorCode,
      committed(await ask(offsetCommit, 7, commit(own))),
      committed(await ask(offsetCommit, 7, commit(own, 'unknown'))),
      committed(await ask(offsetCommit, 7, commit(other))),
      committed(await ask(offsetCommit, 7, commit({ generationIdOrMemberEpoch: joined.generationId, memberId: 'nobody' }))),
      committed(await ask(offsetCommit, 7, commit({ generationIdOrMemberEpoch: -1, memberId: '' }))),
    ],
    otherProtocol: (await ask(joinGroup, 4, { ...join, protocols: [{ name: 'other', metadata: Buffer.of(1) }], memberId: 'x' }))
      .errorCode,
    deleted: codes((await ask(deleteGroups, 1, { groupsNames: [group] })).results),
    left: [
      (await ask(leaveGroup, 3, { groupId: group, members: [{ memberId: 'nobody' }] })).members.map(({ errorCode }) => errorCode),
      (await ask(leaveGroup, 3, { groupId: group, members: [{ memberId }] })).members.map(({ errorCode }) => errorCode),
      (await ask(heartbeat, 3, identity)).errorCode,
    ],
  }
}

const offsets = (name: string, timestamp: number) => ({
  replicaId: -1,
  topics: [{ name, partitions: [{ partitionIndex: 0, timestamp }] }],
})
const codes = (results: readonly { readonly errorCode: number }[]): readonly number[] => results.map(({ errorCode }) => errorCode)

type ResponseOf<T> = T extends Api<unknown, never, infer A, never> ? A : never

function written({ responses }: ResponseOf<typeof produce>) {
  const [{ errorCode, baseOffset } = { errorCode: -2, baseOffset: -2 }] = responses[0]!.partitionResponses
  return { errorCode, baseOffset }
}

function fetched({ responses }: ResponseOf<typeof fetch>) {
  const [partition] = responses[0]!.partitions
  const { errorCode, highWatermark, lastStableOffset, logStartOffset, records } = partition!
  return { errorCode, highWatermark, lastStableOffset, logStartOffset, bytes: records?.length ?? 0 }
}

function listed({ topics }: ResponseOf<typeof listOffsets>) {
  return topics[0]!.partitions
}

function committed({ topics }: ResponseOf<typeof offsetCommit>): readonly number[] {
  return codes(topics[0]!.partitions)
}

t.test('the embedded broker answers as Kafka does, also to requests that are wrong', async (t) => {
  const kafka = await ownKafka(t)
  if (kafka === null) return
  const embedded = await EmbeddedKafka.open()
  t.teardown(() => embedded.close())
  const askKafka = await connected(t, kafka.bootstrapServers)
  const askEmbedded = await connected(t, (await embedded.listen(0)).bootstrapServers)
  for (const groupId of [group, 'unknown', 'simple']) await found(askKafka, groupId)
  for (const [question, answer] of Object.entries(questions)) t.same(await answer(askEmbedded), await answer(askKafka), question)
})

/** Kafka makes the topic of committed offsets when somebody asks for the first coordinator, and loads it then. */
async function found(ask: Ask, groupId: string): Promise<void> {
  const isReady = async (): Promise<boolean> => {
    const { errorCode } = await ask(findCoordinator, 2, { key: groupId })
    return errorCode === 0 && !loading.has((await ask(heartbeat, 3, { ...member, groupId })).errorCode)
  }
  while (!(await isReady())) await new Promise((resolve) => setTimeout(resolve, 200))
}

const loading = new Set([14, 15, 16])
