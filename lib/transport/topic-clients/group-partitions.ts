import { sleep } from '../../clock/clock.ts'
import { TransportError } from '../../model/errors.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import type { Admin, OffsetSpec } from '../admin.ts'
import type { MemberAssignment } from '../group/consumer-protocol.ts'
import { assignCooperativeSticky } from '../group/cooperative-sticky-assignor.ts'
import type { GroupMemberListener, GroupMemberOptions, NewAssignment, SubscribedMember } from '../group/group-member-options.ts'
import { notInGroup } from '../group/group-commits.ts'
import { GroupMember } from '../group/group-member.ts'
import { lookUpNamed, type KnownTopics } from '../topics/known-topics.ts'
import { isLost, type TopicChange } from '../topics/topic-changes.ts'
import { TopicWatch } from '../topics/topic-watch.ts'
import { isOfTopic, metadataOf } from './committed-topic.ts'
import { firstPositions } from './first-positions.ts'
import { HeldPositions } from './held-positions.ts'
import type { OffsetsToSend, Position, PositionSource } from './position-source.ts'
import { resetPosition } from './reset-position.ts'

export interface GroupPartitionsOptions {
  readonly admin: Admin
  readonly groupId: string
  readonly topics: readonly string[]
  /** The start in partitions without a committed offset. */
  readonly from: OffsetSpec
  /** How often the topics are looked up. */
  readonly metadataMaxAgeMs: number
  readonly member: Omit<GroupMemberOptions, 'listener' | 'groupId'>
}

interface OwnedPosition extends Position {
  committedOffset: number
}

/**
 * The positions of a consumer in a group. The group assigns partitions by Kafka's cooperative-sticky assignor. When topics have
 * come, gone, grown or been made again, the member joins again: the leader then assigns by the topics of now, and each member begins
 * anew with what is another topic.
 */
export class GroupPartitions implements PositionSource, GroupMemberListener {
  readonly #options: GroupPartitionsOptions
  readonly #member: GroupMember
  readonly #held = new HeldPositions<OwnedPosition>()
  readonly #watch: TopicWatch
  readonly #closing = new AbortController()
  #assigned: readonly TopicPartition[] = []
  /** The topics to watch: those of all members while this one is their leader. */
  #names: readonly string[]
  /** The topics by which the leader has just assigned partitions. */
  #assigning: KnownTopics | null = null
  /** The topics at the last assignment. */
  #before: KnownTopics | null = null

  constructor(options: GroupPartitionsOptions) {
    this.#options = options
    this.#names = options.topics
    this.#watch = new TopicWatch({
      lookUp: () => this.#look(),
      clock: options.member.clock,
      intervalMs: options.metadataMaxAgeMs,
    })
    this.#watch.start((changes) => this.#onChange(changes))
    this.#member = new GroupMember({ ...options.member, groupId: options.groupId, listener: this })
    // The reader gets the error from `positions`.
    this.#member.run().catch((reason: unknown) => {
      this.#watch.stop()
      this.#held.fail(reason)
    })
  }

  positions(signal: AbortSignal): ReturnType<PositionSource['positions']> {
    return this.#held.whenAny(signal)
  }

  position(partition: TopicPartition): Position | undefined {
    return this.#held.get(partition)
  }

  async reset(partition: TopicPartition, error: TransportError): Promise<void> {
    const { admin, from } = this.#options
    const position = this.#held.get(partition)
    if (position !== undefined) await resetPosition(position, error, admin, from)
  }

  lookSoon(): void {
    this.#watch.lookSoon()
  }

  async commit(): Promise<void> {
    const { offsets, committed } = await this.offsetsToSend()
    if (offsets.length === 0) return
    await this.#member.commit(offsets)
    committed()
  }

  async offsetsToSend(): Promise<OffsetsToSend> {
    await this.#member.joined()
    const group = this.#member.identity
    const news = this.#held.all.filter(({ offset, committedOffset }) => offset !== committedOffset)
    if (news.length > 0 && group.generationId < 0) throw notInGroup(group)
    const offsets = news.map(({ topic, partition, offset, leaderEpoch, topicId }) => ({
      topic,
      partition,
      offset,
      leaderEpoch,
      metadata: metadataOf(topicId),
    }))
    const committed = (): void => news.forEach((position, index) => (position.committedOffset = offsets[index]!.offset))
    return { group, offsets, committed }
  }

  async rewind(): Promise<void> {
    this.#held.giveUp(this.#held.all)
    await this.#begin(this.#assigned).catch((reason: unknown) => this.#held.fail(reason))
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#watch.stop()
    await this.#member.leave().catch(() => undefined)
  }

  async subscription() {
    this.#names = this.#options.topics
    this.#watch.known = null
    return { topics: this.#options.topics, userData: null }
  }

  async assign(members: readonly SubscribedMember[]): Promise<ReadonlyMap<string, MemberAssignment>> {
    this.#names = members.flatMap((member) => member.topics)
    this.#assigning = await this.#look()
    const counts = new Map([...this.#assigning].map(([topic, { partitions }]) => [topic, partitions]))
    const shares = assignCooperativeSticky(members, counts)
    return new Map([...shares].map(([memberId, partitions]) => [memberId, { partitions, userData: null }]))
  }

  async onRevoked(partitions: readonly TopicPartition[]): Promise<void> {
    const gone = new Set(partitions.map(partitionKey))
    this.#assigned = this.#assigned.filter((partition) => !gone.has(partitionKey(partition)))
    this.#held.giveUp(partitions)
  }

  /** The leader goes on from what it has assigned by, so that it notices what has changed since. */
  async onAssigned({ partitions }: NewAssignment): Promise<void> {
    this.#assigned = partitions
    const now = await this.#begin(partitions)
    this.#watch.known = this.#assigning ?? now
    this.#assigning = null
    this.#before = now
  }

  onLost(partitions: readonly TopicPartition[]): Promise<void> {
    return this.onRevoked(partitions)
  }

  #look(): Promise<KnownTopics> {
    return lookUpNamed(this.#names, this.#options.admin)
  }

  #onChange(changes: readonly TopicChange[]): void {
    const lost = new Set(changes.filter(isLost).map(({ topic }) => topic))
    this.#held.giveUp(this.#held.all.filter(({ topic }) => lost.has(topic)))
    this.#member.requestRejoin()
  }

  /** A topic may go between two questions: then all are asked again. */
  async #begin(partitions: readonly TopicPartition[]): Promise<KnownTopics> {
    const { clock, retryBackoffMs } = this.#options.member
    for (;;) {
      const now = await this.#look()
      try {
        await this.#hold(partitions, now)
        return now
      } catch (error) {
        const isRetriable = error instanceof TransportError && error.kind === 'retriable'
        if (!isRetriable || this.#closing.signal.aborted) throw error
        await sleep(clock, retryBackoffMs, this.#closing.signal)
      }
    }
  }

  async #hold(partitions: readonly TopicPartition[], now: KnownTopics): Promise<void> {
    const { admin, groupId, from } = this.#options
    this.#held.giveUp(this.#held.all.filter(({ topic, topicId }) => (now.get(topic)?.id ?? topicId) !== topicId))
    const missing = partitions.filter((partition) => now.has(partition.topic) && this.#held.get(partition) === undefined)
    if (missing.length === 0) return
    const found = await admin.committedOffsets(groupId, missing, 'stable')
    const committed = found.filter((commit) => isOfTopic(commit, now))
    const isCommitted = new Set(committed.map(partitionKey))
    const fresh = missing.filter((partition) => !isCommitted.has(partitionKey(partition)))
    const begun = await firstPositions(fresh, { admin, from, before: this.#before, now })
    const owned = new Set(this.#assigned.map(partitionKey))
    const positions = [
      ...committed.map(({ topic, partition, offset, leaderEpoch }) => {
        const topicId = now.get(topic)?.id ?? undefined
        return { topic, partition, offset, leaderEpoch, topicId, committedOffset: offset }
      }),
      ...begun.map((position) => ({ ...position, committedOffset: -1 })),
    ]
    // Meanwhile the group may have given a partition to another member.
    this.#held.hold(positions.filter((position) => owned.has(partitionKey(position))))
  }
}
