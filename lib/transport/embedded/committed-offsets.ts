import { partitionKey } from '../../model/topic-partition.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { OffsetCommit } from '../group-coordinator.ts'
import type { Journal } from './journal.ts'

const prefix = 'offset/'

/** The committed offsets of all groups. The journal gets an entry `offset/…` for each. */
export class CommittedOffsets {
  readonly #groups = new Map<string, Map<string, OffsetCommit>>()
  readonly #journal: Journal

  constructor(journal: Journal) {
    this.#journal = journal
  }

  commit(groupId: string, offsets: readonly OffsetCommit[]): void {
    for (const { topic, partition, offset, leaderEpoch, metadata } of offsets) {
      const commit: OffsetCommit = { topic, partition, offset, leaderEpoch, metadata }
      this.#group(groupId).set(partitionKey(commit), commit)
      this.#journal.write(entryKey(groupId, commit), Buffer.from(JSON.stringify([groupId, commit])))
    }
  }

  of(groupId: string, partitions: readonly TopicPartition[]): readonly OffsetCommit[] {
    const commits = this.#groups.get(groupId)
    return partitions.flatMap((partition) => commits?.get(partitionKey(partition)) ?? [])
  }

  /** All committed offsets of a group. */
  all(groupId: string): readonly OffsetCommit[] {
    return [...(this.#groups.get(groupId)?.values() ?? [])]
  }

  groups(): Iterable<string> {
    return this.#groups.keys()
  }

  has(groupId: string): boolean {
    return this.#groups.has(groupId)
  }

  deleteGroup(groupId: string): void {
    for (const commit of this.#groups.get(groupId)?.values() ?? []) this.#journal.write(entryKey(groupId, commit), null)
    this.#groups.delete(groupId)
  }

  deleteTopic(topic: string): void {
    for (const [groupId, commits] of this.#groups)
      for (const [key, commit] of commits) {
        if (commit.topic !== topic) continue
        commits.delete(key)
        this.#journal.write(entryKey(groupId, commit), null)
      }
  }

  /** Loads an entry of the store. Returns false if the entry is not a committed offset. */
  load(key: string, value: Uint8Array): boolean {
    if (!key.startsWith(prefix)) return false
    const [groupId, commit] = JSON.parse(Buffer.from(value).toString()) as [string, OffsetCommit]
    this.#group(groupId).set(partitionKey(commit), commit)
    return true
  }

  #group(groupId: string): Map<string, OffsetCommit> {
    const group = this.#groups.get(groupId) ?? new Map<string, OffsetCommit>()
    this.#groups.set(groupId, group)
    return group
  }
}

function entryKey(groupId: string, commit: TopicPartition): string {
  return `${prefix}${encodeURIComponent(groupId)}/${partitionKey(commit)}`
}
