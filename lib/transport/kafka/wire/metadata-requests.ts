import type { PartitionMetadata } from '../../admin.ts'
import type { KafkaRequest } from './request.ts'
import type { ResponseReader } from './response-reader.ts'

export interface BrokerAddress {
  readonly nodeId: number
  readonly host: string
  readonly port: number
}

export interface TopicDescription {
  readonly errorCode: number
  readonly name: string
  readonly partitions: readonly PartitionMetadata[]
}

export interface ClusterDescription {
  readonly brokers: readonly BrokerAddress[]
  readonly controllerId: number
  readonly topics: readonly TopicDescription[]
}

/** Metadata, version 7: the first with leader epochs. Null asks for all topics. */
export function metadataRequest(topics: readonly string[] | null): KafkaRequest<ClusterDescription> {
  return {
    apiName: 'Metadata',
    apiKey: 3,
    apiVersion: 7,
    write: (writer) => void writer.array(topics, (out, topic) => out.string(topic)).boolean(false),
    read: readCluster,
  }
}

function readCluster(reader: ResponseReader): ClusterDescription {
  reader.int32()
  const brokers = reader.array(readBroker)
  reader.nullableString()
  return { brokers, controllerId: reader.int32(), topics: reader.array(readTopic) }
}

function readBroker(reader: ResponseReader): BrokerAddress {
  const broker = { nodeId: reader.int32(), host: reader.string(), port: reader.int32() }
  reader.nullableString()
  return broker
}

function readTopic(reader: ResponseReader): TopicDescription {
  const errorCode = reader.int16()
  const name = reader.string()
  reader.boolean()
  return { errorCode, name, partitions: reader.array(readPartition) }
}

function readPartition(reader: ResponseReader): PartitionMetadata {
  reader.int16()
  const partition = { partition: reader.int32(), leader: reader.int32(), leaderEpoch: reader.int32() }
  for (let list = 0; list < 3; list++) reader.array((replica) => replica.int32())
  return partition
}

export interface Coordinator {
  readonly errorCode: number
  readonly nodeId: number
}

export function findCoordinatorRequest(groupId: string): KafkaRequest<Coordinator> {
  return {
    apiName: 'FindCoordinator',
    apiKey: 10,
    apiVersion: 2,
    write: (writer) => void writer.string(groupId).int8(0),
    read: (reader) => {
      reader.int32()
      const errorCode = reader.int16()
      reader.nullableString()
      return { errorCode, nodeId: reader.int32() }
    },
  }
}
