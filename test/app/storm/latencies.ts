import { DatabaseSync } from 'node:sqlite'
import type { Failing } from './surroundings.ts'

/** When something was away, in ms since the epoch, and when what had waited for it was there. */
export interface Outage {
  readonly of: Failing
  readonly from: number
  readonly to: number
  readonly drainedAt: number
}

/** A transfer: when SQL had it, and when its document was seen. */
export interface Passage {
  readonly madeAt: number
  readonly seenAt: number
}

const lookMs = 20

/** Notes when each transfer is first among the documents: as exactly as it looks, 20 ms. */
export class DocumentWatch implements Disposable {
  readonly seenAt = new Map<number, number>()
  readonly #database: DatabaseSync
  readonly #timer: NodeJS.Timeout
  #last = 0

  constructor(path: string) {
    this.#database = new DatabaseSync(path, { readOnly: true })
    const select = this.#database.prepare('select rowid, id from documents where rowid > ? order by rowid')
    this.#timer = setInterval(() => {
      const now = Date.now()
      for (const row of select.all(this.#last)) {
        this.#last = row['rowid'] as number
        this.seenAt.set(Number(row['id']), now)
      }
    }, lookMs)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    this.#database.close()
  }
}

/** What is later than this was held up. */
const heldUpMs = 1000

/** When the last of those that an outage held up was there. `passages` are in the order in which they were made. */
export function drainedAt(passages: readonly Passage[], { from, to }: Pick<Outage, 'from' | 'to'>): number {
  let at = to
  for (const { madeAt, seenAt } of passages) {
    if (madeAt > at) break
    if (madeAt > from - heldUpMs && seenAt - madeAt > heldUpMs) at = Math.max(at, seenAt)
  }
  return at
}

/** Ms from SQL to the document of those made outside of all outages, in order. */
export function outside(passages: readonly Passage[], outages: readonly Outage[]): readonly number[] {
  const isWithin = ({ madeAt }: Passage, outage: Outage): boolean => madeAt > outage.from - heldUpMs && madeAt <= outage.drainedAt
  return passages
    .filter((passage) => !outages.some((outage) => isWithin(passage, outage)))
    .map(({ madeAt, seenAt }) => seenAt - madeAt)
    .toSorted((left, right) => left - right)
}

export const quantile = (sorted: readonly number[], share: number): number => sorted[Math.floor(sorted.length * share)] ?? NaN
