import { sleep } from '../../clock/clock.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { Admin, NewTopic, OffsetSpec, PartitionOffset, TopicMetadata } from '../admin.ts'
import type { OffsetCommit } from '../group-coordinator.ts'
import type { EmbeddedBroker } from './embedded-broker.ts'

/** Kafka: `default.api.timeout.ms`. */
const apiTimeoutMs = 60_000

const retryMs = 10

export class EmbeddedAdmin implements Admin {
  readonly #broker: EmbeddedBroker

  constructor(broker: EmbeddedBroker) {
    this.#broker = broker
  }

  async metadata(topics?: readonly string[]): Promise<readonly TopicMetadata[]> {
    const wanted = this.#broker.topics.all().filter(({ name }) => topics === undefined || topics.includes(name))
    return wanted.map(({ name, id, partitions }) => ({
      name,
      id,
      partitions: partitions.map(({ leaderEpoch }, partition) => ({ partition, leader: 0, leaderEpoch })),
    }))
  }

  async createTopics(topics: readonly NewTopic[]): Promise<void> {
    this.#broker.createTopics(topics)
    await this.#broker.settled()
  }

  async deleteTopics(names: readonly string[]): Promise<void> {
    for (const name of names) this.#broker.deleteTopic(name)
    await this.#broker.settled()
  }

  async createPartitions(topic: string, count: number): Promise<void> {
    this.#broker.topics.grow(topic, count)
    await this.#broker.settled()
  }

  async describeTopicConfig(topic: string): Promise<Readonly<Record<string, string>>> {
    return this.#broker.topics.topic(topic).config.values
  }

  async alterTopicConfig(topic: string, changes: Readonly<Record<string, string | null>>): Promise<void> {
    this.#broker.topics.configure(topic, changes)
    await this.#broker.settled()
  }

  async deleteRecords(before: readonly PartitionOffset[]): Promise<void> {
    for (const { topic, partition, offset } of before) this.#broker.deleteRecords({ topic, partition }, offset)
    await this.#broker.settled()
  }

  async listOffsets(partitions: readonly TopicPartition[], spec: OffsetSpec): Promise<readonly PartitionOffset[]> {
    return partitions.map(({ topic, partition }) => ({
      topic,
      partition,
      offset: this.#broker.listOffset({ topic, partition }, spec),
    }))
  }

  async committedOffsets(
    groupId: string,
    partitions: readonly TopicPartition[],
    read: 'stable' | 'any',
  ): Promise<readonly OffsetCommit[]> {
    if (read === 'stable') await this.#stable(groupId, partitions)
    return this.#broker.offsets.of(groupId, partitions)
  }

  async deleteGroup(groupId: string): Promise<void> {
    this.#broker.deleteGroup(groupId)
    await this.#broker.settled()
  }

  async close(): Promise<void> {}

  /** As the clients of Kafka do, it asks again until transactions that have such offsets have ended. */
  async #stable(groupId: string, partitions: readonly TopicPartition[]): Promise<void> {
    const { clock } = this.#broker
    const endMs = clock.monotonic() + apiTimeoutMs
    while (partitions.some((partition) => this.#broker.pendingOffsets.has(groupId, partition))) {
      if (clock.monotonic() >= endMs) for (const partition of partitions) this.#broker.checkStable(groupId, partition)
      await sleep(clock, retryMs)
    }
  }
}
