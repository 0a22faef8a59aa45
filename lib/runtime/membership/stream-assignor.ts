import { StreamsError } from '../../model/errors.ts'
import type { TaskId } from '../../model/task-id.ts'
import { parseTaskId, taskIdString } from '../../model/task-id.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import { comparePartitions, partitionKey } from '../../model/topic-partition.ts'
import { changelogTopicOf } from '../../topology/changelog-topic.ts'
import type { TopologyPlan } from '../../topology/topology-plan.ts'
import type { Admin } from '../../transport/admin.ts'
import type { MemberAssignment } from '../../transport/group/consumer-protocol.ts'
import type { SubscribedMember } from '../../transport/group/group-member-options.ts'
import { encodeAssignmentInfo } from './assignment/assignment-info.ts'
import type { AssignmentMember } from './assignment/assign-tasks.ts'
import { assignTasks } from './assignment/assign-tasks.ts'
import type { AssignorError } from './assignment/assignor-error.ts'
import { groupPartitions } from './assignment/partition-grouper.ts'
import type { SubscriptionInfo } from './assignment/subscription-info.ts'
import { decodeSubscriptionInfo, latestOffset } from './assignment/subscription-info.ts'
import { groupTopologyHash, topologyMismatch, type TopologyMember } from './group-topology.ts'
import { topologyHash } from './topology-hash.ts'

/** Name of the group protocol: all members have it. Java's members have another, so that the two never share a group. */
export const protocolName = 'millrace-stream'

export interface StreamAssignorOptions {
  readonly plan: TopologyPlan
  readonly admin: Pick<Admin, 'listOffsets'>
  readonly acceptableRecoveryLag: number
  /** Makes the internal topics. Resolves to the number of partitions of each topic. */
  readonly prepareTopics: () => Promise<ReadonlyMap<string, number>>
}

interface DecodedMember {
  readonly member: SubscribedMember
  readonly info: SubscriptionInfo
}

/** Assigns tasks to the members of the group, on the member that leads it (Java: `StreamsPartitionAssignor`). */
export class StreamAssignor {
  readonly #options: StreamAssignorOptions
  readonly #topologyHash: string

  constructor(options: StreamAssignorOptions) {
    this.#options = options
    this.#topologyHash = topologyHash(options.plan)
  }

  async assign(members: readonly SubscribedMember[]): Promise<ReadonlyMap<string, MemberAssignment>> {
    const decoded = members.map((member) => ({ member, info: decodeSubscriptionInfo(member.userData ?? new Uint8Array()) }))
    if (decoded.some(({ info }) => info.error === 'shutdown-requested')) return refuse(members, 'shutdown-requested')
    const groupHash = groupTopologyHash(decoded.map(topologyOf), this.#topologyHash)
    // A newcomer that leads the group cannot assign tasks of a topology that it does not know. It leaves, and the next leader
    // assigns.
    if (groupHash !== this.#topologyHash) throw topologyMismatch()
    const [matching, others] = partition(decoded, ({ info }) => info.topologyHash === groupHash)
    const refused = refuse(
      others.map(({ member }) => member),
      'topology-mismatch',
    )
    try {
      return new Map([...(await this.#assign(matching)), ...refused])
    } catch (error) {
      if (!(error instanceof StreamsError) || error.code !== 'STREAMS_MISSING_SOURCE_TOPIC') throw error
      return refuse(members, 'incomplete-source-topic-metadata')
    }
  }

  async #assign(members: readonly DecodedMember[]): Promise<ReadonlyMap<string, MemberAssignment>> {
    const { plan, prepareTopics, acceptableRecoveryLag } = this.#options
    const groups = groupPartitions(plan, await prepareTopics())
    const changelogs = new Map([...groups.keys()].map((task) => [task, changelogsOf(plan, parseTaskId(task))]))
    const ends = await this.#endSums(changelogs)
    const tasks = [...groups.keys()].map((task) => {
      const kind = changelogs.get(task)!.length > 0 ? ('stateful' as const) : ('stateless' as const)
      return { id: parseTaskId(task), kind }
    })
    const assigned = assignTasks(tasks, assignmentMembers(members, ends), { acceptableRecoveryLag })
    const owners = ownersOf(members)
    return new Map(
      [...assigned].map(([memberId, taskIds]) => {
        const free = taskIds.filter((id) => isFree(groups.get(taskIdString(id))!, memberId, owners))
        return [memberId, assignmentOf(free, groups)]
      }),
    )
  }

  async #endSums(changelogs: ReadonlyMap<string, readonly TopicPartition[]>): Promise<ReadonlyMap<string, number>> {
    const all = [...changelogs.values()].flat()
    const offsets = all.length === 0 ? [] : await this.#options.admin.listOffsets(all, 'latest')
    const ends = new Map(offsets.map((each) => [partitionKey(each), each.offset]))
    const sum = (partitions: readonly TopicPartition[]): number =>
      partitions.reduce((total, partition) => total + (ends.get(partitionKey(partition)) ?? 0), 0)
    return new Map([...changelogs].map(([task, partitions]) => [task, sum(partitions)]))
  }
}

function topologyOf({ member, info }: DecodedMember): TopologyMember {
  const { generationId, ownedPartitions } = member
  return { topologyHash: info.topologyHash, generationId, ownedPartitions }
}

function partition<T>(items: readonly T[], predicate: (item: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [items.filter(predicate), items.filter((item) => !predicate(item))]
}

function changelogsOf({ subtopologies }: TopologyPlan, { subtopology, partition }: TaskId): readonly TopicPartition[] {
  const stores = subtopologies[subtopology]?.stores ?? []
  return stores.flatMap((store) => {
    const topic = changelogTopicOf(store)
    return topic === undefined ? [] : [{ topic, partition }]
  })
}

/**
 * The members as the assignment sees them. Members of one process share its disk, so each has the smallest lag that any of them
 * tells.
 */
function assignmentMembers(members: readonly DecodedMember[], ends: ReadonlyMap<string, number>): readonly AssignmentMember[] {
  const lags = new Map<string, Map<string, number>>()
  for (const { info } of members) {
    const ofProcess = lags.get(info.processId) ?? new Map<string, number>()
    lags.set(info.processId, ofProcess)
    for (const [task, sum] of info.taskOffsetSums) {
      const lag = sum === latestOffset ? 0 : Math.max(0, (ends.get(task) ?? 0) - sum)
      ofProcess.set(task, Math.min(lag, ofProcess.get(task) ?? Infinity))
    }
  }
  return members.map(({ member: { memberId }, info: { processId, previousTasks } }) => {
    return { memberId, processId, previousTasks, lags: lags.get(processId)! }
  })
}

/**
 * The owner of each partition. Of two members that claim one, the member of the later generation owns it: the other has missed a
 * rebalance.
 */
function ownersOf(members: readonly DecodedMember[]): ReadonlyMap<string, string> {
  const owners = new Map<string, string>()
  for (const { member } of members.toSorted((left, right) => left.member.generationId - right.member.generationId))
    for (const partition of member.ownedPartitions) owners.set(partitionKey(partition), member.memberId)
  return owners
}

/** KIP-429: a task that another member still owns is assigned in the next round, when that member has given it back. */
function isFree(partitions: readonly TopicPartition[], memberId: string, owners: ReadonlyMap<string, string>): boolean {
  return partitions.every((partition) => (owners.get(partitionKey(partition)) ?? memberId) === memberId)
}

function assignmentOf(tasks: readonly TaskId[], groups: ReadonlyMap<string, readonly TopicPartition[]>): MemberAssignment {
  const entries = tasks.flatMap((task) => groups.get(taskIdString(task))!.map((partition) => ({ task, partition })))
  entries.sort((left, right) => comparePartitions(left.partition, right.partition))
  const activeTasks = entries.map(({ task }) => task)
  return { partitions: entries.map(({ partition }) => partition), userData: encodeInfo(activeTasks, 'none') }
}

function refuse(members: readonly SubscribedMember[], error: AssignorError): ReadonlyMap<string, MemberAssignment> {
  return new Map(members.map(({ memberId }) => [memberId, { partitions: [], userData: encodeInfo([], error) }]))
}

function encodeInfo(activeTasks: readonly TaskId[], error: AssignorError): Uint8Array {
  return encodeAssignmentInfo({ activeTasks, standbyTasks: new Map(), partitionsByHost: new Map(), error })
}
