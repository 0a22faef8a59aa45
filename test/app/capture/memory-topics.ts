import type { RawRecord } from '../../../app/capture/envelope.ts'
import type { RawTopics } from '../../../app/capture/source.ts'

export type Table = 'users' | 'transfers'

/** Raw topics of four partitions in memory, that can break off in the middle of a send. */
export class MemoryTopics implements RawTopics {
  readonly logs = new Map<string, RawRecord[]>()
  failAfter = Infinity

  readonly #table: Table

  constructor(table: Table) {
    this.#table = table
  }

  async lastRecords() {
    const topics = ['', '.dlq'].map((suffix) => `raw.bank.${this.#table}${suffix}`)
    const names = topics.flatMap((topic) => [0, 1, 2, 3].map((partition) => `${topic}-${partition}`))
    return names.map((partition) => ({ partition, headers: this.logs.get(partition)?.at(-1)?.headers ?? null }))
  }

  partitionOf({ topic, key }: RawRecord): string {
    return `${topic}-${JSON.parse(Buffer.from(key).toString()).payload.id % 4}`
  }

  /** A broken send leaves any part of it behind: here the partitions in reverse. */
  async send(records: readonly RawRecord[]): Promise<void> {
    for (const record of records.toSorted((left, right) => (this.partitionOf(left) > this.partitionOf(right) ? -1 : 1))) {
      if (this.failAfter-- <= 0) throw new Error('killed')
      const partition = this.partitionOf(record)
      this.logs.set(partition, [...(this.logs.get(partition) ?? []), record])
    }
  }

  records(): { readonly op: string | null; readonly id: number; readonly payload: any }[] {
    const all = [...this.logs].filter(([partition]) => !partition.includes('.dlq')).flatMap(([, records]) => records)
    return all.map(({ key, value }) => {
      const payload = value === null ? null : JSON.parse(Buffer.from(value).toString()).payload
      return { id: JSON.parse(Buffer.from(key).toString()).payload.id, op: payload?.op ?? null, payload }
    })
  }
}
