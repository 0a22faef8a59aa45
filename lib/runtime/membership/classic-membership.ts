import { assert } from '../../model/assert.ts'
import { taskIdString } from '../../model/task-id.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import type { GroupMemberListener, GroupMemberOptions, NewAssignment } from '../../transport/group/group-member-options.ts'
import { GroupMember } from '../../transport/group/group-member.ts'
import type { GroupIdentity, OffsetCommit } from '../../transport/group-coordinator.ts'
import { assignedTasks } from './assigned-tasks.ts'
import type { AssignorError } from './assignment/assignor-error.ts'
import { encodeSubscriptionInfo, latestOffset } from './assignment/subscription-info.ts'
import type { Goodbye, Membership, MembershipListener } from './membership.ts'
import { protocolName, type StreamAssignor } from './stream-assignor.ts'

export interface ClassicMembershipOptions extends Omit<GroupMemberOptions, 'listener' | 'protocolName'> {
  /** The topics that the topology reads. */
  readonly topics: readonly string[]
  readonly topologyHash: string
  readonly processId: string
  readonly assignor: Pick<StreamAssignor, 'assign'>
}

/**
 * Membership by the classic group protocol: members join, and the one that leads the group assigns the tasks (Java:
 * `StreamsPartitionAssignor`). The members tell each other about tasks in the user data of the protocol.
 */
export class ClassicMembership implements Membership {
  readonly #options: ClassicMembershipOptions
  readonly #member: GroupMember
  /** For each partition of this member, by `partitionKey`: the id string of the task that reads it. */
  #owners: ReadonlyMap<string, string> = new Map()
  #listener: MembershipListener | null = null
  #error: AssignorError = 'none'

  constructor(options: ClassicMembershipOptions) {
    this.#options = options
    this.#member = new GroupMember({ ...options, protocolName, listener: this.#groupListener() })
  }

  run(listener: MembershipListener): Promise<void> {
    this.#listener = listener
    return this.#member.run()
  }

  get identity(): GroupIdentity {
    return this.#member.identity
  }

  get canCommit(): boolean {
    return this.#member.canCommit
  }

  commit(offsets: readonly OffsetCommit[]): Promise<void> {
    return this.#member.commit(offsets)
  }

  requestRejoin(): void {
    this.#member.requestRejoin()
  }

  giveUp(reason: string): void {
    this.#member.giveUp(reason)
  }

  requestShutdown(): void {
    this.#error = 'shutdown-requested'
    this.#member.requestRejoin()
  }

  leave(goodbye?: Goodbye): Promise<void> {
    return this.#member.leave(goodbye)
  }

  #groupListener(): GroupMemberListener {
    return {
      subscription: async () => ({ topics: this.#options.topics, userData: await this.#subscription() }),
      assign: (members) => this.#options.assignor.assign(members),
      onAssigned: (assignment) => this.#assigned(assignment),
      onRevoked: (partitions) => this.#told.onRevoked(this.#tasksOf(partitions)),
      onLost: (partitions, reason) => this.#told.onLost(this.#tasksOf(partitions), reason),
    }
  }

  get #told(): MembershipListener {
    assert(this.#listener !== null, 'A member that joins has a listener.')
    return this.#listener
  }

  async #subscription(): Promise<Uint8Array> {
    this.#told.onRebalance()
    await this.#told.beforeJoin()
    const { processId, topologyHash } = this.#options
    const { owned, storedOffsetSums } = this.#told.report()
    const running = owned.map(taskIdString).filter((id) => !storedOffsetSums.has(id))
    const taskOffsetSums = new Map([...storedOffsetSums, ...running.map((id) => [id, latestOffset] as const)])
    const info = { processId, previousTasks: owned, taskOffsetSums, topologyHash, userEndpoint: null, error: this.#error }
    return encodeSubscriptionInfo(info)
  }

  async #assigned(assignment: NewAssignment): Promise<void> {
    const tasks = assignedTasks(assignment)
    const entries = [...tasks].flatMap(([id, partitions]) => partitions.map((each) => [partitionKey(each), id] as const))
    this.#owners = new Map(entries)
    await this.#told.onAssigned(tasks)
  }

  #tasksOf(partitions: readonly TopicPartition[]): readonly string[] {
    return [...new Set(partitions.flatMap((partition) => this.#owners.get(partitionKey(partition)) ?? []))]
  }
}
