import { randomUUID } from 'node:crypto'
import t from 'tap'
import type { Test } from 'tap'
import { kafka } from '../../../lib/transport/kafka/kafka.ts'
import { addOffsetsToTxn } from '../../../lib/transport/kafka/wire/apis/add-offsets-to-txn.ts'
import { addPartitionsToTxn } from '../../../lib/transport/kafka/wire/apis/add-partitions-to-txn.ts'
import { endTxn } from '../../../lib/transport/kafka/wire/apis/end-txn.ts'
import { findCoordinator } from '../../../lib/transport/kafka/wire/apis/find-coordinator.ts'
import { initProducerId } from '../../../lib/transport/kafka/wire/apis/init-producer-id.ts'
import { offsetForLeaderEpoch } from '../../../lib/transport/kafka/wire/apis/offset-for-leader-epoch.ts'
import { produce } from '../../../lib/transport/kafka/wire/apis/produce.ts'
import { streamsGroupHeartbeat } from '../../../lib/transport/kafka/wire/apis/streams-group-heartbeat.ts'
import { txnOffsetCommit } from '../../../lib/transport/kafka/wire/apis/txn-offset-commit.ts'
import { RecordBatchBuilder } from '../../../lib/transport/record-batch/record-batch-builder.ts'
import { newTopic } from '../../conformance/transport/transport-case.ts'
import { sharedKafka } from '../../servers/kafka-for-tests.ts'
import { connect, type Asker } from './asker.ts'

// The requests of transactions and of streams groups, which no client sends yet, are sent to a real broker. It takes them, and its
// answers are read to their last byte.

const notLeader = 6

interface Producing {
  readonly transactionalId: string
  readonly producerId: number
  readonly producerEpoch: number
}

type CoordinatorKind = 0 | 1 // of a group, of a transactional id

/** Finds the coordinator. On a new cluster the coordinator's topic begins to exist by that question. */
async function awaitCoordinator(asker: Asker, keyType: CoordinatorKind, key: string): Promise<void> {
  for (;;) {
    const { coordinators } = await asker.ask(findCoordinator, 4, { keyType, coordinatorKeys: [key] })
    if (coordinators[0]!.errorCode === 0) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Gets an identity of a transactional id of its own. */
async function begin(t: Test, asker: Asker, version: number): Promise<Producing> {
  const transactionalId = `txn-${randomUUID()}`
  await awaitCoordinator(asker, 1, transactionalId)
  const body = { transactionalId, transactionTimeoutMs: 60_000 }
  const { errorCode, producerId, producerEpoch } = await asker.untilReady(initProducerId, version, body)
  t.same([errorCode, producerEpoch], [0, 0])
  return { transactionalId, producerId, producerEpoch }
}

function batchOf({ producerId, producerEpoch }: Producing, baseSequence: number): Uint8Array {
  const builder = new RecordBatchBuilder('none')
  builder.append(null, Buffer.from('x'), Date.now(), [])
  return builder.seal({ producerId, producerEpoch, baseSequence, isTransactional: true })
}

async function write(
  t: Test,
  asker: Asker,
  version: number,
  topic: string,
  producing: Producing,
  sequence: number,
): Promise<void> {
  const partitionData = [{ index: 0, records: batchOf(producing, sequence) }]
  const { transactionalId } = producing
  const body = { transactionalId, acks: -1, timeoutMs: 5000, topicData: [{ name: topic, partitionData }] }
  for (;;) {
    const answer = (await asker.ask(produce, version, body)).responses[0]?.partitionResponses[0]
    if (answer?.errorCode !== notLeader) return void t.match(answer, { errorCode: 0, errorMessage: null, recordErrors: [] })
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function commitOffset(t: Test, asker: Asker, version: number, topic: string, producing: Producing): Promise<void> {
  const partitions = [{ partitionIndex: 0, committedOffset: 7, committedMetadata: 'm' }]
  await awaitCoordinator(asker, 0, `group-${producing.transactionalId}`)
  for (;;) {
    const { topics } = await asker.ask(txnOffsetCommit, version, {
      ...producing,
      groupId: `group-${producing.transactionalId}`,
      topics: [{ name: topic, partitions }],
    })
    const errorCode = topics[0]?.partitions[0]?.errorCode
    if (errorCode !== 14 && errorCode !== 15 && errorCode !== 16) return void t.equal(errorCode, 0)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const bootstrapServers = await sharedKafka(t)
if (bootstrapServers !== null) {
  const cluster = kafka({ bootstrapServers })

  for (const version of [3, 4])
    t.test(`transactions whose partitions are added: versions ${version}`, async (t) => {
      const topic = await newTopic(t, cluster)
      const asker = await connect(t, bootstrapServers)
      const producing = await begin(t, asker, version)
      const added = await asker.ask(addPartitionsToTxn, 3, {
        v3AndBelowTransactionalId: producing.transactionalId,
        v3AndBelowProducerId: producing.producerId,
        v3AndBelowProducerEpoch: producing.producerEpoch,
        v3AndBelowTopics: [{ name: topic, partitions: [0] }],
      })
      t.match(added.resultsByTopicV3AndBelow, [{ name: topic, resultsByPartition: [{ partitionErrorCode: 0 }] }])
      await write(t, asker, 11, topic, producing, 0)
      const group = { ...producing, groupId: `group-${producing.transactionalId}` }
      t.equal((await asker.untilReady(addOffsetsToTxn, version, group)).errorCode, 0)
      await commitOffset(t, asker, version, topic, producing)
      t.equal((await asker.untilReady(endTxn, version, { ...producing, committed: true })).errorCode, 0)
    })

  t.test('KIP-890: transactions whose partitions are added by use, and whose end raises the epoch', async (t) => {
    const topic = await newTopic(t, cluster)
    const asker = await connect(t, bootstrapServers)
    if ((asker.features.get('transaction.version') ?? 0) < 2)
      return void t.pass('', { skip: 'this cluster has transaction.version below 2' })
    const producing = await begin(t, asker, 5)
    await write(t, asker, 12, topic, producing, 0)
    await commitOffset(t, asker, 5, topic, producing)
    const ended = await asker.untilReady(endTxn, 5, { ...producing, committed: true })
    t.match(ended, { errorCode: 0, producerId: producing.producerId, producerEpoch: producing.producerEpoch + 1 })
  })

  t.test('OffsetForLeaderEpoch tells where an epoch ends', async (t) => {
    const topic = await newTopic(t, cluster)
    const asker = await connect(t, bootstrapServers)
    for (const version of [2, 3, 4]) {
      const partitions = [{ partition: 0, currentLeaderEpoch: 0, leaderEpoch: 0 }]
      const { topics } = await asker.ask(offsetForLeaderEpoch, version, { topics: [{ topic, partitions }] })
      t.match(topics, [{ topic, partitions: [{ errorCode: 0, partition: 0, leaderEpoch: 0, endOffset: 0 }] }])
    }
  })

  t.test('a member joins a streams group (KIP-1071)', async (t) => {
    const topic = await newTopic(t, cluster)
    const asker = await connect(t, bootstrapServers)
    const newest = asker.versions.get(streamsGroupHeartbeat.key)?.max ?? -1
    if (newest < 0) return void t.pass('', { skip: 'this broker has no streams groups' })
    for (let version = 0; version <= Math.min(1, newest); version++) {
      const none = { stateChangelogTopics: [], repartitionSinkTopics: [], repartitionSourceTopics: [], copartitionGroups: [] }
      const member = { groupId: `streams-${randomUUID()}`, memberId: randomUUID(), endpointInformationEpoch: 0 }
      const answer = await asker.untilReady(streamsGroupHeartbeat, version, {
        ...member,
        memberEpoch: 0,
        rebalanceTimeoutMs: 10_000,
        processId: 'process',
        clientTags: [{ key: 'zone', value: 'a' }],
        activeTasks: [],
        standbyTasks: [],
        warmupTasks: [],
        topology: { epoch: 0, subtopologies: [{ subtopologyId: '0', sourceTopics: [topic], sourceTopicRegex: [], ...none }] },
      })
      t.match(answer, { errorCode: 0, memberId: member.memberId, memberEpoch: 1 })
      let { activeTasks, memberEpoch } = answer
      while ((activeTasks ?? []).length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 100))
        const beat = await asker.ask(streamsGroupHeartbeat, version, { ...member, memberEpoch })
        if (beat.errorCode !== 0) throw new Error(`error ${beat.errorCode}: ${beat.errorMessage}`)
        ;({ activeTasks, memberEpoch } = beat)
      }
      t.match(activeTasks, [{ subtopologyId: '0', partitions: [0] }])
      const left = await asker.ask(streamsGroupHeartbeat, version, { ...member, memberEpoch: -1 })
      t.equal(left.errorCode, 0)
    }
  })
}
