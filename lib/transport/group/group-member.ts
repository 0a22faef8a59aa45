import type { Clock } from '../../clock/clock.ts'
import { sleep } from '../../clock/clock.ts'
import { assert } from '../../model/assert.ts'
import { TransportError } from '../../model/errors.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import type { MemberAssignment, MemberSubscription } from './consumer-protocol.ts'
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from './consumer-protocol.ts'
import type { GroupCoordinator, GroupIdentity, JoinResponse, MemberAssignmentBytes, OffsetCommit } from '../group-coordinator.ts'
import { GroupHeartbeat } from './group-heartbeat.ts'

export interface SubscribedMember extends MemberSubscription {
  readonly memberId: string
  readonly groupInstanceId: string | null
}

export interface NewAssignment {
  /** All that the member owns now. */
  readonly partitions: readonly TopicPartition[]
  /** Those among them that it did not own before. */
  readonly added: readonly TopicPartition[]
  readonly userData: Uint8Array | null
}

/**
 * What a membership asks and tells. Calls never overlap, and each is awaited before the next step. A call that rejects ends
 * the membership with that error.
 */
export interface GroupMemberListener {
  /** Asked before each join. */
  subscription(): Promise<Pick<MemberSubscription, 'topics' | 'userData'>>
  /** Asked of the leader only: who gets what. Members left out get nothing. */
  assign(members: readonly SubscribedMember[]): Promise<ReadonlyMap<string, MemberAssignment>>
  /** These go to somebody else after this call: commit what is theirs. Also at `leave`. */
  onRevoked(partitions: readonly TopicPartition[]): Promise<void>
  /** After every rebalance, also where nothing was added: userData may be new. */
  onAssigned(assignment: NewAssignment): Promise<void>
  /** These may be somebody else's already: nothing of theirs can be committed any more. */
  onLost(partitions: readonly TopicPartition[]): Promise<void>
}

export interface GroupMemberOptions {
  readonly coordinator: GroupCoordinator
  readonly clock: Clock
  readonly groupId: string
  /** KIP-345; null: a dynamic member. */
  readonly groupInstanceId: string | null
  /** Name of the assignor: all members of the group have the same. */
  readonly protocolName: string
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly heartbeatIntervalMs: number
  readonly retryBackoffMs: number
  readonly listener: GroupMemberListener
}

/**
 * How a member goes (KIP-1153). `leave`: the coordinator hears of it, and rebalances. `remain`: the coordinator keeps its place until the
 * session times out. `default`: a dynamic member leaves, a static one remains (KIP-1284).
 */
export type Goodbye = 'default' | 'leave' | 'remain'

/** What the member has to do next; a later entry overrides an earlier one. */
const signals = ['none', 'rejoin', 'lost', 'leave'] as const
type Signal = (typeof signals)[number]

/**
 * A member of a group that rebalances cooperatively (KIP-429): it keeps what it owns through a rebalance, lets go only of what
 * it was not assigned again, and then joins once more, so that this can go to others.
 *
 * One loop does everything in turn; heartbeats, commits and callers only leave a signal for it. Interleavings that matter:
 * - A heartbeat answers REBALANCE_IN_PROGRESS while `onAssigned` runs: the join follows when it has ended.
 * - The member is fenced while `onRevoked` runs: a commit in there fails, then `onLost` gets what is still owned.
 * - A rejoin is requested while a join is on its way: another join follows it, with the newer subscription.
 * - `leave` comes while a join waits for other members: it does not wait for them, unless the member has no id yet.
 */
export class GroupMember {
  readonly #options: GroupMemberOptions
  #memberId = ''
  #generationId = -1
  #owned: readonly TopicPartition[] = []
  #heartbeat: GroupHeartbeat | null = null
  #fatal: TransportError | null = null
  #signal: Signal = 'none'
  #signalled = Promise.withResolvers<void>()
  #leaving = Promise.withResolvers<void>()
  #running: Promise<void> | null = null
  #goodbye: Goodbye = 'default'

  constructor(options: GroupMemberOptions) {
    this.#options = options
  }

  /** What commits carry, so that a zombie's are refused. */
  get identity(): GroupIdentity {
    const { groupId, groupInstanceId } = this.#options
    return { groupId, groupInstanceId, generationId: this.#generationId, memberId: this.#memberId }
  }

  get ownedPartitions(): readonly TopicPartition[] {
    return this.#owned
  }

  /** The member's life: resolves after `leave`, rejects with the error that ended it. Called once. */
  run(): Promise<void> {
    assert(this.#running === null, 'A member runs once.')
    this.#running = this.#run()
    return this.#running
  }

  /** Joins again soon, with a new subscription. */
  requestRejoin(): void {
    this.#raise('rejoin')
  }

  /** Gives back all partitions (`onRevoked`) and leaves the group. Resolves when that is done; errors are those of `run`. */
  async leave(goodbye: Goodbye = 'default'): Promise<void> {
    if (goodbye !== 'default') this.#goodbye = goodbye
    this.#raise('leave')
    this.#leaving.resolve()
    await this.#running
  }

  /** Rejects with kind `fenced` or `rebalance` where the member no longer owns what it commits; the loop then knows it too. */
  async commit(offsets: readonly OffsetCommit[]): Promise<void> {
    const identity = this.identity
    // Outside of a generation the coordinator would take it for the commit of a lone tool, and not fence it.
    if (identity.generationId < 0) throw notInGroup(identity)
    try {
      await this.#options.coordinator.commitOffsets(identity, offsets)
    } catch (error) {
      const isCurrent = identity.generationId === this.#generationId
      if (isCurrent && error instanceof TransportError && error.kind !== 'fatal') this.#onTrouble(error)
      throw error
    }
  }

  async #run(): Promise<void> {
    try {
      while (this.#signal !== 'leave') await this.#turn()
      await this.#depart()
    } catch (error) {
      // The first error tells why; what fails on the way out only follows from it.
      await this.#lose().catch(() => undefined)
      await this.#sayGoodbye()
      throw error instanceof ListenerError ? error.cause : error
    }
  }

  /** One step of the loop: from whatever was signalled to the next stable generation, or one try at it. */
  async #turn(): Promise<void> {
    if (this.#signal === 'lost') await this.#lose()
    if (this.#fatal !== null) throw this.#fatal
    if (!this.#beginRound()) return
    try {
      if (await this.#rebalance()) await this.#signalled.promise
    } catch (error) {
      await this.#recover(error)
    }
  }

  /** False where it ended early because the member leaves. */
  async #rebalance(): Promise<boolean> {
    const joined = await this.#join()
    if (joined === null) return false
    const assignments = joined.leaderId === joined.memberId ? await this.#assign(joined) : []
    const bytes = await this.#options.coordinator.sync(this.identity, assignments)
    await this.#adopt(decodeAssignment(bytes))
    return true
  }

  async #join(): Promise<JoinResponse | null> {
    const { groupId, groupInstanceId, sessionTimeoutMs, rebalanceTimeoutMs, protocolName, coordinator, listener } = this.#options
    const { topics, userData } = await callListener(listener.subscription())
    const metadata = encodeSubscription({ topics, userData, ownedPartitions: this.#owned, generationId: this.#generationId })
    const identity = { groupId, groupInstanceId, memberId: this.#memberId }
    const times = { sessionTimeoutMs, rebalanceTimeoutMs }
    // The join keeps the session alive at the coordinator, and a heartbeat sent beside it would only ask for the join again.
    this.#heartbeat?.stop()
    const join = coordinator.join({
      ...identity,
      ...times,
      protocolType: 'consumer',
      protocols: [{ name: protocolName, metadata }],
    })
    join.catch(() => undefined)
    const joined = this.#memberId === '' ? await join : await Promise.race([join, this.#leaving.promise])
    if (joined === undefined) return null
    this.#enter(joined)
    return joined
  }

  #enter({ memberId, generationId }: JoinResponse): void {
    const { coordinator, clock, heartbeatIntervalMs, sessionTimeoutMs } = this.#options
    this.#memberId = memberId
    this.#generationId = generationId
    const onTrouble = (error: TransportError | null): void => (error === null ? this.#raise('lost') : this.#onTrouble(error))
    this.#heartbeat = new GroupHeartbeat(this.identity, {
      coordinator,
      clock,
      intervalMs: heartbeatIntervalMs,
      sessionTimeoutMs,
      onTrouble,
    })
  }

  async #assign({ members }: JoinResponse): Promise<readonly MemberAssignmentBytes[]> {
    const subscribed = members.map(({ memberId, groupInstanceId, metadata }) => ({
      memberId,
      groupInstanceId,
      ...decodeSubscription(metadata),
    }))
    const assignments = await callListener(this.#options.listener.assign(subscribed))
    return [...assignments].map(([memberId, assignment]) => ({ memberId, assignment: encodeAssignment(assignment) }))
  }

  async #adopt({ partitions, userData }: MemberAssignment): Promise<void> {
    const revoked = without(this.#owned, partitions)
    if (revoked.length > 0) {
      await callListener(this.#options.listener.onRevoked(revoked))
      this.#owned = without(this.#owned, revoked)
      // KIP-429: what was let go can be given to others only when this member says so in another join.
      this.#raise('rejoin')
    }
    const added = without(partitions, this.#owned)
    this.#owned = partitions
    await callListener(this.#options.listener.onAssigned({ partitions, added, userData }))
  }

  async #recover(error: unknown): Promise<void> {
    if (!(error instanceof TransportError)) throw error
    if (error.kind !== 'retriable') return this.#onTrouble(error)
    const { clock, sessionTimeoutMs, retryBackoffMs } = this.#options
    const aliveAtMs = this.#heartbeat?.aliveAtMs ?? clock.now()
    this.#raise(clock.now() - aliveAtMs >= sessionTimeoutMs ? 'lost' : 'rejoin')
    const controller = new AbortController()
    void this.#leaving.promise.then(() => controller.abort())
    await sleep(clock, retryBackoffMs, controller.signal)
  }

  #onTrouble(error: TransportError): void {
    if (error.kind === 'retriable') return
    if (error.kind === 'rebalance') return this.#raise('rejoin')
    // KIP-345: another process has this instance id; joining again would throw that one out in turn.
    if (error.kind !== 'fenced' || error.code === 'TRANSPORT_FENCED_INSTANCE_ID') this.#fatal = error
    // A member of an old generation is still in the group under its id; with a new id its old self would hold up the others.
    else if (error.code !== 'TRANSPORT_ILLEGAL_GENERATION') this.#memberId = ''
    this.#raise('lost')
  }

  async #lose(): Promise<void> {
    this.#heartbeat?.stop()
    this.#generationId = -1
    const lost = this.#owned
    this.#owned = []
    if (lost.length > 0) await callListener(this.#options.listener.onLost(lost))
  }

  async #depart(): Promise<void> {
    const owned = this.#owned
    if (owned.length > 0) await callListener(this.#options.listener.onRevoked(owned))
    this.#owned = []
    this.#heartbeat?.stop()
    await this.#sayGoodbye()
  }

  /** Best effort: a member that is not heard leaves by its session timeout, and so does a static one, which may come back (KIP-345). */
  async #sayGoodbye(): Promise<void> {
    const isDynamic = this.#options.groupInstanceId === null
    const isSaid = this.#goodbye === 'default' ? isDynamic : this.#goodbye === 'leave'
    if (isSaid && this.#memberId !== '') await this.#options.coordinator.leave(this.identity).catch(() => undefined)
    this.#memberId = ''
    this.#generationId = -1
  }

  #raise(signal: Signal): void {
    if (signals.indexOf(signal) > signals.indexOf(this.#signal)) this.#signal = signal
    this.#signalled.resolve()
  }

  /** From here on signals mean another round. Leaving is never forgotten: then there is none. */
  #beginRound(): boolean {
    if (this.#signal === 'leave') return false
    this.#signal = 'none'
    this.#signalled = Promise.withResolvers<void>()
    return true
  }
}

function notInGroup({ groupId }: GroupIdentity): TransportError {
  const message = `This member is in no generation of group ${groupId}: what it read will be read again by whoever owns it.`
  return new TransportError('TRANSPORT_UNKNOWN_MEMBER_ID', 'fenced', message, { facts: { groupId } })
}

/** Tells errors of the listener's from the coordinator's: a transport error thrown by user code is no reason to join again. */
class ListenerError extends Error {}

async function callListener<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (cause) {
    throw new ListenerError('A group listener failed.', { cause })
  }
}

function without(partitions: readonly TopicPartition[], others: readonly TopicPartition[]): readonly TopicPartition[] {
  const keys = new Set(others.map(partitionKey))
  return partitions.filter((partition) => !keys.has(partitionKey(partition)))
}
