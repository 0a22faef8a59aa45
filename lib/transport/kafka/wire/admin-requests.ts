import type { NewTopic, PartitionOffset } from '../../admin.ts'
import { createPartitions } from './apis/create-partitions.ts'
import { createTopics } from './apis/create-topics.ts'
import { deleteRecords } from './apis/delete-records.ts'
import { deleteTopics } from './apis/delete-topics.ts'
import { describeConfigs } from './apis/describe-configs.ts'
import { incrementalAlterConfigs } from './apis/incremental-alter-configs.ts'
import type { PartitionError } from './offset-requests.ts'
import { byTopic, kafkaRequest } from './request.ts'
import { zeroUuid } from './schema.ts'
import type { KafkaRequest } from './request.ts'

export interface NamedError {
  readonly name: string
  readonly errorCode: number
  /** The broker's own message. */
  readonly message: string | null
}

/** From version 4 on, −1 partitions or replicas mean the broker's default. */
export function createTopicsRequest(topics: readonly NewTopic[], timeoutMs: number): KafkaRequest<readonly NamedError[]> {
  return kafkaRequest(createTopics, {
    minVersion: 4,
    brokerWaitMs: timeoutMs,
    body: {
      topics: topics.map(({ name, partitions, replicationFactor = -1, config = {} }) => ({
        name,
        numPartitions: partitions,
        replicationFactor,
        assignments: [],
        configs: Object.entries(config).map(([key, value]) => ({ name: key, value })),
      })),
      timeoutMs,
    },
    read: (response) => response.topics.map(namedError),
  })
}

export function deleteTopicsRequest(names: readonly string[], timeoutMs: number): KafkaRequest<readonly NamedError[]> {
  return kafkaRequest(deleteTopics, {
    brokerWaitMs: timeoutMs,
    body: { topics: names.map((name) => ({ name, topicId: zeroUuid })), topicNames: names, timeoutMs },
    read: ({ responses }) => responses.map(namedError),
  })
}

export function createPartitionsRequest(topic: string, count: number, timeoutMs: number): KafkaRequest<readonly NamedError[]> {
  return kafkaRequest(createPartitions, {
    brokerWaitMs: timeoutMs,
    body: { topics: [{ name: topic, count, assignments: null }], timeoutMs, validateOnly: false },
    read: ({ results }) => results.map(namedError),
  })
}

interface NamedResult {
  readonly name: string | null
  readonly errorCode: number
  readonly errorMessage: string | null
}

function namedError({ name, errorCode, errorMessage }: NamedResult): NamedError {
  return { name: name ?? '', errorCode, message: errorMessage }
}

export interface ConfigDescription {
  readonly errorCode: number
  readonly message: string | null
  readonly config: Readonly<Record<string, string>>
}

const topicResource = 2

/** The broker does not send sensitive values (passwords), so the description leaves them out. */
export function describeTopicConfigRequest(topic: string): KafkaRequest<ConfigDescription> {
  return kafkaRequest(describeConfigs, {
    body: { resources: [{ resourceType: topicResource, resourceName: topic, configurationKeys: null }] },
    read: ({ results: [result] }) => {
      if (result === undefined) return { errorCode: -1, message: 'no description came back', config: {} }
      const entries = result.configs.flatMap(({ name, value }) => (value === null ? [] : [[name, value] as const]))
      return { errorCode: result.errorCode, message: result.errorMessage, config: Object.fromEntries(entries) }
    },
  })
}

const [setOperation, deleteOperation] = [0, 1]

export function alterTopicConfigRequest(
  topic: string,
  changes: Readonly<Record<string, string | null>>,
): KafkaRequest<readonly NamedError[]> {
  const configs = Object.entries(changes).map(([name, value]) => ({
    name,
    configOperation: value === null ? deleteOperation! : setOperation!,
    value,
  }))
  return kafkaRequest(incrementalAlterConfigs, {
    body: { resources: [{ resourceType: topicResource, resourceName: topic, configs }], validateOnly: false },
    read: ({ responses }) =>
      responses.map(({ resourceName: name, errorCode, errorMessage }) => namedError({ name, errorCode, errorMessage })),
  })
}

export function deleteRecordsRequest(
  before: readonly PartitionOffset[],
  timeoutMs: number,
): KafkaRequest<readonly PartitionError[]> {
  return kafkaRequest(deleteRecords, {
    brokerWaitMs: timeoutMs,
    body: {
      topics: byTopic(before).map(({ topic, partitions }) => ({
        name: topic,
        partitions: partitions.map(({ partition, offset }) => ({ partitionIndex: partition, offset })),
      })),
      timeoutMs,
    },
    read: ({ topics }) =>
      topics.flatMap(({ name: topic, partitions }) =>
        partitions.map(({ partitionIndex: partition, errorCode }) => ({ topic, partition, errorCode })),
      ),
  })
}
