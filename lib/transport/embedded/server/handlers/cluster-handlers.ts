import { apiVersions } from '../../../kafka/wire/apis/api-versions.ts'
import { describeCluster } from '../../../kafka/wire/apis/describe-cluster.ts'
import { findCoordinator } from '../../../kafka/wire/apis/find-coordinator.ts'
import { metadata } from '../../../kafka/wire/apis/metadata.ts'
import type { EmbeddedBroker } from '../../embedded-broker.ts'
import type { EmbeddedTopic } from '../../embedded-topics.ts'
import { errorCodes } from '../../../kafka/wire/error-codes.ts'
import { codeOf } from '../error-codes.ts'
import type { Handler, RequestContext } from '../handler.ts'
import { handler, upTo } from '../handler.ts'

/** KIP-35: which APIs this broker has, in which versions. */
export function apiVersionsHandler(handlers: readonly Handler[]): Handler {
  const own = { key: apiVersions.key, ...apiVersions.versions }
  const apiKeys = [...handlers, own].map(({ key, min, max }) => ({ apiKey: key, minVersion: min, maxVersion: max }))
  const sorted = apiKeys.toSorted((a, b) => a.apiKey - b.apiKey)
  return handler(apiVersions, (_, { broker }) => ({ errorCode: 0, apiKeys: sorted, ...featuresOf(broker) }))
}

/** KIP-584: the levels of the features that the cluster has agreed on. */
export function agreedFeatures({ transactionVersion }: EmbeddedBroker): ReadonlyMap<string, number> {
  return new Map([['transaction.version', transactionVersion]])
}

function featuresOf(broker: EmbeddedBroker) {
  const agreed = [...agreedFeatures(broker)]
  return {
    supportedFeatures: agreed.map(([name]) => ({ name, minVersion: 0, maxVersion: 2 })),
    finalizedFeaturesEpoch: 0,
    finalizedFeatures: agreed.map(([name, level]) => ({ name, maxVersionLevel: level, minVersionLevel: level })),
  }
}

function describeTopic(topic: EmbeddedTopic, { view }: RequestContext) {
  const replicas = view.nodes().map(({ nodeId }) => nodeId)
  const partitions = topic.partitions.map((_, partitionIndex) => {
    const { nodeId: leaderId, epoch: leaderEpoch } = view.leaderOf({ topic: topic.name, partition: partitionIndex })
    const errorCode = leaderId < 0 ? errorCodes.LEADER_NOT_AVAILABLE : 0
    return { errorCode, partitionIndex, leaderId, leaderEpoch, replicaNodes: replicas, isrNodes: replicas }
  })
  return { errorCode: 0, name: topic.name, topicId: topic.id, partitions }
}

function namedTopic(name: string, mayCreate: boolean, context: RequestContext) {
  try {
    if (mayCreate) context.broker.autoCreate(name)
    return describeTopic(context.broker.topics.topic(name), context)
  } catch (error) {
    return { errorCode: codeOf(error), name, partitions: [] }
  }
}

function topicOfId(topicId: string, context: RequestContext) {
  const topic = context.broker.topics.byId(topicId)
  return topic === undefined
    ? { errorCode: errorCodes.UNKNOWN_TOPIC_ID, name: null, topicId, partitions: [] }
    : describeTopic(topic, context)
}

const described = handler(metadata, ({ topics, allowAutoTopicCreation }, context) => {
  const { view, broker, version } = context
  const wantsAll = topics === null || (version === 0 && topics.length === 0)
  const answers = wantsAll
    ? broker.topics.all().map((topic) => describeTopic(topic, context))
    : topics.map(({ name, topicId }) =>
        name === null ? topicOfId(topicId, context) : namedTopic(name, allowAutoTopicCreation, context),
      )
  return { brokers: view.nodes(), clusterId: view.clusterId, controllerId: view.controllerId(), topics: answers }
})

/** Groups and transactional ids have coordinators. */
const coordinated: ReadonlySet<number> = new Set([0, 1])
const nobody = { nodeId: -1, host: '', port: -1 }

function coordinatorOf(key: string, keyType: number, { view }: RequestContext) {
  if (!coordinated.has(keyType)) return { key, ...nobody, errorCode: errorCodes.INVALID_REQUEST, errorMessage: null }
  const id = view.coordinatorOf(key)
  const node = view.nodes().find(({ nodeId }) => nodeId === id)
  const errorCode = node === undefined ? errorCodes.COORDINATOR_NOT_AVAILABLE : 0
  return { key, ...(node ?? nobody), errorCode, errorMessage: null }
}

const found = handler(findCoordinator, ({ key, keyType, coordinatorKeys }, context) => {
  if (context.version >= 4) return { coordinators: coordinatorKeys.map((each) => coordinatorOf(each, keyType, context)) }
  return coordinatorOf(key, keyType, context)
})

const cluster = handler(describeCluster, (_, { view }) => ({
  errorCode: 0,
  clusterId: view.clusterId,
  controllerId: view.controllerId(),
  brokers: view.nodes().map(({ nodeId, ...address }) => ({ brokerId: nodeId, ...address })),
}))

export const clusterHandlers: readonly Handler[] = [described, upTo(5, found), cluster]
