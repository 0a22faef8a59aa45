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

const groupKey = 0

export function findCoordinatorRequest(groupId: string): KafkaRequest<Coordinator> {
  return kafkaRequest(findCoordinator, {
    minVersion: 2,
    body: { key: groupId, keyType: groupKey, coordinatorKeys: [groupId] },
    read: ({ errorCode, nodeId, coordinators: [found] }) =>
      found === undefined ? { errorCode, nodeId } : { errorCode: found.errorCode, nodeId: found.nodeId },
  })
}
