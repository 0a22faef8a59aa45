import type { Batch, Vector } from '../contracts/feed.ts'
import type { Positions } from './vector.ts'
import { advance } from './vector.ts'

/** A batch as it was sent. */
export interface SentBatch {
  readonly batch: Batch
  /** The vector after it. */
  readonly id: Vector
  /** The batch as JSON. */
  readonly text: string
}

/** The newest batches of a feed, up to a size. */
export class FeedRing {
  readonly #bytesMax: number
  #batches: SentBatch[] = []
  #bytes = 0
  #start: Positions

  constructor(start: Positions, bytesMax: number) {
    this.#start = start
    this.#bytesMax = bytesMax
  }

  /** Whoever is here or further on finds the rest in the ring. */
  get start(): Positions {
    return this.#start
  }

  get batches(): readonly SentBatch[] {
    return this.#batches
  }

  push(sent: SentBatch): void {
    this.#batches.push(sent)
    this.#bytes += sent.text.length
    if (this.#bytes <= this.#bytesMax) return
    let dropped = 0
    while (this.#bytes > this.#bytesMax / 2 && dropped < this.#batches.length) this.#drop(this.#batches[dropped++]!)
    this.#batches = this.#batches.slice(dropped)
  }

  #drop({ batch, text }: SentBatch): void {
    this.#start = advance(this.#start, batch)
    this.#bytes -= text.length
  }
}
