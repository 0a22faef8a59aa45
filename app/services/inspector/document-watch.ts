import type { Passage } from './passages.ts'

const waitingMax = 50_000

interface Waiting {
  readonly offset: number
  readonly passage: Passage
}

/** Enriched records that are not documents yet. The sink commits an offset after its document is written. */
export class DocumentWatch {
  readonly #waiting = new Map<number, Waiting[]>()
  #count = 0

  add(partition: number, offset: number, passage: Passage): void {
    if (this.#count >= waitingMax) return
    this.#count++
    const waiting = this.#waiting.get(partition)
    if (waiting === undefined) this.#waiting.set(partition, [{ offset, passage }])
    else waiting.push({ offset, passage })
  }

  /** Those that have become documents by now. */
  take(committed: ReadonlyMap<number, number>): Passage[] {
    return [...committed].flatMap(([partition, next]) => {
      const waiting = this.#waiting.get(partition) ?? []
      const split = waiting.findIndex(({ offset }) => offset >= next)
      const written = split === -1 ? waiting : waiting.slice(0, split)
      this.#waiting.set(partition, split === -1 ? [] : waiting.slice(split))
      this.#count -= written.length
      return written.map(({ passage }) => passage)
    })
  }
}
