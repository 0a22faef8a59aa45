import type { Cancellable, Punctuator } from '../../processor/processor.ts'
import { PriorityQueue } from './priority-queue.ts'

interface Punctuation {
  readonly nextMs: number
  readonly intervalMs: number
  /** It never fires before this time. −Infinity where no start was asked for. */
  readonly startMs: number
  readonly node: string
  readonly punctuator: Punctuator
  readonly schedule: { isCancelled: boolean }
}

/** Calls one punctuator, in the context of its node. */
export type RunPunctuation = (node: string, now: number, punctuator: Punctuator) => void

/**
 * The punctuations of a task of one type, in the order in which they are due (Java: `PunctuationQueue`). When the wall clock is set
 * back, each punctuation is due within its interval from then on. In Java it waits until the time is again what it was.
 */
export class PunctuationQueue {
  readonly #due = new PriorityQueue<Punctuation>(({ nextMs }) => nextMs)

  #seenMs = -Infinity

  schedule(node: string, firstMs: number, intervalMs: number, punctuator: Punctuator, startMs = -Infinity): Cancellable {
    if (!(intervalMs >= 1)) throw new TypeError(`A punctuation interval is at least 1 ms, not ${intervalMs}.`)
    if (typeof punctuator !== 'function') throw new TypeError(`A punctuator is a function, not ${String(punctuator)}.`)
    const schedule = { isCancelled: false }
    this.#due.offer({ nextMs: firstMs, intervalMs, startMs, node, punctuator, schedule })
    return { cancel: () => void (schedule.isCancelled = true) }
  }

  /** When the next punctuation is due; Infinity if none is scheduled. */
  get nextMs(): number {
    return this.#due.peek()?.nextMs ?? Infinity
  }

  /** Whether a punctuation is due at this time. */
  isDue(now: number): boolean {
    if (now < this.#seenMs) this.#onSetBack(now)
    this.#seenMs = now
    return this.nextMs <= now
  }

  /** Runs every due punctuation. Each runs once, however many of its intervals have passed. Returns whether any ran. */
  punctuate(now: number, run: RunPunctuation): boolean {
    let ran = false
    while (this.isDue(now)) {
      const punctuation = this.#due.poll()!
      if (punctuation.schedule.isCancelled) continue
      ran = true
      run(punctuation.node, now, punctuation.punctuator)
      if (!punctuation.schedule.isCancelled) this.#due.offer({ ...punctuation, nextMs: nextAfter(punctuation, now) })
    }
    return ran
  }

  #onSetBack(now: number): void {
    const all: Punctuation[] = []
    for (let each = this.#due.poll(); each !== undefined; each = this.#due.poll()) all.push(each)
    for (const each of all) {
      const nextMs = Math.max(each.startMs, nextAfter(each, now))
      this.#due.offer({ ...each, nextMs: Math.min(each.nextMs, nextMs) })
    }
  }
}

/**
 * When a punctuation with a start time first fires (KIP-1146): at that time, or, if it has passed, at the end of the present
 * interval.
 */
export function firstPunctuation(startMs: number, intervalMs: number, now: number): number {
  if (!Number.isSafeInteger(startMs))
    throw new TypeError(`startMs of a punctuation is an integer, in ms since the epoch, not ${startMs}.`)
  return startMs >= now ? startMs : nextAfter({ nextMs: startMs, intervalMs }, now)
}

function nextAfter({ nextMs, intervalMs }: Pick<Punctuation, 'nextMs' | 'intervalMs'>, now: number): number {
  return nextMs + (Math.floor((now - nextMs) / intervalMs) + 1) * intervalMs
}
