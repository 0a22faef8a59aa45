import type { BatchRange } from '../../../contracts/feed.ts'

/** How a range meets what is already here. */
export type Meeting =
  /** It begins where the partition stands. */
  | 'next'
  /** Offsets between are missing. */
  | 'gap'
  /** All of it was here before. */
  | 'repeat'
  /** It begins before, and goes further. */
  | 'overlap'

/** Where each partition stands: the offset that has to come next. */
export class Positions {
  readonly #next = new Map<string, Map<number, number>>()

  /** Forgets everything: the positions are those of a state just loaded. */
  reset(topics: Readonly<Record<string, readonly number[]>>): void {
    this.#next.clear()
    for (const [topic, next] of Object.entries(topics)) this.#next.set(topic, new Map(next.entries()))
  }

  /** Null for a partition that nobody has told of yet: its first range says where it begins. */
  next(topic: string, p: number): number | null {
    return this.#next.get(topic)?.get(p) ?? null
  }

  meets({ topic, p, from, to }: BatchRange): Meeting {
    const next = this.next(topic, p)
    if (next === null || from === next) return 'next'
    if (from > next) return 'gap'
    return to <= next ? 'repeat' : 'overlap'
  }

  advance({ topic, p, to }: BatchRange): void {
    const partitions = this.#next.get(topic)
    if (partitions === undefined) this.#next.set(topic, new Map([[p, to]]))
    else partitions.set(p, Math.max(to, partitions.get(p) ?? to))
  }
}
