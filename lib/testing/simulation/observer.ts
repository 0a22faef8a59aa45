import { latin1 } from '../../model/bytes.ts'
import type { GroupIdentity, OffsetCommit } from '../../transport/group-coordinator.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import { decodeCommittedMetadata } from '../../runtime/task/partition-metadata.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import type { EmbeddedGroup } from '../../transport/embedded/embedded-group.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import type { World } from './world.ts'

/** A committed offset, and when it was committed (virtual ms). */
export interface Commit {
  readonly offset: number
  readonly atMs: number
}

/**
 * Watches what goes over the ports, and keeps what must never be. At least once:
 *
 * - No commit is sent between a join and its answer: the broker would refuse it, or another member owns the partition by then. A
 *   process that closes may try.
 * - Committed offsets of a topic do not go backwards, unless its log was truncated.
 * - In one generation a partition has one member that commits it.
 */
export class Observer {
  readonly #world: World
  readonly #joining = new Set<SimulatedProcess>()
  readonly #offsets = new Map<string, number>()
  /** Of each partition, in their order. */
  readonly #commits = new Map<string, Commit[]>()
  /** When members joined, and when processes died. */
  readonly #handovers: number[] = []
  readonly #owners = new Map<string, string>()
  readonly #truncated = new Set<string>()
  readonly #members = new Map<SimulatedProcess, string>()
  /** By stamp. */
  readonly #writers = new Map<string, { readonly process: SimulatedProcess; readonly writer: string }>()
  readonly violations: string[] = []
  #lateWrites = 0
  #lateCommits = 0

  constructor(world: World) {
    this.#world = world
  }

  /**
   * Batches that came from a process which was not, or might not have been, the owner of its tasks any more. At least once nobody
   * refuses them, so an older value may follow a newer one, in Java as well.
   */
  get lateWrites(): number {
    return this.#lateWrites
  }

  onJoin(process: SimulatedProcess, memberId: string): void {
    this.#joining.add(process)
    this.#handovers.push(this.#world.now)
    if (memberId !== '') this.#members.set(process, memberId)
  }

  /** The id by which a process is in its group. Empty before it has joined. */
  memberOf(process: SimulatedProcess): string {
    return this.#members.get(process) ?? ''
  }

  /** Told of each batch that a producer seals. `writer`: which member the process was when it sent the batch. */
  onSealed(batch: Uint8Array, process: SimulatedProcess, writer: string): void {
    this.#writers.set(stampOf(batch), { process, writer })
  }

  /** Told of each batch that a log has taken for the first time. */
  onAppended(batch: Uint8Array, group: EmbeddedGroup): void {
    const sealed = this.#writers.get(stampOf(batch))
    if (sealed === undefined) return
    const { process, writer } = sealed
    if (writer !== this.memberOf(process) || !group.has(writer)) this.#lateWrites++
  }

  onJoined(process: SimulatedProcess): void {
    this.#joining.delete(process)
  }

  onCommitSent(process: SimulatedProcess): void {
    if (this.#joining.has(process) && !process.isClosing) this.violation(`${process.name} sends a commit while it joins`)
  }

  /** Told of a commit that will arrive late, perhaps after newer ones. */
  onLateCommit(): void {
    this.#lateCommits++
  }

  /** The greatest offset that was ever committed of a partition of the topic of this id. 0 before the first. */
  highestCommit(partition: TopicPartition, topicId: string): number {
    return this.#offsets.get(keyOf(partition, topicId)) ?? 0
  }

  /** The first commit of an offset behind this one, and when it was (virtual ms). Null: there was none. */
  firstCommitBehind(partition: TopicPartition, topicId: string, offset: number): Commit | null {
    return this.#commits.get(keyOf(partition, topicId))?.find((commit) => commit.offset > offset) ?? null
  }

  /** Whether tasks may have changed hands between two times (virtual ms). */
  hasHandover(fromMs: number, toMs: number): boolean {
    return this.#handovers.some((atMs) => atMs >= fromMs && atMs <= toMs)
  }

  onDeath(): void {
    this.#handovers.push(this.#world.now)
  }

  /** Told of a log that has lost its records from an offset on: whoever has read them goes back there. */
  onTruncated(partition: TopicPartition, topicId: string, from: number): void {
    const key = keyOf(partition, topicId)
    this.#truncated.add(key)
    this.#offsets.set(key, Math.min(from, this.#offsets.get(key) ?? 0))
  }

  /** Whether the log was truncated, so that a member that has not noticed it yet may commit behind its end. */
  isTruncated(partition: TopicPartition, topicId: string): boolean {
    return this.#truncated.has(keyOf(partition, topicId))
  }

  onCommitted({ generationId, memberId }: GroupIdentity, offsets: readonly OffsetCommit[]): void {
    for (const commit of offsets) {
      // A topic that was deleted and created again begins anew.
      const key = keyOf(commit, topicIdOf(commit.metadata))
      const before = this.#offsets.get(key) ?? 0
      const isBack = commit.offset < before && !this.#truncated.has(key)
      if (isBack && this.#lateCommits === 0) this.violation(`${memberId} commits ${key} at ${commit.offset}, after ${before}`)
      this.#offsets.set(key, Math.max(before, commit.offset))
      const commits = this.#commits.get(key) ?? []
      this.#commits.set(key, commits)
      commits.push({ offset: commit.offset, atMs: this.#world.now })
      const owner = this.#owners.get(`${generationId} ${key}`) ?? memberId
      if (owner !== memberId) this.violation(`${memberId} and ${owner} commit ${key} in generation ${generationId}`)
      this.#owners.set(`${generationId} ${key}`, memberId)
    }
  }

  violation(what: string): void {
    this.#world.note(`VIOLATION ${what}`)
    this.violations.push(what)
  }
}

function keyOf(partition: TopicPartition, topicId: string | undefined): string {
  return `${partitionKey(partition)} of topic ${topicId}`
}

/** The id of the topic that a committed offset is of. */
export function topicIdOf(metadata: string): string | undefined {
  return decodeCommittedMetadata(metadata).topicId
}

/** What tells the batches of all producers apart: checksum, producer, epoch and sequence. */
function stampOf(batch: Uint8Array): string {
  return latin1(batch.subarray(17, 57))
}
