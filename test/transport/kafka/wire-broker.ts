import { createHash } from 'node:crypto'
import { TransportError } from '../../../lib/model/errors.ts'
import { partitionKey } from '../../../lib/model/topic-partition.ts'
import type { TopicPartition } from '../../../lib/model/topic-partition.ts'
import type { EmbeddedBroker } from '../../../lib/transport/embedded/embedded-broker.ts'
import { EmbeddedFetcher } from '../../../lib/transport/embedded/embedded-fetcher.ts'
import type { FetchedPartition } from '../../../lib/transport/fetcher.ts'
import type { HostPort, VersionRange } from '../../../lib/transport/kafka/connection/connection.ts'
import { createTopics } from '../../../lib/transport/kafka/wire/apis/create-topics.ts'
import { fetch } from '../../../lib/transport/kafka/wire/apis/fetch.ts'
import { findCoordinator } from '../../../lib/transport/kafka/wire/apis/find-coordinator.ts'
import { initProducerId } from '../../../lib/transport/kafka/wire/apis/init-producer-id.ts'
import { listOffsets } from '../../../lib/transport/kafka/wire/apis/list-offsets.ts'
import { metadata } from '../../../lib/transport/kafka/wire/apis/metadata.ts'
import { offsetFetch } from '../../../lib/transport/kafka/wire/apis/offset-fetch.ts'
import { produce } from '../../../lib/transport/kafka/wire/apis/produce.ts'
import { decodeRequest, encodeResponse } from '../../../lib/transport/kafka/wire/messages.ts'
import { byTopic } from '../../../lib/transport/kafka/wire/request.ts'
import { field } from '../../../lib/transport/record-batch/wire-format.ts'
import { placedAt } from '../sealed-batches.ts'

/** A request as a broker sees it. */
export interface ReceivedRequest {
  readonly apiKey: number
  readonly apiVersion: number
  readonly body: Uint8Array
}

interface StoredBytes {
  readonly baseOffset: number
  bytes: Buffer
}

export const api = {
  produce: produce.key,
  fetch: fetch.key,
  listOffsets: listOffsets.key,
  metadata: metadata.key,
  offsetFetch: offsetFetch.key,
  findCoordinator: findCoordinator.key,
  createTopics: createTopics.key,
  initProducerId: initProducerId.key,
} as const

/**
 * Offered, so that clients ask: the tests answer them themselves. OffsetCommit, JoinGroup, Heartbeat, LeaveGroup, SyncGroup,
 * OffsetForLeaderEpoch.
 */
const unanswered = [8, 11, 12, 13, 14, 23]

const unstableOffsetCommit = 88

const errorCodes: Readonly<Record<string, number>> = {
  TRANSPORT_OFFSET_OUT_OF_RANGE: 1,
  TRANSPORT_UNKNOWN_TOPIC_OR_PARTITION: 3,
  TRANSPORT_MESSAGE_TOO_LARGE: 10,
  TRANSPORT_OUT_OF_ORDER_SEQUENCE_NUMBER: 45,
  TRANSPORT_INVALID_PRODUCER_EPOCH: 47,
  TRANSPORT_INVALID_RECORD: 87,
}

/**
 * The one broker of a cluster, by its bytes: decodes requests, asks an embedded broker, and encodes the responses. It offers versions
 * that nobody knows yet. It keeps what was produced as bytes, so that a test can damage them.
 */
export class WireBroker {
  readonly apiVersions: ReadonlyMap<number, VersionRange> = new Map(
    [...Object.values(api), ...unanswered].map((apiKey) => [apiKey, { min: 0, max: 99 }]),
  )
  address: HostPort = { host: 'wire', port: 9092 }
  /** The epoch in which it says that it leads all partitions. */
  leaderEpoch = 0
  readonly #broker: EmbeddedBroker
  readonly #fetcher: EmbeddedFetcher
  readonly #stored = new Map<string, StoredBytes[]>()

  constructor(broker: EmbeddedBroker) {
    this.#broker = broker
    this.#fetcher = new EmbeddedFetcher(broker)
  }

  /** Changes the stored batch that begins at the offset, as a broken disk would. */
  damage(partition: TopicPartition, baseOffset: number, change: (bytes: Buffer) => Buffer): void {
    const stored = this.#batches(partition).find((batch) => batch.baseOffset === baseOffset)
    if (stored === undefined) throw new Error(`no batch begins at offset ${baseOffset}`)
    stored.bytes = change(Buffer.from(stored.bytes))
  }

  async answer({ apiKey, apiVersion, body }: ReceivedRequest): Promise<Buffer> {
    if (apiKey === api.metadata) return this.#metadata(apiVersion, body)
    if (apiKey === api.produce) return this.#produce(apiVersion, body)
    if (apiKey === api.fetch) return this.#fetch(apiVersion, body)
    if (apiKey === api.listOffsets) return this.#listOffsets(apiVersion, body)
    if (apiKey === api.offsetFetch) return this.#offsetFetch(apiVersion, body)
    if (apiKey === api.createTopics) return this.#createTopics(apiVersion, body)
    if (apiKey === api.initProducerId)
      return encodeResponse(initProducerId, apiVersion, {
        errorCode: 0,
        producerId: this.#broker.newProducerId(),
        producerEpoch: 0,
      })
    if (apiKey !== api.findCoordinator) throw new Error(`this broker does not know API ${apiKey}`)
    const coordinator = { errorCode: 0, errorMessage: null, nodeId: 0, ...this.address }
    return encodeResponse(findCoordinator, apiVersion, { ...coordinator, coordinators: [{ key: '', ...coordinator }] })
  }

  #metadata(version: number, body: Uint8Array): Buffer {
    const asked = decodeRequest(metadata, version, body).topics ?? this.#broker.topics.all()
    return encodeResponse(metadata, version, {
      brokers: [{ nodeId: 0, ...this.address }],
      controllerId: 0,
      topics: asked.map((topic) => this.#described(topic.name ?? '')),
    })
  }

  #described(name: string) {
    const partitions = this.#broker.topics.get(name)?.partitions
    const numbers = Array.from({ length: partitions?.length ?? 0 }, (_, index) => index)
    return {
      errorCode: partitions === undefined ? 3 : 0,
      name,
      topicId: idOf(name),
      partitions: numbers.map((partitionIndex) => ({
        errorCode: 0,
        partitionIndex,
        leaderId: 0,
        leaderEpoch: this.leaderEpoch,
        replicaNodes: [],
        isrNodes: [],
      })),
    }
  }

  #produce(version: number, body: Uint8Array): Buffer {
    const { topicData } = decodeRequest(produce, version, body)
    const responses = topicData.map(({ name, partitionData }) => ({
      name,
      partitionResponses: partitionData.map(({ index, records }) => ({
        index,
        ...this.#append({ topic: name, partition: index }, records ?? Buffer.alloc(0)),
      })),
    }))
    return encodeResponse(produce, version, { responses })
  }

  #append(partition: TopicPartition, records: Buffer): { readonly errorCode: number; readonly baseOffset: number } {
    try {
      const baseOffset = this.#broker.append(partition, records)
      const stored = this.#batches(partition)
      if (!stored.some((batch) => batch.baseOffset === baseOffset))
        stored.push({ baseOffset, bytes: ofEpoch(placedAt(baseOffset, records)) })
      return { errorCode: 0, baseOffset }
    } catch (error) {
      return { errorCode: codeOf(error), baseOffset: -1 }
    }
  }

  async #fetch(version: number, body: Uint8Array): Promise<Buffer> {
    const { topics, isolationLevel, ...waits } = decodeRequest(fetch, version, body)
    const names = new Map(this.#broker.topics.all().map(({ name }) => [idOf(name), name]))
    const positions = topics.flatMap(({ topic, topicId, partitions }) =>
      partitions.map(({ partition, fetchOffset, partitionMaxBytes }) => {
        return { topic: names.get(topicId) ?? topic, partition, offset: fetchOffset, maxBytes: partitionMaxBytes }
      }),
    )
    const fetched = await this.#fetcher.fetch(positions, {
      ...waits,
      maxBytesPerPartition: Math.min(...positions.map(({ maxBytes }) => maxBytes)),
      isolationLevel: isolationLevel === 1 ? 'read_committed' : 'read_uncommitted',
    })
    return encodeResponse(fetch, version, {
      responses: byTopic(fetched).map(({ topic, partitions }) => ({
        topic,
        topicId: idOf(topic),
        partitions: partitions.map((answer) => ({
          ...answer,
          partitionIndex: answer.partition,
          errorCode: answer.error === null ? 0 : codeOf(answer.error),
          records: this.#bytesOf(answer),
        })),
      })),
    })
  }

  #bytesOf({ batches, ...partition }: FetchedPartition): Buffer {
    const offsets = new Set(batches.map(({ baseOffset }) => baseOffset))
    return Buffer.concat(this.#batches(partition).flatMap(({ baseOffset, bytes }) => (offsets.has(baseOffset) ? [bytes] : [])))
  }

  #createTopics(version: number, body: Uint8Array): Buffer {
    const topics = decodeRequest(createTopics, version, body).topics
    this.#broker.createTopics(
      topics.map(({ name, numPartitions, configs }) => ({
        name,
        partitions: Math.max(1, numPartitions),
        config: Object.fromEntries(configs.map((config) => [config.name, config.value ?? ''])),
      })),
    )
    const results = topics.map(({ name }) => ({ name, topicId: idOf(name), errorCode: 0, errorMessage: null }))
    return encodeResponse(createTopics, version, { topics: results })
  }

  #offsetFetch(version: number, body: Uint8Array): Buffer {
    const { groupId, topics, groups, requireStable } = decodeRequest(offsetFetch, version, body)
    const [asked = { groupId, topics }] = groups
    const answered = (asked.topics ?? []).map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => {
        const at = { topic: name, partition: partitionIndex }
        const [commit] = this.#broker.offsets.of(asked.groupId, [at])
        const { offset = -1, leaderEpoch = -1, metadata = '' } = commit ?? {}
        const isPending = requireStable && this.#broker.pendingOffsets.has(asked.groupId, at)
        const errorCode = isPending ? unstableOffsetCommit : 0
        return { partitionIndex, committedOffset: offset, committedLeaderEpoch: leaderEpoch, metadata, errorCode }
      }),
    }))
    return encodeResponse(offsetFetch, version, { topics: answered, groups: [{ groupId: asked.groupId, topics: answered }] })
  }

  #listOffsets(version: number, body: Uint8Array): Buffer {
    const { topics } = decodeRequest(listOffsets, version, body)
    return encodeResponse(listOffsets, version, {
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, timestamp }) => {
          const spec = timestamp === -2 ? 'earliest' : timestamp === -1 ? 'latest' : { timestampMs: timestamp }
          const offset = this.#broker.listOffset({ topic: name, partition: partitionIndex }, spec)
          return { partitionIndex, errorCode: 0, offset }
        }),
      })),
    })
  }

  #batches(partition: TopicPartition): StoredBytes[] {
    const batches = this.#stored.get(partitionKey(partition)) ?? []
    this.#stored.set(partitionKey(partition), batches)
    return batches
  }
}

/** The broker is the leader in epoch 0. The checksum does not cover the epoch. */
function ofEpoch(bytes: Buffer): Buffer {
  bytes.writeInt32BE(0, field.partitionLeaderEpoch)
  return bytes
}

/** The id of a topic: a topic of the same name always has the same. */
function idOf(topic: string): string {
  return createHash('sha256').update(topic).digest().subarray(0, 16).toString('base64url')
}

function codeOf(error: unknown): number {
  const code = error instanceof TransportError ? errorCodes[error.code] : undefined
  if (code === undefined) throw error
  return code
}
