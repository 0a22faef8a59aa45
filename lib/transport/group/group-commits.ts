import type { Clock } from '../../clock/clock.ts'
import { within } from '../../clock/within.ts'
import { TransportError } from '../../model/errors.ts'
import type { GroupCoordinator, GroupIdentity, OffsetCommit } from '../group-coordinator.ts'

export interface GroupCommitsOptions {
  readonly coordinator: Pick<GroupCoordinator, 'commitOffsets'>
  /** The member's identity of now. */
  readonly identity: () => GroupIdentity
  readonly clock: Clock
  /** Nobody waits longer than this for an answer. The commit stays under way, and another is sent after its answer. */
  readonly commitWaitMs: number
}

/**
 * The commits of a group member, and the gate before them. The gate is shut from the member's join until the answer to its sync
 * (Java: `rebalanceInProgress`). A commit in between would reach the coordinator in another generation than it left the member, and
 * would come back ILLEGAL_GENERATION or REBALANCE_IN_PROGRESS although nobody has taken the member's place.
 */
export class GroupCommits {
  readonly #options: GroupCommitsOptions
  readonly #underWay = new Set<Promise<void>>()
  /** The commit that nobody waits for any more. */
  #late: Promise<void> | null = null
  #opened: PromiseWithResolvers<void> | null = null

  constructor(options: GroupCommitsOptions) {
    this.#options = options
  }

  get isOpen(): boolean {
    return this.#opened === null
  }

  /** Resolves when the gate is open. */
  async opened(): Promise<void> {
    await this.#opened?.promise
  }

  /** Lets no further commit through. Resolves when those under way are answered. */
  async shut(): Promise<void> {
    this.#opened ??= Promise.withResolvers()
    await Promise.all(this.#underWay)
  }

  open(): void {
    this.#opened?.resolve()
    this.#opened = null
  }

  async commit(offsets: readonly OffsetCommit[]): Promise<void> {
    const identity = this.#options.identity()
    // The coordinator does not fence a commit without a generation, because administrators' tools commit that way.
    if (identity.generationId < 0) throw notInGroup(identity)
    if (!this.isOpen) throw isJoining(identity)
    if (this.#late !== null) throw isLate(identity)
    const sent = this.#options.coordinator.commitOffsets(identity, offsets)
    const answered = sent
      .catch(() => undefined)
      .finally(() => {
        this.#underWay.delete(answered)
        if (this.#late === answered) this.#late = null
      })
    this.#underWay.add(answered)
    await this.#answerTo(sent, () => {
      this.#late = answered
      return isLate(identity)
    })
  }

  #answerTo(sent: Promise<void>, late: () => Error): Promise<void> {
    const { clock, commitWaitMs: limitMs } = this.#options
    return limitMs === Infinity ? sent : within(sent, { clock, limitMs, late })
  }
}

function isLate({ groupId }: GroupIdentity): TransportError {
  const message = `The coordinator of group ${groupId} has not answered a commit yet. Commit again later.`
  return new TransportError('TRANSPORT_REQUEST_TIMED_OUT', 'retriable', message, { facts: { groupId } })
}

export function notInGroup({ groupId }: GroupIdentity): TransportError {
  const message = `This member is in no generation of group ${groupId}, so it cannot commit. The next owner of its partitions reads the records again.`
  return new TransportError('TRANSPORT_UNKNOWN_MEMBER_ID', 'fenced', message, { facts: { groupId } })
}

function isJoining({ groupId }: GroupIdentity): TransportError {
  const message = `This member joins group ${groupId} again, and cannot commit until it has joined. Commit again then.`
  return new TransportError('TRANSPORT_REBALANCE_IN_PROGRESS', 'rebalance', message, { facts: { groupId } })
}
