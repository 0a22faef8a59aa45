import type { Chance } from '../../clock/chance.ts'
import type { Clock, Timer } from '../../clock/clock.ts'
import type { GroupIdentity, JoinRequest, JoinResponse, MemberAssignmentBytes } from '../group-coordinator.ts'
import type { GroupClient, GroupMemberDescription, GroupMemberState } from './embedded-group-member.ts'
import { electProtocol, sameProtocols } from './group-protocols.ts'
import { refusal } from './refusal.ts'

/** What the log has of a group: its last generation with assignments, or that it became empty. */
interface StoredGroup {
  readonly generationId: number
  readonly leaderId: string
  readonly protocolName: string
  readonly members: readonly GroupMemberState[]
}

type GroupState = 'empty' | 'preparing-rebalance' | 'completing-rebalance' | 'stable'

const stateNames: Readonly<Record<GroupState, string>> = {
  empty: 'Empty',
  'preparing-rebalance': 'PreparingRebalance',
  'completing-rebalance': 'CompletingRebalance',
  stable: 'Stable',
}

const nothing = new Uint8Array(0)

/**
 * A group of the classic protocol (Kafka: `ClassicGroup` with `GroupMetadataManager`). A new generation begins when all members
 * have joined, or when the longest rebalance timeout of a member is over. It is stable once its leader has sent the assignments.
 */
export class EmbeddedGroup {
  readonly groupId: string
  readonly #clock: Clock
  readonly #chance: Chance
  readonly #members = new Map<string, GroupMemberState>()
  #state: GroupState = 'empty'
  #generationId = 0
  #leaderId = ''
  #protocolName = ''
  #protocolType = ''
  #rebalance: Timer | null = null
  #stored: StoredGroup = { generationId: 0, leaderId: '', protocolName: '', members: [] }
  /** Ids that were given to members which have not joined yet (KIP-394). */
  readonly #reserved = new Map<string, Timer>()

  constructor(groupId: string, clock: Clock, chance: Chance) {
    this.groupId = groupId
    this.#clock = clock
    this.#chance = chance
  }

  get isEmpty(): boolean {
    return this.#members.size === 0
  }

  /** Number of the generation. 0 before the first. */
  get generationId(): number {
    return this.#generationId
  }

  has(memberId: string): boolean {
    return this.#members.has(memberId)
  }

  /** The state by Kafka's name, e.g. `Stable`. */
  get state(): string {
    return stateNames[this.#state]
  }

  /** The kind of the group: `consumer` for consumers. Empty before the first member has joined. */
  get protocolType(): string {
    return this.#protocolType
  }

  /** The protocol of this generation. Empty before the first one. */
  get protocolName(): string {
    return this.#protocolName
  }

  /** The members with what they know. Metadata and assignments are shown while the group is stable. */
  get members(): readonly GroupMemberDescription[] {
    const isStable = this.#state === 'stable'
    return [...this.#members.values()].map((member) => {
      const { memberId, groupInstanceId, clientId, clientHost } = member
      const bytes = isStable
        ? { ...this.#describe(member), assignment: member.assignment }
        : { metadata: nothing, assignment: nothing }
      return { memberId, groupInstanceId, clientId, clientHost, ...bytes }
    })
  }

  /** Gives an id to a member that is about to join. The id is forgotten if no join with it comes in time (KIP-394). */
  reserveMemberId(clientId: string, sessionTimeoutMs: number): string {
    const memberId = this.#newMemberId(clientId)
    this.#reserved.set(
      memberId,
      this.#clock.schedule(sessionTimeoutMs, () => this.#reserved.delete(memberId)),
    )
    return memberId
  }

  join(request: JoinRequest, client: GroupClient, onMemberId?: (memberId: string) => void): Promise<JoinResponse> {
    this.#checkProtocols(request)
    const member = this.#admit(request, client)
    onMemberId?.(member.memberId)
    this.#protocolType = request.protocolType
    const isChanged = !sameProtocols(member.protocols, request.protocols)
    Object.assign(member, {
      protocols: request.protocols,
      sessionTimeoutMs: request.sessionTimeoutMs,
      rebalanceTimeoutMs: request.rebalanceTimeoutMs,
    })
    // A member that has lost the answer joins again with the same metadata, and gets the same answer. A join with other metadata,
    // or a join of a stable group's leader, starts a rebalance.
    const isRepeat =
      !isChanged && (this.#state === 'completing-rebalance' || (this.#state === 'stable' && member.memberId !== this.#leaderId))
    if (isRepeat) return Promise.resolve(this.#joinResponse(member))
    member.joining?.reject(
      refusal(
        'REBALANCE_IN_PROGRESS',
        `${member.memberId} has joined group ${this.groupId} once more: wait for the answer to that join.`,
      ),
    )
    const answer = Promise.withResolvers<JoinResponse>()
    member.joining = answer
    member.session?.cancel()
    this.#prepareRebalance()
    return answer.promise
  }

  sync(identity: GroupIdentity, assignments: readonly MemberAssignmentBytes[]): Promise<Uint8Array> {
    const member = this.#member(identity)
    this.#keepAlive(member)
    if (this.#state === 'preparing-rebalance') throw this.#rebalancing()
    if (this.#state === 'stable') return Promise.resolve(member.assignment)
    member.syncing?.reject(this.#rebalancing())
    const answer = Promise.withResolvers<Uint8Array>()
    member.syncing = answer
    if (member.memberId === this.#leaderId) this.#settle(assignments)
    return answer.promise
  }

  /**
   * Another broker coordinates the group from now on (Kafka: `onUnloaded`). What waits for an answer is told so. Nobody asks the group for
   * anything until it is loaded.
   */
  unload(): void {
    const moved = refusal('NOT_COORDINATOR', `Another broker coordinates group ${this.groupId} now: look it up.`)
    for (const member of this.#members.values()) endWaits(member, moved)
    for (const timer of this.#reserved.values()) timer.cancel()
    this.#reserved.clear()
    this.#rebalance?.cancel()
    this.#rebalance = null
  }

  /**
   * The new coordinator has read what the log has of the group (Kafka: `onLoaded`): the last generation whose leader has sent its
   * assignments. Who has joined since then is unknown, a generation that was not complete has never been, and sessions begin anew.
   */
  load(): void {
    const { generationId, leaderId, protocolName, members } = this.#stored
    this.#generationId = generationId
    this.#leaderId = leaderId
    this.#protocolName = protocolName
    this.#state = members.length === 0 ? 'empty' : 'stable'
    this.#members.clear()
    for (const stored of members) {
      const member = { ...stored }
      this.#members.set(member.memberId, member)
      this.#keepAlive(member)
    }
  }

  heartbeat(identity: GroupIdentity): void {
    const member = this.#member(identity)
    this.#keepAlive(member)
    if (this.#state === 'preparing-rebalance') throw this.#rebalancing()
  }

  /** Removes a member. A static one can be named by its instance id alone (KIP-345). */
  leave({ memberId, groupInstanceId }: GroupIdentity): void {
    const isNamed = ({ groupInstanceId: id }: GroupMemberState): boolean => groupInstanceId !== null && id === groupInstanceId
    const named = memberId === '' ? [...this.#members.values()].find(isNamed) : undefined
    this.#remove(named ?? this.#known(memberId, groupInstanceId))
  }

  /** Throws if the caller may not commit: it is a zombie, or has no generation while the group has members. */
  checkCommit(identity: GroupIdentity): void {
    if (identity.generationId < 0 && identity.memberId === '') {
      if (!this.isEmpty)
        throw refusal('UNKNOWN_MEMBER_ID', `Group ${this.groupId} has members: only they may commit its offsets.`)
      return
    }
    const member = this.#member(identity)
    this.#keepAlive(member)
    // Between join and sync no member knows what it owns.
    if (this.#state === 'completing-rebalance') throw this.#rebalancing()
  }

  /** Throws if the caller is a zombie. A commit of a transaction may come at any time, and from outside of the group (KIP-447). */
  checkTransactionalCommit(identity: GroupIdentity): void {
    const isNobody = identity.memberId === '' && identity.groupInstanceId === null
    if (identity.generationId < 0 && (this.isEmpty || isNobody)) return
    this.#member(identity)
  }

  close(): void {
    this.#rebalance?.cancel()
    for (const timer of this.#reserved.values()) timer.cancel()
    for (const member of this.#members.values()) member.session?.cancel()
  }

  #checkProtocols({ protocols }: JoinRequest): void {
    const others = [...this.#members.values()]
    const isShared = protocols.some(({ name }) =>
      others.every((other) => other.protocols.some((protocol) => protocol.name === name)),
    )
    if (protocols.length > 0 && isShared) return
    throw refusal(
      'INCONSISTENT_GROUP_PROTOCOL',
      `Group ${this.groupId} has a member that supports none of this member's assignors: give all members the same assignors.`,
    )
  }

  #admit(request: JoinRequest, client: GroupClient): GroupMemberState {
    const isReserved = this.#useReserved(request.memberId)
    if (request.memberId !== '' && !isReserved) return this.#known(request.memberId, request.groupInstanceId)
    this.#replaceStatic(request.groupInstanceId)
    const memberId = isReserved ? request.memberId : this.#newMemberId(request.groupInstanceId ?? client.clientId)
    const { groupInstanceId, sessionTimeoutMs, rebalanceTimeoutMs } = request
    const times = { sessionTimeoutMs, rebalanceTimeoutMs }
    const member: GroupMemberState = {
      memberId,
      groupInstanceId,
      ...client,
      ...times,
      protocols: [],
      assignment: nothing,
      joining: null,
      syncing: null,
      session: null,
    }
    this.#members.set(memberId, member)
    return member
  }

  #newMemberId(prefix: string): string {
    return `${prefix}-${this.#chance.uuid()}`
  }

  #useReserved(memberId: string): boolean {
    this.#reserved.get(memberId)?.cancel()
    return this.#reserved.delete(memberId)
  }

  /** Fences the member that has this instance id, because the joining member takes its place (KIP-345). */
  #replaceStatic(groupInstanceId: string | null): void {
    if (groupInstanceId === null) return
    for (const member of this.#members.values())
      if (member.groupInstanceId === groupInstanceId) this.#forget(member, this.#fenced(groupInstanceId))
  }

  #known(memberId: string, groupInstanceId: string | null): GroupMemberState {
    const member = this.#members.get(memberId)
    if (member !== undefined) return member
    const isReplaced =
      groupInstanceId !== null && [...this.#members.values()].some((other) => other.groupInstanceId === groupInstanceId)
    throw isReplaced ? this.#fenced(groupInstanceId) : this.#unknown(memberId)
  }

  #member({ memberId, generationId, groupInstanceId }: GroupIdentity): GroupMemberState {
    const member = this.#known(memberId, groupInstanceId)
    if (generationId !== this.#generationId)
      throw refusal(
        'ILLEGAL_GENERATION',
        `Group ${this.groupId} is at generation ${this.#generationId}, not ${generationId}: join again.`,
        { generationId },
      )
    return member
  }

  #prepareRebalance(): void {
    if (this.#state !== 'preparing-rebalance') {
      for (const member of this.#members.values()) {
        member.syncing?.reject(this.#rebalancing())
        member.syncing = null
      }
      this.#state = 'preparing-rebalance'
      const timeoutMs = Math.max(...[...this.#members.values()].map((member) => member.rebalanceTimeoutMs))
      this.#rebalance = this.#clock.schedule(timeoutMs, () => this.#expelAbsent())
    }
    this.#completeJoin()
  }

  #expelAbsent(): void {
    for (const member of this.#members.values()) if (member.joining === null) this.#forget(member, this.#unknown(member.memberId))
    this.#completeJoin()
  }

  #completeJoin(): void {
    const members = [...this.#members.values()]
    if (members.some(({ joining }) => joining === null)) return
    this.#rebalance?.cancel()
    this.#rebalance = null
    this.#generationId++
    this.#state = members.length === 0 ? 'empty' : 'completing-rebalance'
    if (members.length === 0) return this.#store()
    if (!this.#members.has(this.#leaderId)) this.#leaderId = members[0]!.memberId
    this.#protocolName = electProtocol(members)
    for (const member of members) {
      const { joining } = member
      member.joining = null
      member.assignment = nothing
      this.#keepAlive(member)
      joining?.resolve(this.#joinResponse(member))
    }
  }

  #joinResponse({ memberId }: GroupMemberState): JoinResponse {
    const isLeader = memberId === this.#leaderId
    return {
      generationId: this.#generationId,
      memberId,
      leaderId: this.#leaderId,
      protocolName: this.#protocolName,
      members: isLeader ? [...this.#members.values()].map((member) => this.#describe(member)) : [],
    }
  }

  #describe({ memberId, groupInstanceId, protocols }: GroupMemberState) {
    return { memberId, groupInstanceId, metadata: protocols.find(({ name }) => name === this.#protocolName)?.metadata ?? nothing }
  }

  #settle(assignments: readonly MemberAssignmentBytes[]): void {
    for (const { memberId, assignment } of assignments) {
      const member = this.#members.get(memberId)
      if (member !== undefined) member.assignment = Uint8Array.from(assignment)
    }
    this.#state = 'stable'
    this.#store()
    for (const member of this.#members.values()) {
      member.syncing?.resolve(member.assignment)
      member.syncing = null
    }
  }

  /** Of what members support the log has the chosen protocol only. */
  #store(): void {
    const members = [...this.#members.values()].map((member): GroupMemberState => {
      const protocols = member.protocols.filter(({ name }) => name === this.#protocolName)
      return { ...member, protocols, joining: null, syncing: null, session: null }
    })
    this.#stored = { generationId: this.#generationId, leaderId: this.#leaderId, protocolName: this.#protocolName, members }
  }

  /** Restarts the session timeout. A member that waits in a join has none, because it sends no heartbeats meanwhile. */
  #keepAlive(member: GroupMemberState): void {
    member.session?.cancel()
    if (member.joining !== null) return
    member.session = this.#clock.schedule(member.sessionTimeoutMs, () => this.#remove(member))
  }

  #remove(member: GroupMemberState): void {
    this.#forget(member, this.#unknown(member.memberId))
    if (this.#state === 'preparing-rebalance' || this.#members.size === 0) this.#completeJoin()
    else this.#prepareRebalance()
  }

  #forget(member: GroupMemberState, reason: Error): void {
    this.#members.delete(member.memberId)
    endWaits(member, reason)
  }

  #unknown(memberId: string): Error {
    return refusal(
      'UNKNOWN_MEMBER_ID',
      `${memberId || 'A member without id'} is not in group ${this.groupId}: join without a member id.`,
      {
        memberId,
      },
    )
  }

  #fenced(groupInstanceId: string): Error {
    const message = `Another member of group ${this.groupId} has joined with the instance id ${groupInstanceId}: close this one.`
    return refusal('FENCED_INSTANCE_ID', message, { groupInstanceId })
  }

  #rebalancing(): Error {
    return refusal('REBALANCE_IN_PROGRESS', `Group ${this.groupId} is rebalancing: join again.`)
  }
}

function endWaits(member: GroupMemberState, reason: Error): void {
  member.session?.cancel()
  member.joining?.reject(reason)
  member.syncing?.reject(reason)
  member.joining = null
  member.syncing = null
}
