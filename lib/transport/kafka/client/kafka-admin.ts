import { TransportError } from '../../../model/errors.ts'
import { partitionKey } from '../../../model/topic-partition.ts'
import type { TopicPartition } from '../../../model/topic-partition.ts'
import type { Admin, NewTopic, OffsetSpec, PartitionOffset, TopicMetadata } from '../../admin.ts'
import type { OffsetCommit } from '../../group-coordinator.ts'
import type { ClusterClient } from './cluster-client.ts'
import { kafkaError, throwOnError } from './kafka-errors.ts'
import {
  alterTopicConfigRequest,
  createPartitionsRequest,
  createTopicsRequest,
  deleteRecordsRequest,
  deleteTopicsRequest,
  describeTopicConfigRequest,
} from '../wire/admin-requests.ts'
import { errorCodes } from '../wire/error-codes.ts'
import type { NamedError } from '../wire/admin-requests.ts'
import { deleteGroupRequest } from '../wire/group-requests.ts'
import { earliestTimestamp, latestTimestamp, listOffsetsRequest, offsetFetchRequest } from '../wire/offset-requests.ts'
import type { ListedOffset, PartitionError } from '../wire/offset-requests.ts'
import type { KafkaRequest } from '../wire/request.ts'
import { zeroUuid } from '../wire/schema.ts'

/**
 * A transaction whose offsets are pending ends within its timeout, 10 s by default. The log says so when somebody waits for longer: there are
 * transactions that never end.
 */
const pendingMs = 15_000

export class KafkaAdmin implements Admin {
  readonly #client: ClusterClient
  readonly #timeoutMs: number

  constructor(client: ClusterClient, timeoutMs: number) {
    this.#client = client
    this.#timeoutMs = timeoutMs
  }

  async metadata(topics?: readonly string[]): Promise<readonly TopicMetadata[]> {
    const description = await this.#client.retry(() => this.#client.describe(topics ?? null))
    const found = description.topics.filter((topic) => topic.errorCode !== errorCodes.UNKNOWN_TOPIC_OR_PARTITION)
    for (const { name, errorCode: code } of found) throwOnError(code, `Cannot describe topic ${name}`, { topic: name })
    return found.map(({ name, topicId, partitions }) => ({
      name,
      id: topicId === zeroUuid ? null : topicId,
      partitions: partitions.toSorted((a, b) => a.partition - b.partition),
    }))
  }

  async createTopics(topics: readonly NewTopic[]): Promise<void> {
    await this.#control('create', createTopicsRequest(topics, this.#timeoutMs))
    await this.#untilUsable(
      topics.map(({ name }) => name),
      1,
    )
  }

  async deleteTopics(names: readonly string[]): Promise<void> {
    await this.#control('delete', deleteTopicsRequest(names, this.#timeoutMs))
  }

  async createPartitions(topic: string, count: number): Promise<void> {
    await this.#control('add partitions to', createPartitionsRequest(topic, count, this.#timeoutMs))
    await this.#untilUsable([topic], count)
  }

  async describeTopicConfig(topic: string): Promise<Readonly<Record<string, string>>> {
    return await this.#client.retry(async () => {
      const { errorCode: code, message, config } = await this.#client.sendToAny(describeTopicConfigRequest(topic))
      if (code === errorCodes.UNKNOWN_TOPIC_OR_PARTITION) throw unknownTopic(topic)
      throwOnError(code, `Cannot describe topic ${topic}`, { topic, message })
      return config
    })
  }

  async alterTopicConfig(topic: string, changes: Readonly<Record<string, string | null>>): Promise<void> {
    await this.#control('configure', alterTopicConfigRequest(topic, changes))
  }

  async deleteRecords(before: readonly PartitionOffset[]): Promise<void> {
    await this.#onLeaders(before, 'delete records of', (offsets) => deleteRecordsRequest(offsets, this.#timeoutMs))
  }

  async listOffsets(partitions: readonly TopicPartition[], spec: OffsetSpec): Promise<readonly PartitionOffset[]> {
    const timestamp = timestampOf(spec)
    const isolation = spec === 'latest-stable' ? 1 : 0
    const listed: readonly ListedOffset[] = await this.#onLeaders(partitions, 'list offsets of', (targets) => {
      return listOffsetsRequest(targets, timestamp, isolation)
    })
    const missing = listed.filter(({ offset }) => offset < 0)
    const ends = missing.length === 0 ? [] : await this.listOffsets(missing, 'latest')
    const found = listed.filter(({ offset }) => offset >= 0)
    return [...found.map(({ topic, partition, offset }) => ({ topic, partition, offset })), ...ends]
  }

  async committedOffsets(
    groupId: string,
    partitions: readonly TopicPartition[],
    read: 'stable' | 'any',
  ): Promise<readonly OffsetCommit[]> {
    const what = `Cannot read the offsets of group ${groupId}`
    const startMs = this.#client.clock.monotonic()
    const { offsets } = await this.#client.retry(async () => {
      const response = await this.#client.sendToCoordinator(groupId, offsetFetchRequest(groupId, partitions, read))
      this.#checkCoordinator(groupId, response.errorCode, what)
      const pending = response.offsets.filter(({ errorCode: code }) => code === errorCodes.UNSTABLE_OFFSET_COMMIT)
      if (this.#client.clock.monotonic() - startMs >= pendingMs) this.#reportPending(groupId, pending)
      for (const { errorCode: code, topic, partition } of response.offsets)
        throwOnError(code, what, { groupId, topic, partition })
      return response
    })
    return offsets
      .filter(({ offset }) => offset >= 0)
      .map(({ topic, partition, offset, leaderEpoch, metadata }) => ({ topic, partition, offset, leaderEpoch, metadata }))
  }

  #reportPending(groupId: string, pending: readonly TopicPartition[]): void {
    if (pending.length === 0) return
    const partitions = pending.map(partitionKey)
    const message =
      `Offsets of group ${groupId} in ${partitions.join(', ')} have been pending for ${pendingMs / 1000} s in a transaction that has not ended, so ` +
      'nobody knows where to begin. If it stays so, `kafka-transactions.sh describe-producers --topic __consumer_offsets` shows it, and `abort` ends it.'
    const facts = { groupId, partitions }
    this.#client.report(
      'pending offsets',
      new TransportError('TRANSPORT_UNSTABLE_OFFSET_COMMIT', 'retriable', message, { facts }),
    )
  }

  async deleteGroup(groupId: string): Promise<void> {
    await this.#client.retry(async () => {
      const { errorCode: code } = await this.#client.sendToCoordinator(groupId, deleteGroupRequest(groupId))
      this.#checkCoordinator(groupId, code, `Cannot delete group ${groupId}`)
    })
  }

  close(): Promise<void> {
    this.#client.close()
    return Promise.resolve()
  }

  async #untilUsable(names: readonly string[], partitionsMin: number): Promise<void> {
    await this.#client.retry(async () => {
      const topics = await this.metadata(names)
      for (const topic of names) {
        const partitions = topics.find(({ name }) => name === topic)?.partitions ?? []
        if (partitions.length < partitionsMin || partitions.some(({ leader }) => leader < 0)) throw notUsable(topic)
      }
    })
  }

  #checkCoordinator(groupId: string, code: number, what: string): void {
    if (code === errorCodes.COORDINATOR_NOT_AVAILABLE || code === errorCodes.NOT_COORDINATOR)
      this.#client.forgetCoordinator(groupId)
    throwOnError(code, what, { groupId })
  }

  // The controller knows every topic, so a topic that it does not know does not exist. Such an error is not retried.
  async #control(verb: string, request: KafkaRequest<readonly NamedError[]>): Promise<void> {
    const results = await this.#client.retry(async () => {
      const answered = await this.#client.sendToController(request)
      const refused = answered.find(({ errorCode: code }) => code !== 0 && code !== errorCodes.UNKNOWN_TOPIC_OR_PARTITION)
      if (refused !== undefined) throw refusal(verb, refused)
      return answered
    })
    const refused = results.find(({ errorCode: code }) => code !== 0)
    if (refused !== undefined) throw refusal(verb, refused)
  }

  // A retry asks only for the partitions that have no answer yet.
  async #onLeaders<P extends TopicPartition, R extends PartitionError>(
    partitions: readonly P[],
    verb: string,
    request: (targets: readonly (P & { readonly leaderEpoch: number })[]) => KafkaRequest<readonly R[]>,
  ): Promise<readonly R[]> {
    const done = new Map<string, R>()
    await this.#client.retry(async () => {
      const open = partitions.filter((partition) => !done.has(partitionKey(partition)))
      await this.#client.refresh([...new Set(open.map(({ topic }) => topic))])
      const targets = open.map((partition) => ({ ...partition, ...this.#client.knownLeaderOf(partition) }))
      const groups = [...Map.groupBy(targets, ({ leader }) => leader)]
      const answers = await Promise.all(groups.map(([leader, group]) => this.#client.sendTo(leader, request(group))))
      for (const answer of answers.flat()) if (answer.errorCode === 0) done.set(partitionKey(answer), answer)
      for (const { errorCode: code, topic, partition } of answers.flat())
        throwOnError(code, `Cannot ${verb} ${topic}-${partition}`, { topic, partition })
    })
    return [...done.values()]
  }
}

function timestampOf(spec: OffsetSpec): number {
  if (spec === 'earliest') return earliestTimestamp
  return typeof spec === 'string' ? latestTimestamp : spec.timestampMs
}

function refusal(verb: string, { name, errorCode: code, message }: NamedError): Error {
  return kafkaError(code, `Cannot ${verb} topic ${name}`, { topic: name, message })
}

function unknownTopic(topic: string): Error {
  return kafkaError(errorCodes.UNKNOWN_TOPIC_OR_PARTITION, `Cannot describe topic ${topic}`, { topic })
}

function notUsable(topic: string): Error {
  return kafkaError(errorCodes.LEADER_NOT_AVAILABLE, `Topic ${topic} cannot be used yet`, { topic })
}
