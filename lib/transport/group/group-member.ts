import { sleep } from '../../clock/clock.ts'
import { endsWithin, unlessAborted } from '../../clock/within.ts'
import { assert } from '../../model/assert.ts'
import { TransportError } from '../../model/errors.ts'
import { sentenceOf } from '../../model/sentence.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import type { MemberAssignment } from './consumer-protocol.ts'
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from './consumer-protocol.ts'
import type { GroupIdentity, JoinResponse, MemberAssignmentBytes, OffsetCommit } from '../group-coordinator.ts'
import { GroupCommits } from './group-commits.ts'
import { GroupHeartbeat } from './group-heartbeat.ts'
import type { Goodbye, GroupMemberOptions } from './group-member-options.ts'

/** What the member does next. A later entry of the list overrides an earlier one. */
const signals = ['none', 'rejoin', 'lost', 'leave'] as const
type Signal = (typeof signals)[number]

/** A member that leaves waits at most this long for the coordinator's answer. */
const goodbyeMs = 5000

/** So long a member that leaves waits for the end of a rebalance in which it has joined: until then its last commit is refused. */
const lastSyncMs = 2000

/**
 * A member of a group with cooperative rebalancing (KIP-429). During a rebalance the member keeps its partitions. Afterwards it
 * revokes only the partitions that were not assigned to it again. Then it joins once more, so that others can get them.
 *
 * One loop takes all steps in turn. Heartbeats, commits and callers only leave a signal for it. Interleavings that matter:
 * - A heartbeat is answered REBALANCE_IN_PROGRESS while `onAssigned` runs: the join follows after `onAssigned` has ended.
 * - The member is fenced while `onRevoked` runs: a commit in `onRevoked` fails, then `onLost` gets all partitions still owned.
 * - `requestRejoin` is called while a join is under way: another join follows, with the newer subscription.
 * - `leave` is called while a join waits for other members: the member leaves without waiting.
 * - A commit is refused with ILLEGAL_GENERATION: the group has gone on while the member lost an answer. The member joins again with
 *   its partitions. Whether it still is a member, the coordinator says in its answer to the join.
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
  readonly #leaving = new AbortController()
  #running: Promise<void> | null = null
  #goodbye: Goodbye = 'default'
  #isJoining = false
  #troubleSinceMs: number | null = null
  #lossReason = ''
  readonly #commits: GroupCommits

  constructor(options: GroupMemberOptions) {
    this.#options = options
    const { coordinator, clock, commitWaitMs = Infinity } = options
    this.#commits = new GroupCommits({ coordinator, clock, commitWaitMs, identity: () => this.identity })
  }

  /** Every commit carries this identity, so that the coordinator refuses the commits of a zombie. */
  get identity(): GroupIdentity {
    const { groupId, groupInstanceId } = this.#options
    return { groupId, groupInstanceId, generationId: this.#generationId, memberId: this.#memberId }
  }

  get ownedPartitions(): readonly TopicPartition[] {
    return this.#owned
  }

  /** Runs the membership. Resolves after `leave`, and rejects with the error that ended the membership. Called once. */
  run(): Promise<void> {
    assert(this.#running === null, 'A member runs once.')
    this.#running = this.#run()
    return this.#running
  }

  /** Makes the member join again, with a new subscription. */
  requestRejoin(): void {
    this.#raise('rejoin')
  }

  /** Revokes all partitions (`onRevoked`) and ends the membership as `goodbye` says. Settles as `run` does. */
  async leave(goodbye: Goodbye = 'default'): Promise<void> {
    if (goodbye !== 'default') this.#goodbye = goodbye
    this.#raise('leave')
    this.#leaving.abort()
    await this.#running
  }

  /**
   * Leaves the group without a listener's help, because the listener hangs. When that comes back, it hears `onLost`, and the member
   * joins anew. A static member only sends no more heartbeats, as in Java.
   */
  giveUp(reason: string): void {
    const { coordinator, groupInstanceId } = this.#options
    const { identity } = this
    this.#heartbeat?.stop()
    this.#generationId = -1
    if (groupInstanceId === null && identity.memberId !== '') {
      this.#memberId = ''
      coordinator.leave(identity).then(
        () => this.#forget(identity.memberId),
        () => undefined,
      )
    }
    this.#lossReason = reason
    this.#raise('lost')
  }

  /** False from the member's join until it knows its partitions: until then a commit would be refused. */
  get canCommit(): boolean {
    return this.#commits.isOpen
  }

  /** Resolves when the member may commit. */
  joined(): Promise<void> {
    return this.#commits.opened()
  }

  /**
   * Commits offsets. Rejects with kind `rebalance` while the member joins, and with kind `fenced` if the coordinator does not know
   * the member in this generation. The member then joins again, and the commit can be repeated.
   */
  async commit(offsets: readonly OffsetCommit[]): Promise<void> {
    const { generationId } = this.identity
    try {
      await this.#commits.commit(offsets)
    } catch (error) {
      const isCurrent = generationId >= 0 && generationId === this.#generationId
      if (isCurrent && error instanceof TransportError && error.kind === 'fenced') this.#onTrouble(error)
      throw error
    }
  }

  async #run(): Promise<void> {
    try {
      await this.#leaveFormer()
      while (this.#signal !== 'leave') await this.#turn()
      await this.#depart()
    } catch (error) {
      // Errors of leaving only follow from this error, and are ignored.
      const cause = error instanceof ListenerError ? error.cause : error
      this.#lossReason = `The membership has ended: ${sentenceOf(cause)}`
      await this.#lose().catch(() => undefined)
      await this.#sayGoodbye()
      throw cause
    }
  }

  /** Takes the dead self of this process out of the group. Without an answer it is left to its session timeout. */
  async #leaveFormer(): Promise<void> {
    const { memory, groupId, groupInstanceId, coordinator, sessionTimeoutMs } = this.#options
    const former = memory?.former ?? null
    if (former === null || groupInstanceId !== null) return
    const left = coordinator.leave({ groupId, groupInstanceId, memberId: former, generationId: -1 })
    await unlessAborted(this.#within(sessionTimeoutMs, left), this.#leaving.signal)
  }

  /** One step of the loop: obeys the signal, then tries once to reach a stable generation. */
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

  /** Returns false if the member leaves while its join is under way. */
  async #rebalance(): Promise<boolean> {
    const joined = await this.#join()
    if (joined === null) return false
    const assignments = joined.leaderId === joined.memberId ? await this.#unlessLeaving(this.#assign(joined)) : []
    if (assignments === undefined) return false
    const bytes = await this.#unlessLeaving(this.#options.coordinator.sync(this.identity, assignments), lastSyncMs)
    if (bytes === undefined) return false
    this.#troubleSinceMs = null
    this.#commits.open()
    if (this.#signal === 'leave') return false
    await this.#adopt(decodeAssignment(bytes))
    return true
  }

  async #join(): Promise<JoinResponse | null> {
    this.#isJoining = true
    const { topics, userData } = await callListener(this.#options.listener.subscription())
    await this.#unlessLeaving(this.#commits.shut())
    if (this.#signal === 'lost' || this.#signal === 'leave') return null
    const metadata = encodeSubscription({ topics, userData, ownedPartitions: this.#owned, generationId: this.#generationId })
    // A pending join keeps the session alive. A heartbeat during the join would only be answered REBALANCE_IN_PROGRESS.
    this.#heartbeat?.stop()
    const joined = await this.#sendJoin(metadata)
    if (joined === undefined) return null
    this.#enter(joined)
    return joined
  }

  /**
   * Resolves with undefined if the member leaves meanwhile, and the work does not end within `graceMs` from then, nor before `enough`
   * does.
   */
  async #unlessLeaving<T>(work: Promise<T>, graceMs = 0, enough: Promise<unknown> = work): Promise<T | undefined> {
    const { signal } = this.#leaving
    const ended = await unlessAborted(
      work.then((value) => ({ value })),
      signal,
    )
    if (ended !== undefined || graceMs === 0) return ended?.value
    const graceOver = this.#within(graceMs, enough.then(() => undefined)) // prettier-ignore
    return Promise.race([work, graceOver.then(() => undefined)])
  }

  /** Resolves with undefined if the member leaves meanwhile. It then has an id to leave with, unless the coordinator is silent. */
  #sendJoin(metadata: Uint8Array): Promise<JoinResponse | undefined> {
    const { groupId, groupInstanceId, sessionTimeoutMs, rebalanceTimeoutMs, protocolName, coordinator } = this.#options
    const known = Promise.withResolvers<void>()
    if (this.#memberId !== '') known.resolve()
    const join = coordinator.join(
      {
        groupId,
        groupInstanceId,
        memberId: this.#memberId,
        sessionTimeoutMs,
        rebalanceTimeoutMs,
        protocolType: 'consumer',
        protocols: [{ name: protocolName, metadata }],
      },
      (memberId) => {
        this.#identify(memberId)
        known.resolve()
      },
    )
    join.catch(() => undefined)
    return this.#unlessLeaving(join, goodbyeMs, known.promise)
  }

  #identify(memberId: string): void {
    if (memberId !== this.#memberId) this.#options.memory?.keep(memberId)
    this.#memberId = memberId
  }

  #enter({ memberId, generationId }: JoinResponse): void {
    const { coordinator, clock, heartbeatIntervalMs, sessionTimeoutMs } = this.#options
    this.#identify(memberId)
    this.#generationId = generationId
    this.#isJoining = false
    const onTrouble = (error: TransportError | null): void => (error === null ? this.#onSilence() : this.#onTrouble(error))
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
      // KIP-429: the leader assigns a revoked partition once its owner has joined with a subscription that no longer names it.
      this.#raise('rejoin')
    }
    const added = without(partitions, this.#owned)
    this.#owned = partitions
    await callListener(this.#options.listener.onAssigned({ partitions, added, userData }))
  }

  async #recover(error: unknown): Promise<void> {
    if (!(error instanceof TransportError)) throw error
    this.#isJoining = false
    if (error.kind !== 'retriable') return this.#onTrouble(error)
    const { clock, sessionTimeoutMs, retryBackoffMs } = this.#options
    // The coordinator keeps a member whose join is pending. So the time counts from the first answer that did not come.
    this.#troubleSinceMs ??= clock.monotonic()
    if (clock.monotonic() - this.#troubleSinceMs >= sessionTimeoutMs) this.#onSilence()
    else this.#raise('rejoin')
    await sleep(clock, retryBackoffMs, this.#leaving.signal)
  }

  #onSilence(): void {
    this.#lossReason = `The coordinator has not answered for ${this.#options.sessionTimeoutMs} ms.`
    this.#raise('lost')
  }

  #onTrouble(error: TransportError): void {
    if (error.kind === 'retriable') return
    if (error.kind === 'rebalance') {
      // A join that is on its way is the answer to it.
      if (!this.#isJoining) this.#raise('rejoin')
      return
    }
    // The group has gone on without this member's answer. It still has the member under its id: with a new id the group would wait
    // for the old one, too.
    // No commit of this generation goes through any more, so none is sent until the answer to the next sync.
    if (error.code === 'TRANSPORT_ILLEGAL_GENERATION') {
      void this.#commits.shut()
      return this.#raise('rejoin')
    }
    // KIP-345: another process uses this instance id. If this member joined again, it would fence that process in turn.
    if (error.kind !== 'fenced' || error.code === 'TRANSPORT_FENCED_INSTANCE_ID') this.#fatal = error
    else this.#memberId = ''
    this.#lossReason = error.message
    this.#raise('lost')
  }

  async #lose(): Promise<void> {
    this.#heartbeat?.stop()
    this.#generationId = -1
    this.#troubleSinceMs = null
    this.#commits.open()
    const lost = this.#owned
    this.#owned = []
    if (lost.length > 0) await callListener(this.#options.listener.onLost(lost, this.#lossReason))
  }

  async #depart(): Promise<void> {
    const owned = this.#owned
    this.#commits.open()
    if (owned.length > 0) await callListener(this.#options.listener.onRevoked(owned))
    this.#owned = []
    this.#heartbeat?.stop()
    await this.#sayGoodbye()
  }

  /**
   * Tells the coordinator that the member leaves, unless it shall remain. An error is ignored, and so is an answer that does not
   * come: the coordinator then removes the member when its session times out.
   */
  async #sayGoodbye(): Promise<void> {
    const isDynamic = this.#options.groupInstanceId === null
    const isSaid = this.#goodbye === 'default' ? isDynamic : this.#goodbye === 'leave'
    const { identity } = this
    if (isSaid && identity.memberId !== '') {
      const left = this.#options.coordinator.leave(identity).then(() => this.#forget(identity.memberId))
      await this.#within(goodbyeMs, left)
    }
    this.#memberId = ''
    this.#generationId = -1
  }

  /** A late answer to the leave of an earlier member leaves the id of the present one alone. */
  #forget(memberId: string): void {
    const { memory } = this.#options
    if (memory?.former === memberId) memory.forget()
  }

  async #within(timeoutMs: number, answer: Promise<void>): Promise<void> {
    const heard = answer.catch(() => undefined)
    await endsWithin(heard, timeoutMs, this.#options.clock)
  }

  #raise(signal: Signal): void {
    if (signals.indexOf(signal) > signals.indexOf(this.#signal)) this.#signal = signal
    this.#signalled.resolve()
  }

  /**
   * Clears the signal, so that later signals start another round. Returns false if the member leaves: there is no other round
   * then.
   */
  #beginRound(): boolean {
    if (this.#signal === 'leave') return false
    this.#signal = 'none'
    this.#signalled = Promise.withResolvers<void>()
    return true
  }
}

/** Marks errors of the listener, so that a `TransportError` from user code does not make the member join again. */
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
