import type { TransportError } from '../../../lib/model/errors.ts'
import type { AssignedTasks, Membership, MembershipListener, TaskReport } from '../../../lib/runtime/membership/membership.ts'
import type { GroupIdentity, OffsetCommit } from '../../../lib/transport/group-coordinator.ts'

/**
 * A membership as KIP-1071 has it: the broker says in each heartbeat which tasks the member shall have, and the member's epoch grows
 * with it. No joins, no leader, no user data.
 */
export class FakeMembership implements Membership {
  /** What was committed, with the epoch in which it was. */
  readonly commits: { readonly epoch: number; readonly offsets: readonly OffsetCommit[] }[] = []
  readonly reports: TaskReport[] = []
  rejoins = 0
  /** Why tasks were given up. */
  readonly givenUp: string[] = []
  /** Whether a join is under way. */
  canCommit = true
  shutdowns = 0
  /** Commits are refused with it. */
  refusal: TransportError | null = null
  readonly #keep: (offsets: readonly OffsetCommit[]) => Promise<void>
  #listener: MembershipListener | null = null
  #owned: AssignedTasks = new Map()
  #epoch = 0
  readonly #ended = Promise.withResolvers<void>()

  /** `keep` remembers commits where the tasks look for them. */
  constructor(keep: (offsets: readonly OffsetCommit[]) => Promise<void>) {
    this.#keep = keep
  }

  run(listener: MembershipListener): Promise<void> {
    this.#listener = listener
    return this.#ended.promise
  }

  get identity(): GroupIdentity {
    return { groupId: 'app', memberId: 'fake', generationId: this.#epoch, groupInstanceId: null }
  }

  async commit(offsets: readonly OffsetCommit[]): Promise<void> {
    if (this.refusal !== null) throw this.refusal
    this.commits.push({ epoch: this.#epoch, offsets })
    await this.#keep(offsets)
  }

  requestRejoin(): void {
    this.rejoins++
  }

  giveUp(reason: string): void {
    this.givenUp.push(reason)
  }

  requestShutdown(): void {
    this.shutdowns++
  }

  async leave(): Promise<void> {
    await this.#revoke([...this.#owned.keys()])
    this.#ended.resolve()
  }

  /** The broker's target for this member: what is not in it is revoked first. */
  async heartbeat(target: AssignedTasks): Promise<void> {
    this.reports.push(this.#listener!.report())
    this.#listener!.onRebalance()
    await this.#revoke([...this.#owned.keys()].filter((id) => !target.has(id)))
    this.#epoch++
    this.#owned = target
    await this.#listener!.onAssigned(target)
  }

  /** The broker has given the tasks to others: FENCED_MEMBER_EPOCH. */
  async fence(): Promise<void> {
    const lost = [...this.#owned.keys()]
    this.#owned = new Map()
    await this.#listener!.onLost(lost, 'The broker has fenced the member.')
  }

  /** The membership ends with this error. */
  fail(error: Error): void {
    this.#ended.reject(error)
  }

  async #revoke(ids: readonly string[]): Promise<void> {
    this.#owned = new Map([...this.#owned].filter(([id]) => !ids.includes(id)))
    if (ids.length > 0) await this.#listener!.onRevoked(ids)
  }
}
