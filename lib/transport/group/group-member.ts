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
  /** Those partitions that the member did not own before. */
  readonly added: readonly TopicPartition[]
  readonly userData: Uint8Array | null
}

/**
 * What a member of a group asks of its application, and tells it. Calls never overlap, and each is awaited before the next step.
 * A call
 * that rejects ends the membership with that error.
 */
export interface GroupMemberListener {
  /** Asked before each join. */
  subscription(): Promise<Pick<MemberSubscription, 'topics' | 'userData'>>
  /** Only the leader is asked: it says which member gets which partitions. A member that it leaves out gets none. */
  assign(members: readonly SubscribedMember[]): Promise<ReadonlyMap<string, MemberAssignment>>
  /** The partitions go to another member after this call, so their offsets are committed now. Also called by `leave`. */
  onRevoked(partitions: readonly TopicPartition[]): Promise<void>
  /** Called after every rebalance, also where no partition was added: userData may be new. */
  onAssigned(assignment: NewAssignment): Promise<void>
  /** The partitions may have another owner already: their offsets cannot be committed any more. */
  onLost(partitions: readonly TopicPartition[]): Promise<void>
}

export interface GroupMemberOptions {
  readonly coordinator: GroupCoordinator
  readonly clock: Clock
  readonly groupId: string
  /** The static member's id (KIP-345). Null: a dynamic member. */
  readonly groupInstanceId: string | null
  /** Name of the assignor. All members of a group have the same. */
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

/** What the member does next. A later entry of the list overrides an earlier one. */
const signals = ['none', 'rejoin', 'lost', 'leave'] as const
type Signal = (typeof signals)[number]

/**
 * A member of a group that rebalances cooperatively (KIP-429): it keeps what it owns through a rebalance, lets go only of what
 * it was not assigned again, and then joins once more, so that this can go to others.
 *
 * One loop takes all steps in turn. Heartbeats, commits and callers only leave a signal for it. Interleavings that matter:
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

  /** Commits carry it, so that the coordinator refuses those of a zombie. */
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

  /** Rejects with kind `fenced` or `rebalance` where the member no longer owns what it commits. The loop then rejoins. */
  async commit(offsets: readonly OffsetCommit[]): Promise<void> {
    const identity = this.identity
    // Without a generation the coordinator would take this for the commit of an administrator's tool, and would not fence it.
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
      // The first error is the cause. Errors of leaving only follow from it.
      await this.#lose().catch(() => undefined)
      await this.#sayGoodbye()
      throw error instanceof ListenerError ? error.cause : error
    }
  }

  /** One step of the loop: it acts on the signal, and tries once to reach the next stable generation. */
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

  /** Answers false where the join ended early because the member leaves. */
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
    // A join under way keeps the session alive. A heartbeat beside it would only be answered REBALANCE_IN_PROGRESS.
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
      // KIP-429: the leader gives revoked partitions to others once this member's next subscription no longer names them.
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

  /**
   * Best effort: without an answer the member leaves by its session timeout. A static member always does, because it may come
   * back (KIP-345).
   */
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

  /** Signals that come from here on ask for another round. A signal to leave stays: there is no other round then. */
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

/** Marks an error of the listener: a `TransportError` that user code throws is no reason to join again. */
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
