import t from 'tap'
import { EmbeddedKafka } from '../../../lib/embedded.ts'
import { noHeaders } from '../../../lib/model/headers.ts'
import { addOffsetsToTxn } from '../../../lib/transport/kafka/wire/apis/add-offsets-to-txn.ts'
import { addPartitionsToTxn } from '../../../lib/transport/kafka/wire/apis/add-partitions-to-txn.ts'
import { createTopics } from '../../../lib/transport/kafka/wire/apis/create-topics.ts'
import { endTxn } from '../../../lib/transport/kafka/wire/apis/end-txn.ts'
import { fetch } from '../../../lib/transport/kafka/wire/apis/fetch.ts'
import { findCoordinator } from '../../../lib/transport/kafka/wire/apis/find-coordinator.ts'
import { initProducerId } from '../../../lib/transport/kafka/wire/apis/init-producer-id.ts'
import { offsetFetch } from '../../../lib/transport/kafka/wire/apis/offset-fetch.ts'
import { produce } from '../../../lib/transport/kafka/wire/apis/produce.ts'
import { txnOffsetCommit } from '../../../lib/transport/kafka/wire/apis/txn-offset-commit.ts'
import { RecordBatchBuilder } from '../../../lib/transport/record-batch/record-batch-builder.ts'
import { connected } from './ask.ts'
import type { Ask } from './ask.ts'
import { ownKafka } from '../../servers/kafka-for-tests.ts'

const topic = 'transactional'
const timeoutMs = 5000
const concurrent = 51
const loading = new Set([14, 15, 16])

/** The producer that asks. Answers show its epochs relative to the first one, and no ids. */
class TestProducer {
  readonly #ask: Ask
  readonly id: string
  identity = { producerId: -1, producerEpoch: -1 }

  constructor(ask: Ask, id: string) {
    this.#ask = ask
    this.id = id
  }

  get #owner() {
    return { transactionalId: this.id, ...this.identity }
  }

  async init(known = { producerId: -1, producerEpoch: -1 }, transactionTimeoutMs = 60_000, version = 5) {
    const request = { transactionalId: this.id, transactionTimeoutMs, ...known }
    const answer = await this.#untilDone(async () => this.#ask(initProducerId, version, request))
    if (answer.errorCode === 0) this.identity = { producerId: answer.producerId, producerEpoch: answer.producerEpoch }
    return [answer.errorCode, answer.producerEpoch]
  }

  async initOnce() {
    const request = { transactionalId: this.id, transactionTimeoutMs: 60_000, producerId: -1, producerEpoch: -1 }
    return (await this.#ask(initProducerId, 5, request)).errorCode
  }

  async add(partitions = [0], version = 3, name = topic) {
    const { producerId, producerEpoch } = this.identity
    const answer = await this.#ask(addPartitionsToTxn, version, {
      v3AndBelowTransactionalId: this.id,
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: [{ name, partitions }],
    })
    const results = answer.resultsByTopicV3AndBelow[0]!.resultsByPartition
    return results.toSorted((left, right) => left.partitionIndex - right.partitionIndex).map((each) => each.partitionErrorCode)
  }

  async addGroup(groupId: string, version = 4) {
    return (await this.#ask(addOffsetsToTxn, version, { ...this.#owner, groupId })).errorCode
  }

  /** Version 12 adds the partition, version 11 needs it to be added. */
  async write(version: number, baseSequence: number, { transactionalId = this.id as string | null, partition = 0 } = {}) {
    const builder = new RecordBatchBuilder('none')
    builder.append(Buffer.from('k'), Buffer.from('v'), Date.now(), noHeaders)
    const records = Buffer.from(builder.seal({ ...this.identity, baseSequence, isTransactional: true }))
    const topicData = [{ name: topic, partitionData: [{ index: partition, records }] }]
    const answer = await this.#ask(produce, version, { transactionalId, acks: -1, timeoutMs, topicData })
    return answer.responses[0]!.partitionResponses[0]!.errorCode
  }

  async commitOffset(groupId: string, version: number, { generation = -1, memberId = '', partition = 0, name = topic } = {}) {
    const partitions = [{ partitionIndex: partition, committedOffset: 5, committedMetadata: 'm' }]
    const member = { generationIdOrMemberEpoch: generation, memberId, groupInstanceId: null }
    const answer = await this.#ask(txnOffsetCommit, version, {
      ...this.#owner,
      groupId,
      ...member,
      topics: [{ name, partitions }],
    })
    return answer.topics[0]!.partitions[0]!.errorCode
  }

  async end(version: number, isCommit: boolean, identity = this.identity) {
    const request = { transactionalId: this.id, ...identity, committed: isCommit }
    const answer = await this.#untilDone(async () => this.#ask(endTxn, version, request))
    const { errorCode, producerEpoch } = answer
    if (errorCode === 0 && version >= 5) this.identity = { producerId: answer.producerId, producerEpoch }
    return version >= 5 ? [errorCode, producerEpoch] : errorCode
  }

  /** Asks again while a transaction is being ended, which takes Kafka some milliseconds. */
  async #untilDone<T extends { readonly errorCode: number }>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      const answer = await ask()
      if (answer.errorCode !== concurrent && !loading.has(answer.errorCode)) return answer
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

type Life = (producer: TestProducer, ask: Ask) => Promise<unknown>

async function committed(ask: Ask, groupId: string, requireStable: boolean) {
  const { topics } = await ask(offsetFetch, 7, { groupId, topics: [{ name: topic, partitionIndexes: [0] }], requireStable })
  return topics[0]!.partitions
}

async function stable(ask: Ask, groupId: string) {
  for (;;) {
    const partitions = await committed(ask, groupId, true)
    if (partitions.every(({ errorCode }) => errorCode === 0)) return partitions
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Each has a producer of its own, and names what it asks. */
const lives: Readonly<Record<string, Life>> = {
  'nobody is initialized': async (producer) => [
    await producer.add(),
    await producer.addGroup('g1'),
    await producer.end(4, true),
    await producer.write(11, 0),
    await producer.write(12, 0),
    await producer.commitOffset('g1', 3),
    await producer.commitOffset('g1', 5),
  ],
  'a first init, and another': async (producer) => [await producer.init(), await producer.init()],
  'an init with a timeout that is too long': async (producer) => [
    await producer.init(undefined, 2 ** 30),
    await producer.init(undefined, 0),
  ],
  'an init by the identity, its repetition, and by an older one': async (producer) => {
    await producer.init()
    const { identity } = producer
    const next = await producer.init(identity)
    const again = await producer.init(identity)
    await producer.init(producer.identity)
    return [next, again, await producer.init(identity), await producer.init(identity, 60_000, 3)]
  },
  'a transaction of version 1': async (producer) => {
    await producer.init()
    const unadded = await producer.write(11, 0)
    const added = await producer.add()
    const written = [await producer.write(11, 0), await producer.write(11, 1), await producer.write(11, 1, { partition: 1 })]
    const ended = [await producer.end(4, true), await producer.end(4, true), await producer.end(4, false)]
    return { unadded, added, written, ended, late: await producer.write(11, 2) }
  },
  'transactions of version 1 follow each other': async (producer) => {
    await producer.init()
    const seen: unknown[] = []
    for (const isCommit of [true, false, true]) {
      let added = await producer.add()
      while (added[0] === concurrent) added = await producer.add()
      seen.push(added, await producer.write(11, seen.length / 3), await producer.end(4, isCommit))
    }
    return seen
  },
  'a transaction of version 2': async (producer) => {
    await producer.init()
    const first = { ...producer.identity }
    const written = [await producer.write(12, 0), await producer.write(12, 1), await producer.write(12, 0, { partition: 1 })]
    const ended = await producer.end(5, true)
    const again = await producer.end(5, true, first)
    const other = await producer.end(5, false, first)
    return { written, ended, again, other, nothing: await producer.end(5, true), aborted: await producer.end(5, false) }
  },
  'transactions of version 2 follow each other': async (producer) => {
    await producer.init()
    const seen: unknown[] = []
    for (const isCommit of [true, false, true]) {
      let written = await producer.write(12, 0)
      while (written === concurrent) written = await producer.write(12, 0)
      seen.push(written, await producer.end(5, isCommit))
    }
    return seen
  },
  'an abort of nothing in version 1 and 2': async (producer) => {
    await producer.init()
    return [await producer.end(4, false), await producer.end(5, false), await producer.end(5, false), await producer.end(5, true)]
  },
  'an old epoch': async (producer) => {
    await producer.init()
    const { identity } = producer
    await producer.init()
    producer.identity = identity
    return [
      await producer.add(),
      await producer.add([0], 1),
      await producer.addGroup('g2'),
      await producer.addGroup('g2', 1),
      await producer.end(4, true),
      await producer.end(1, true),
      await producer.end(5, true),
      await producer.write(11, 0),
      await producer.write(12, 0),
      await producer.commitOffset('g2', 3),
      await producer.commitOffset('g2', 5),
    ]
  },
  'an init while a transaction is open': async (producer) => {
    await producer.init()
    const { identity } = producer
    await producer.write(12, 0)
    const once = await producer.initOnce()
    const next = await producer.init()
    const current = producer.identity
    producer.identity = identity
    const zombie = [await producer.write(12, 1), await producer.end(5, true), await producer.end(4, true)]
    producer.identity = current
    return { once, next, zombie, written: await producer.write(12, 0), ended: await producer.end(5, true) }
  },
  'an init by the identity while its transaction is open': async (producer) => {
    await producer.init()
    const { identity } = producer
    await producer.write(12, 0)
    return [await producer.init(identity), await producer.init()]
  },
  'partitions that are not there': async (producer) => {
    await producer.init()
    return [await producer.add([0, 99]), await producer.add([0], 3, 'unknown'), await producer.add([0])]
  },
  'a batch without a transactional id': async (producer) => {
    await producer.init()
    return [await producer.write(11, 0, { transactionalId: null }), await producer.write(12, 0, { transactionalId: null })]
  },
  'sequences in a transaction': async (producer) => {
    await producer.init()
    return [await producer.write(12, 0), await producer.write(12, 0), await producer.write(12, 5), await producer.end(5, false)]
  },
  'offsets of version 1': async (producer, ask) => {
    await producer.init()
    const unadded = await producer.commitOffset('g3', 3)
    const added = await producer.addGroup('g3')
    const sent = [
      await producer.commitOffset('g3', 3),
      await producer.commitOffset('g3', 4, { name: 'unknown' }),
      await producer.commitOffset('g3', 4, { generation: 3, memberId: 'nobody' }),
      await producer.commitOffset('g3', 4, { memberId: 'nobody' }),
    ]
    const pending = [await committed(ask, 'g3', false), await committed(ask, 'g3', true)]
    return { unadded, added, sent, pending, ended: await producer.end(4, true), after: await stable(ask, 'g3') }
  },
  'offsets of version 2': async (producer, ask) => {
    await producer.init()
    const sent = [
      await producer.commitOffset('g4', 5, { generation: 3, memberId: 'nobody' }),
      await producer.commitOffset('g4', 5, { name: 'unknown' }),
      await producer.commitOffset('g4', 5),
    ]
    const pending = [await committed(ask, 'g4', false), await committed(ask, 'g4', true)]
    return { sent, pending, ended: await producer.end(5, false), after: await stable(ask, 'g4') }
  },
}

t.test('the embedded broker answers requests of transactions as Kafka does', async (t) => {
  const kafka = await ownKafka(t)
  if (kafka === null) return
  const embedded = await EmbeddedKafka.open()
  t.teardown(() => embedded.close())
  const askKafka = await connected(t, kafka.bootstrapServers)
  const askEmbedded = await connected(t, (await embedded.listen(0)).bootstrapServers)
  for (const ask of [askKafka, askEmbedded]) {
    const configs = [{ name: 'retention.ms', value: '-1' }]
    const topics = [{ name: topic, numPartitions: 2, replicationFactor: 1, assignments: [], configs }]
    await ask(createTopics, 5, { topics, timeoutMs })
  }
  for (const groupId of ['g1', 'g2', 'g3', 'g4']) await found(askKafka, groupId, 0)
  for (const [index, [sentence, life]] of Object.entries(lives).entries()) {
    const id = `life-${index}`
    await found(askKafka, id, 1)
    const answer = await life(new TestProducer(askEmbedded, id), askEmbedded)
    t.same(answer, await life(new TestProducer(askKafka, id), askKafka), sentence)
  }
  const visible = async (ask: Ask) => {
    const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1 << 20 }]
    const read = { replicaId: -1, maxWaitMs: 0, minBytes: 0, isolationLevel: 1, topics: [{ topic, partitions }] }
    const { highWatermark, lastStableOffset, abortedTransactions, records } = (await ask(fetch, 11, read)).responses[0]!
      .partitions[0]!
    return {
      highWatermark,
      lastStableOffset,
      bytes: records?.length,
      aborted: abortedTransactions?.map(({ firstOffset }) => firstOffset),
    }
  }
  t.same(await visible(askEmbedded), await visible(askKafka), 'the logs')
})

/** Kafka makes the topics of coordinators when somebody asks for the first one, and loads them then. */
async function found(ask: Ask, key: string, keyType: number): Promise<void> {
  const isReady = async (): Promise<boolean> => {
    if ((await ask(findCoordinator, 2, { key, keyType })).errorCode !== 0) return false
    if (keyType === 0) return (await ask(offsetFetch, 7, { groupId: key, topics: [], requireStable: false })).errorCode === 0
    const unknown = { transactionalId: key, producerId: 0, producerEpoch: 0, committed: true }
    return (await ask(endTxn, 4, unknown)).errorCode === 49
  }
  while (!(await isReady())) await new Promise((resolve) => setTimeout(resolve, 100))
}
