import type { TopicPartition } from '../../model/topic-partition.ts'
import { comparePartitions, partitionKey } from '../../model/topic-partition.ts'

export interface StickyMember {
  readonly memberId: string
  readonly topics: readonly string[]
  readonly ownedPartitions: readonly TopicPartition[]
  readonly generationId: number
}

/** Kafka's name of this assignor. */
export const cooperativeSticky = 'cooperative-sticky'

interface Share {
  readonly member: StickyMember
  readonly partitions: TopicPartition[]
}

/**
 * Spreads partitions evenly over the members. As far as possible, partitions stay with their owners (Kafka:
 * `CooperativeStickyAssignor`).
 *
 * A partition moves in two rebalances (KIP-429). The first one assigns it to nobody, so its owner revokes it and joins again. The
 * second one assigns it to the new owner. So no two members own a partition at the same time.
 */
export function assignCooperativeSticky(
  members: readonly StickyMember[],
  partitionCounts: ReadonlyMap<string, number>,
): ReadonlyMap<string, readonly TopicPartition[]> {
  const owners = ownersOf(members)
  const shares = members.toSorted(byMemberId).map((member): Share => ({ member, partitions: [] }))
  const orphans: TopicPartition[] = []
  for (const partition of subscribedPartitions(members, partitionCounts)) {
    const share = shares.find(
      ({ member }) => member.memberId === owners.get(partitionKey(partition)) && member.topics.includes(partition.topic),
    )
    if (share === undefined) orphans.push(partition)
    else share.partitions.push(partition)
  }
  for (const partition of orphans) leastLoaded(shares, partition)?.partitions.push(partition)
  balance(shares)
  const isFree = (partition: TopicPartition, memberId: string): boolean =>
    (owners.get(partitionKey(partition)) ?? memberId) === memberId
  return new Map(
    shares.map(({ member, partitions }) => [
      member.memberId,
      partitions.filter((one) => isFree(one, member.memberId)).sort(comparePartitions),
    ]),
  )
}

/** If two members claim a partition, the one of the later generation owns it: the other has missed a rebalance. */
function ownersOf(members: readonly StickyMember[]): ReadonlyMap<string, string> {
  const owners = new Map<string, string>()
  for (const { memberId, ownedPartitions } of members.toSorted(
    (left, right) => left.generationId - right.generationId || byMemberId(left, right),
  ))
    for (const partition of ownedPartitions) owners.set(partitionKey(partition), memberId)
  return owners
}

function subscribedPartitions(
  members: readonly StickyMember[],
  partitionCounts: ReadonlyMap<string, number>,
): readonly TopicPartition[] {
  const topics = [...new Set(members.flatMap((member) => member.topics))].sort()
  return topics.flatMap((topic) =>
    Array.from({ length: partitionCounts.get(topic) ?? 0 }, (_, partition) => ({ topic, partition })),
  )
}

function leastLoaded(shares: readonly Share[], { topic }: TopicPartition): Share | undefined {
  const able = shares.filter(({ member }) => member.topics.includes(topic))
  return able.reduce<Share | undefined>(
    (best, next) => (best === undefined || next.partitions.length < best.partitions.length ? next : best),
    undefined,
  )
}

/**
 * Moves single partitions as long as one member has at least two more than another that subscribes to their topic. Each move
 * makes the difference smaller, so the loop ends.
 */
function balance(shares: readonly Share[]): void {
  for (let hasMoved = true; hasMoved;) {
    hasMoved = false
    for (const from of shares)
      for (const partition of from.partitions.toReversed()) {
        const to = leastLoaded(shares, partition)
        if (to === undefined || from.partitions.length - to.partitions.length < 2) continue
        from.partitions.splice(from.partitions.indexOf(partition), 1)
        to.partitions.push(partition)
        hasMoved = true
      }
  }
}

function byMemberId(left: StickyMember, right: StickyMember): number {
  return left.memberId < right.memberId ? -1 : left.memberId > right.memberId ? 1 : 0
}
