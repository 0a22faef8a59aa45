import type { Batch, BatchRange, FeedRecord } from '../../contracts/feed.ts'

const recordsMax = 500
const intervalMs = 50

export interface SeenPart {
  readonly topic: string
  readonly partition: number
  readonly from: number
  readonly to: number
  readonly records: readonly FeedRecord[]
}

/** Splits what was seen of partitions into batches of at most 500 records, each with the ranges that it covers. */
export function toBatches(parts: readonly SeenPart[], clock: string): Batch[] {
  const batches: Batch[] = []
  let [ranges, records]: [BatchRange[], FeedRecord[]] = [[], []]
  for (const part of parts) {
    let from = part.from
    let left = part.records
    while (from < part.to) {
      const taken = left.slice(0, recordsMax - records.length)
      left = left.slice(taken.length)
      const to = left.length === 0 ? part.to : taken.at(-1)!.o + 1
      ranges.push({ topic: part.topic, p: part.partition, from, to, holes: to - from - taken.length })
      records.push(...taken)
      from = to
      if (records.length < recordsMax) continue
      batches.push({ clock, ranges: joined(ranges), records })
      ;[ranges, records] = [[], []]
    }
  }
  if (ranges.length > 0) batches.push({ clock, ranges: joined(ranges), records })
  return batches
}

/** Ranges of one partition that follow one another become one. */
function joined(ranges: readonly BatchRange[]): BatchRange[] {
  const byPartition = Map.groupBy(ranges, ({ topic, p }) => `${topic}-${p}`)
  return [...byPartition.values()].map((all) => ({
    ...all[0]!,
    to: all.at(-1)!.to,
    holes: all.reduce((sum, { holes }) => sum + holes, 0),
  }))
}

/** Gathers what is seen for at most 50 ms. The first after a pause goes at once. */
export class BatchGatherer {
  readonly #clock: string
  readonly #send: (batch: Batch) => void
  #parts: SeenPart[] = []
  #count = 0
  #lastMs = -Infinity
  #timer: NodeJS.Timeout | undefined

  constructor(clock: string, send: (batch: Batch) => void) {
    this.#clock = clock
    this.#send = send
  }

  add(parts: readonly SeenPart[]): void {
    this.#parts.push(...parts)
    this.#count += parts.reduce((sum, { records }) => sum + records.length, 0)
    const waitMs = this.#lastMs + intervalMs - performance.now()
    if (this.#count >= recordsMax || waitMs <= 0) return this.flush()
    this.#timer ??= setTimeout(() => this.flush(), waitMs)
  }

  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const parts = this.#parts
    ;[this.#parts, this.#count, this.#lastMs] = [[], 0, performance.now()]
    for (const batch of toBatches(parts, this.#clock)) this.#send(batch)
  }
}
