import type { NewTopic, PartitionOffset } from '../../admin.ts'
import type { PartitionError } from './offset-requests.ts'
import type { KafkaRequest } from './request.ts'
import { readTopics, writeTopics } from './request.ts'
import type { ResponseReader } from './response-reader.ts'

export interface NamedError {
  readonly name: string
  readonly errorCode: number
  /** The broker's own message. */
  readonly message: string | null
}

/** CreateTopics, version 4: the first in which −1 partitions or replicas mean the broker's default. */
export function createTopicsRequest(topics: readonly NewTopic[], timeoutMs: number): KafkaRequest<readonly NamedError[]> {
  return {
    apiName: 'CreateTopics',
    apiKey: 19,
    apiVersion: 4,
    brokerWaitMs: timeoutMs,
    write: (writer) => {
      writer.array(topics, (out, { name, partitions, replicationFactor = -1, config = {} }) => {
        out.string(name).int32(partitions).int16(replicationFactor).int32(0)
        out.array(Object.entries(config), (entries, [key, value]) => entries.string(key).string(value))
      })
      writer.int32(timeoutMs).boolean(false)
    },
    read: readNamedErrors,
  }
}

export function deleteTopicsRequest(names: readonly string[], timeoutMs: number): KafkaRequest<readonly NamedError[]> {
  return {
    apiName: 'DeleteTopics',
    apiKey: 20,
    apiVersion: 3,
    brokerWaitMs: timeoutMs,
    write: (writer) => void writer.array(names, (out, name) => out.string(name)).int32(timeoutMs),
    read: (reader) => {
      reader.int32()
      return reader.array((result) => ({ name: result.string(), errorCode: result.int16(), message: null }))
    },
  }
}

export function createPartitionsRequest(topic: string, count: number, timeoutMs: number): KafkaRequest<readonly NamedError[]> {
  return {
    apiName: 'CreatePartitions',
    apiKey: 37,
    apiVersion: 1,
    brokerWaitMs: timeoutMs,
    write: (writer) => void writer.int32(1).string(topic).int32(count).int32(-1).int32(timeoutMs).boolean(false),
    read: readNamedErrors,
  }
}

function readNamedErrors(reader: ResponseReader): readonly NamedError[] {
  reader.int32()
  return reader.array((result) => ({
    name: result.string(),
    errorCode: result.int16(),
    message: result.nullableString(),
  }))
}

export interface ConfigDescription {
  readonly errorCode: number
  readonly message: string | null
  readonly config: Readonly<Record<string, string>>
}

const topicResource = 2

/** DescribeConfigs, version 2. The broker does not send sensitive values (passwords), so the description leaves them out. */
export function describeTopicConfigRequest(topic: string): KafkaRequest<ConfigDescription> {
  return {
    apiName: 'DescribeConfigs',
    apiKey: 32,
    apiVersion: 2,
    write: (writer) => void writer.int32(1).int8(topicResource).string(topic).int32(-1).boolean(false),
    read: (reader) => {
      reader.int32()
      const [description] = reader.array(readConfig)
      return description ?? { errorCode: -1, message: 'no description came back', config: {} }
    },
  }
}

function readConfig(reader: ResponseReader): ConfigDescription {
  const errorCode = reader.int16()
  const message = reader.nullableString()
  reader.int8()
  reader.string()
  const entries = reader.array(readConfigEntry)
  return {
    errorCode,
    message,
    config: Object.fromEntries(entries.filter((entry) => entry[1] !== null)) as Record<string, string>,
  }
}

function readConfigEntry(reader: ResponseReader): readonly [string, string | null] {
  const entry = [reader.string(), reader.nullableString()] as const
  reader.boolean()
  reader.int8()
  reader.boolean()
  reader.array((synonym) => (synonym.string(), synonym.nullableString(), synonym.int8()))
  return entry
}

export function deleteRecordsRequest(
  before: readonly PartitionOffset[],
  timeoutMs: number,
): KafkaRequest<readonly PartitionError[]> {
  return {
    apiName: 'DeleteRecords',
    apiKey: 21,
    apiVersion: 1,
    brokerWaitMs: timeoutMs,
    write: (writer) => {
      writeTopics(writer, before, (out, { partition, offset }) => out.int32(partition).int64(offset))
      writer.int32(timeoutMs)
    },
    read: (reader) => {
      reader.int32()
      return readTopics(reader, (response, topic) => {
        const partition = response.int32()
        response.int64()
        return { topic, partition, errorCode: response.int16() }
      })
    },
  }
}
