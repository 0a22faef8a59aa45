import type { Cancellable, Punctuator } from '../../processor/processor.ts'
import { PriorityQueue } from './priority-queue.ts'
import type { PunctuationRequest } from './processor-context.ts'

interface Punctuation {
  readonly nextMs: number
  readonly intervalMs: number
  readonly node: string
  readonly punctuator: Punctuator
  readonly schedule: { isCancelled: boolean }
}

/** Calls one punctuator, in the context of its node. */
export type RunPunctuation = (node: string, now: number, punctuator: Punctuator) => void

/** The punctuations of a task of one type, in the order in which they are due (Java: `PunctuationQueue`). */
export class PunctuationQueue {
  readonly #due = new PriorityQueue<Punctuation>(({ nextMs }) => nextMs)

  /** `firstMs` is when it first fires without a start of its own. */
  schedule({ node, intervalMs, punctuator, startMs }: PunctuationRequest, now: number, firstMs: number): Cancellable {
    if (!(intervalMs >= 1)) throw new TypeError(`A punctuation interval is at least 1 ms, not ${intervalMs}.`)
    if (startMs !== undefined && !Number.isSafeInteger(startMs))
      throw new TypeError(`startMs of a punctuation is an integer, in ms since the epoch, not ${startMs}.`)
    const schedule = { isCancelled: false }
    const start = startMs ?? firstMs
    const nextMs = startMs === undefined || start >= now ? start : nextAfter({ nextMs: start, intervalMs }, now)
    this.#due.offer({ nextMs, intervalMs, node, punctuator, schedule })
    return { cancel: () => void (schedule.isCancelled = true) }
  }

  /** When the next punctuation is due; Infinity where none is scheduled. */
  get nextMs(): number {
    return this.#due.peek()?.nextMs ?? Infinity
  }

  /** Runs each punctuation that is due once, however many of its intervals have passed. Answers whether any ran. */
  punctuate(now: number, run: RunPunctuation): boolean {
    let ran = false
    while (this.nextMs <= now) {
      const punctuation = this.#due.poll()!
      if (punctuation.schedule.isCancelled) continue
      ran = true
      run(punctuation.node, now, punctuation.punctuator)
      if (!punctuation.schedule.isCancelled) this.#due.offer({ ...punctuation, nextMs: nextAfter(punctuation, now) })
    }
    return ran
  }
}

function nextAfter({ nextMs, intervalMs }: Pick<Punctuation, 'nextMs' | 'intervalMs'>, now: number): number {
  return nextMs + (Math.floor((now - nextMs) / intervalMs) + 1) * intervalMs
}
