import { addOffsetsToTxn } from '../../../kafka/wire/apis/add-offsets-to-txn.ts'
import { addPartitionsToTxn } from '../../../kafka/wire/apis/add-partitions-to-txn.ts'
import { endTxn } from '../../../kafka/wire/apis/end-txn.ts'
import { initProducerId } from '../../../kafka/wire/apis/init-producer-id.ts'
import { txnOffsetCommit } from '../../../kafka/wire/apis/txn-offset-commit.ts'
import { errorCodes } from '../../../kafka/wire/error-codes.ts'
import type { ProducerIdentity } from '../../../producer-session.ts'
import { codeOf, outcomeOf } from '../error-codes.ts'
import type { Handler, RequestContext } from '../handler.ts'
import { handler, upTo } from '../handler.ts'
import { errorOfTopic, topicOf } from '../topic-of.ts'
import { misdirectedGroup } from './group-handlers.ts'

const nobody: ProducerIdentity = { producerId: -1, producerEpoch: -1 }

/** The error of a request that this broker is not the right one for. */
function misdirected(transactionalId: string, { view, nodeId }: RequestContext): number {
  const coordinator = view.coordinatorOf(transactionalId)
  if (coordinator < 0) return errorCodes.COORDINATOR_NOT_AVAILABLE
  return coordinator === nodeId ? 0 : errorCodes.NOT_COORDINATOR
}

/** Older clients know a fenced producer by another name (KIP-588). */
function forClient(errorCode: number, { version }: RequestContext, knownSince: number): number {
  return errorCode === errorCodes.PRODUCER_FENCED && version < knownSince ? errorCodes.INVALID_PRODUCER_EPOCH : errorCode
}

/** KIP-360: an idempotent producer that has lost its sequence asks for the next epoch of its id. */
function idempotent(known: ProducerIdentity, { broker }: RequestContext): ProducerIdentity {
  const isKept = known.producerId >= 0 && known.producerEpoch < 0x7fff
  return isKept
    ? { producerId: known.producerId, producerEpoch: known.producerEpoch + 1 }
    : { producerId: broker.newProducerId(), producerEpoch: 0 }
}

const initialized = handler(
  initProducerId,
  async ({ transactionalId, transactionTimeoutMs, producerId, producerEpoch }, context) => {
    const { broker } = context
    const known = { producerId, producerEpoch }
    const answered = (): ProducerIdentity =>
      transactionalId === null
        ? idempotent(known, context)
        : broker.transactions.init(transactionalId, transactionTimeoutMs, producerId < 0 ? null : known)
    const wrong = transactionalId === null ? 0 : misdirected(transactionalId, context)
    try {
      const answer = wrong === 0 ? answered() : nobody
      await broker.settled()
      return { errorCode: wrong, ...answer }
    } catch (error) {
      return { errorCode: forClient(codeOf(error), context, 4), ...nobody }
    }
  },
)

const partitionsAdded = handler(addPartitionsToTxn, async (request, context) => {
  const { v3AndBelowTransactionalId: transactionalId, v3AndBelowTopics: topics } = request
  const { broker } = context
  const identity = { producerId: request.v3AndBelowProducerId, producerEpoch: request.v3AndBelowProducerEpoch }
  const isKnown = (name: string, partition: number): boolean => broker.topics.get(name)?.partitions[partition] !== undefined
  const partitions = topics.flatMap(({ name: topic, partitions: of }) => of.map((partition) => ({ topic, partition })))
  const isComplete = partitions.every(({ topic, partition }) => isKnown(topic, partition))
  const add = (): number =>
    misdirected(transactionalId, context) || outcomeOf(() => broker.transactions.add(transactionalId, identity, { partitions }))
  const errorCode = isComplete ? forClient(add(), context, 2) : errorCodes.OPERATION_NOT_ATTEMPTED
  const errorOf = (name: string, partition: number): number =>
    isKnown(name, partition) ? errorCode : errorCodes.UNKNOWN_TOPIC_OR_PARTITION
  await broker.settled()
  const results = topics.map(({ name, partitions: of }) => ({
    name,
    resultsByPartition: of.map((partitionIndex) => ({ partitionIndex, partitionErrorCode: errorOf(name, partitionIndex) })),
  }))
  return { resultsByTopicV3AndBelow: results }
})

const groupAdded = handler(addOffsetsToTxn, async ({ transactionalId, groupId, ...identity }, context) => {
  const { broker } = context
  const wrong = misdirected(transactionalId, context)
  const errorCode = wrong || outcomeOf(() => broker.transactions.add(transactionalId, identity, { groups: [groupId] }))
  await broker.settled()
  return { errorCode: forClient(errorCode, context, 2) }
})

type Committing = ReturnType<typeof txnOffsetCommit.request.read>['topics'][number]['partitions'][number]

function commitOf(topic: string, { partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata }: Committing) {
  const at = { topic, partition: partitionIndex, offset: committedOffset }
  return { ...at, leaderEpoch: committedLeaderEpoch, metadata: committedMetadata ?? '' }
}

/** From version 5 on the group becomes part of the transaction by its offsets (KIP-890). */
const addingVersion = 5

const committed = handler(txnOffsetCommit, async ({ topics, transactionalId, producerId, producerEpoch, ...member }, context) => {
  const { broker } = context
  const identity = { ...member, generationId: member.generationIdOrMemberEpoch }
  const owner = { transactionalId, producerId, producerEpoch }
  const refused = misdirectedGroup(identity.groupId, context) || outcomeOf(() => checkCommit())
  function checkCommit(): void {
    broker.checkTransactionalCommit(identity)
    if (context.version < addingVersion)
      broker.transactions.verify(transactionalId, { producerId, producerEpoch }, identity.groupId)
  }
  const results = topics.map(({ partitions, ...reference }) => {
    const topic = topicOf(reference, broker)
    const unknown = errorOfTopic(topic, reference)
    const answers = partitions.map((committing) => {
      const commit = (): void => broker.commitInTransaction(owner, identity, [commitOf(topic, committing)])
      return {
        partitionIndex: committing.partitionIndex,
        errorCode: unknown || commitError(refused || outcomeOf(commit), context),
      }
    })
    return { ...reference, partitions: answers }
  })
  await broker.settled()
  return { topics: results }
})

/** Producers know these errors by other names from the coordinator of a group. */
function commitError(errorCode: number, { version }: RequestContext): number {
  if (errorCode === errorCodes.PRODUCER_FENCED) return errorCodes.INVALID_PRODUCER_EPOCH
  if (version >= addingVersion) return errorCode
  if (errorCode === errorCodes.TRANSACTION_ABORTABLE) return errorCodes.INVALID_TXN_STATE
  return errorCode === errorCodes.CONCURRENT_TRANSACTIONS ? errorCodes.COORDINATOR_NOT_AVAILABLE : errorCode
}

/** From version 5 on each transaction has an epoch of its own (KIP-890). */
const bumpingVersion = 5

const ended = handler(endTxn, async ({ transactionalId, committed: isCommit, ...identity }, context) => {
  const { broker, version } = context
  const wrong = misdirected(transactionalId, context)
  if (wrong !== 0) return { errorCode: wrong, ...nobody }
  try {
    const outcome = isCommit ? 'commit' : 'abort'
    const next = broker.transactions.end(transactionalId, identity, outcome, version < bumpingVersion ? 1 : 2)
    await broker.settled()
    return { errorCode: 0, ...next }
  } catch (error) {
    return { errorCode: forClient(codeOf(error), context, 2), ...nobody }
  }
})

/** Later versions of InitProducerId are unstable in Kafka, later ones of AddPartitionsToTxn are for brokers. */
export const transactionHandlers: readonly Handler[] = [
  upTo(5, initialized),
  upTo(3, partitionsAdded),
  groupAdded,
  committed,
  ended,
]
