import type { TopicPartition } from '../../../model/topic-partition.ts'
import { partitionKey } from '../../../model/topic-partition.ts'
import type { OffsetCommit } from '../../group-coordinator.ts'
import type { Journal } from '../journal.ts'

const prefix = 'pending/'

type Pending = Map<string, OffsetCommit>

/** Offsets of groups that belong to transactions which have not ended. The journal gets an entry `pending/…` for each group and producer. */
export class PendingOffsets {
  /** By group, then by producer id. */
  readonly #groups = new Map<string, Map<number, Pending>>()
  readonly #journal: Journal

  constructor(journal: Journal) {
    this.#journal = journal
  }

  add(groupId: string, producerId: number, offsets: readonly OffsetCommit[]): void {
    const pending = this.#of(groupId, producerId)
    for (const { topic, partition, offset, leaderEpoch, metadata } of offsets)
      pending.set(partitionKey({ topic, partition }), { topic, partition, offset, leaderEpoch, metadata })
    const entry = JSON.stringify([groupId, producerId, [...pending.values()]])
    this.#journal.write(entryKey(groupId, producerId), Buffer.from(entry))
  }

  /** Whether a transaction that has not ended will say more about the partition (KIP-447). */
  has(groupId: string, partition: TopicPartition): boolean {
    const key = partitionKey(partition)
    for (const pending of this.#groups.get(groupId)?.values() ?? []) if (pending.has(key)) return true
    return false
  }

  /** Removes and returns what the transaction of a producer has of the group. */
  take(groupId: string, producerId: number): readonly OffsetCommit[] {
    const pending = this.#groups.get(groupId)?.get(producerId)
    if (pending === undefined) return []
    this.#groups.get(groupId)!.delete(producerId)
    this.#journal.write(entryKey(groupId, producerId), null)
    return [...pending.values()]
  }

  deleteGroup(groupId: string): void {
    for (const producerId of this.#groups.get(groupId)?.keys() ?? []) this.take(groupId, producerId)
  }

  /** Loads an entry of the store. Returns false if the entry is none of these. */
  load(key: string, value: Uint8Array): boolean {
    if (!key.startsWith(prefix)) return false
    const [groupId, producerId, offsets] = JSON.parse(Buffer.from(value).toString()) as [string, number, OffsetCommit[]]
    for (const offset of offsets) this.#of(groupId, producerId).set(partitionKey(offset), offset)
    return true
  }

  #of(groupId: string, producerId: number): Pending {
    const producers = this.#groups.get(groupId) ?? new Map<number, Pending>()
    this.#groups.set(groupId, producers)
    const pending = producers.get(producerId) ?? new Map<string, OffsetCommit>()
    producers.set(producerId, pending)
    return pending
  }
}

function entryKey(groupId: string, producerId: number): string {
  return `${prefix}${encodeURIComponent(groupId)}/${producerId}`
}
