import type { PartitionMetadata } from '../../admin.ts'
import { findCoordinator } from './apis/find-coordinator.ts'
import { metadata } from './apis/metadata.ts'
import { kafkaRequest } from './request.ts'
import type { KafkaRequest } from './request.ts'

export interface BrokerAddress {
  readonly nodeId: number
  readonly host: string
  readonly port: number
}

export interface TopicDescription {
  readonly errorCode: number
  readonly name: string
  /** The id of the topic, which a topic of the same name made later does not have. `zeroUuid` before Kafka 2.8. */
  readonly topicId: string
  readonly partitions: readonly PartitionMetadata[]
}

export interface ClusterDescription {
  readonly brokers: readonly BrokerAddress[]
  readonly controllerId: number
  readonly topics: readonly TopicDescription[]
}

/** Version 7 is the first with leader epochs. Null asks for all topics. */
export function metadataRequest(topics: readonly string[] | null): KafkaRequest<ClusterDescription> {
  return kafkaRequest(metadata, {
    minVersion: 7,
    body: { topics: topics?.map((name) => ({ name })) ?? null, allowAutoTopicCreation: false },
    read: (response) => ({
      brokers: response.brokers.map(({ nodeId, host, port }) => ({ nodeId, host, port })),
      controllerId: response.controllerId,
      topics: response.topics.map(({ errorCode, name, topicId, partitions }) => ({
        errorCode,
        name: name ?? '',
        topicId,
        partitions: partitions.map(({ partitionIndex: partition, leaderId: leader, leaderEpoch }) => ({
          partition,
          leader,
          leaderEpoch,
        })),
      })),
    }),
  })
}

export interface Coordinator {
  readonly errorCode: number
  readonly nodeId: number
}

/** Who is coordinated: a group by its id, or a producer by its transactional id. */
export type CoordinatedKind = 'group' | 'transaction'

const keyTypes: Readonly<Record<CoordinatedKind, number>> = { group: 0, transaction: 1 }

export function findCoordinatorRequest(key: string, kind: CoordinatedKind): KafkaRequest<Coordinator> {
  return kafkaRequest(findCoordinator, {
    minVersion: 2,
    body: { key, keyType: keyTypes[kind], coordinatorKeys: [key] },
    read: ({ errorCode, nodeId, coordinators: [found] }) =>
      found === undefined ? { errorCode, nodeId } : { errorCode: found.errorCode, nodeId: found.nodeId },
  })
}
