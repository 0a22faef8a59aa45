import type { TransportError } from '../../model/errors.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import type { Admin, OffsetSpec } from '../admin.ts'
import type { MemberAssignment } from '../group/consumer-protocol.ts'
import { assignCooperativeSticky } from '../group/cooperative-sticky-assignor.ts'
import type { FetchPosition } from '../fetcher.ts'
import type { GroupMemberListener, GroupMemberOptions, NewAssignment, SubscribedMember } from '../group/group-member-options.ts'
import { GroupMember } from '../group/group-member.ts'
import type { Position, PositionSource } from './position-source.ts'
import { resetPosition } from './reset-position.ts'

export interface GroupPartitionsOptions {
  readonly admin: Admin
  readonly groupId: string
  readonly topics: readonly string[]
  /** The start in partitions without a committed offset. */
  readonly from: OffsetSpec
  readonly member: Omit<GroupMemberOptions, 'listener' | 'groupId'>
}

interface OwnedPosition extends Position {
  committedOffset: number
}

/**
 * The positions of a consumer in a group. The group assigns partitions by Kafka's cooperative-sticky assignor. Partitions that are
 * added to a topic are assigned at the next rebalance.
 */
export class GroupPartitions implements PositionSource, GroupMemberListener {
  readonly #options: GroupPartitionsOptions
  readonly #member: GroupMember
  readonly #owned = new Map<string, OwnedPosition>()
  #failure: { readonly reason: unknown } | null = null
  #changed = new AbortController()

  constructor(options: GroupPartitionsOptions) {
    this.#options = options
    this.#member = new GroupMember({ ...options.member, groupId: options.groupId, listener: this })
    // The reader gets the error from `positions`.
    this.#member.run().catch((reason: unknown) => {
      this.#failure = { reason }
      this.#change()
    })
  }

  async positions(signal: AbortSignal): Promise<{ readonly positions: readonly FetchPosition[]; readonly changed: AbortSignal }> {
    const changed = this.#changed.signal
    if (this.#failure === null && this.#owned.size === 0) await whenAborted(AbortSignal.any([signal, changed]))
    if (this.#failure !== null) throw this.#failure.reason
    return { positions: [...this.#owned.values()], changed: this.#changed.signal }
  }

  position(partition: TopicPartition): Position | undefined {
    return this.#owned.get(partitionKey(partition))
  }

  async reset(partition: TopicPartition, error: TransportError): Promise<void> {
    const { admin, from } = this.#options
    const position = this.#owned.get(partitionKey(partition))
    if (position !== undefined) await resetPosition(position, error, admin, from)
  }

  async commit(): Promise<void> {
    await this.#member.joined()
    const news = [...this.#owned.values()].filter(({ offset, committedOffset }) => offset !== committedOffset)
    if (news.length === 0) return
    const commits = news.map(({ topic, partition, offset, leaderEpoch }) => ({
      topic,
      partition,
      offset,
      leaderEpoch,
      metadata: '',
    }))
    await this.#member.commit(commits)
    news.forEach((position, index) => (position.committedOffset = commits[index]!.offset))
  }

  async close(): Promise<void> {
    await this.#member.leave().catch(() => undefined)
  }

  async subscription() {
    return { topics: this.#options.topics, userData: null }
  }

  async assign(members: readonly SubscribedMember[]): Promise<ReadonlyMap<string, MemberAssignment>> {
    const topics = [...new Set(members.flatMap((member) => member.topics))]
    const found = await this.#options.admin.metadata(topics)
    const shares = assignCooperativeSticky(members, new Map(found.map(({ name, partitions }) => [name, partitions.length])))
    return new Map([...shares].map(([memberId, partitions]) => [memberId, { partitions, userData: null }]))
  }

  async onRevoked(partitions: readonly TopicPartition[]): Promise<void> {
    for (const partition of partitions) this.#owned.delete(partitionKey(partition))
    this.#change()
  }

  async onAssigned({ added }: NewAssignment): Promise<void> {
    if (added.length === 0) return
    const { admin, groupId, from } = this.#options
    const committed = await admin.committedOffsets(groupId, added, 'stable')
    const isCommitted = new Set(committed.map(partitionKey))
    const fresh = added.filter((partition) => !isCommitted.has(partitionKey(partition)))
    const started = fresh.length === 0 ? [] : await admin.listOffsets(fresh, from)
    for (const { topic, partition, offset, leaderEpoch } of committed)
      this.#own({ topic, partition, offset, leaderEpoch, committedOffset: offset })
    for (const { topic, partition, offset } of started)
      this.#own({ topic, partition, offset, leaderEpoch: -1, committedOffset: -1 })
    this.#change()
  }

  onLost(partitions: readonly TopicPartition[]): Promise<void> {
    return this.onRevoked(partitions)
  }

  #own(position: OwnedPosition): void {
    this.#owned.set(partitionKey(position), position)
  }

  #change(): void {
    this.#changed.abort()
    this.#changed = new AbortController()
  }
}

function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
