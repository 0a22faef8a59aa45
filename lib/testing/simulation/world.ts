import { seededChance } from '../../clock/chance.ts'
import type { Chance } from '../../clock/chance.ts'
import type { Timer } from '../../clock/clock.ts'
import { systemClock } from '../../clock/system-clock.ts'
import { PriorityQueue } from '../../runtime/task/priority-queue.ts'

/** Who an event happens to: a process, which may be dead or busy by then. */
export interface Owner {
  /** When the owner can do something next. Infinity: never again. */
  readonly freeAt: number
}

interface Event {
  at: number
  readonly owner: Owner | null
  readonly label: string
  readonly run: () => void
  isCancelled: boolean
}

const start = 1_700_000_000_000

/**
 * Time and order of a simulation: one run queue of all timers and messages. A step takes the earliest event, runs it, and drains
 * all microtasks by one real macrotask. The fractions of milliseconds are drawn from chance, so that what is due in the same
 * millisecond comes in any order. All that happens follows from the seed.
 */
export class World {
  readonly chance: Chance
  readonly startMs = start
  readonly #queue = new PriorityQueue<Event>(({ at }) => at)
  readonly #lines: string[] | null
  #now = start
  #steps = 0
  #hash = 0x811c9dc5

  /** `trace`: whether the lines of the trace are kept, beside their hash. */
  constructor(seed: number, trace: 'kept' | 'hashed' = 'hashed') {
    this.chance = seededChance(seed)
    this.#lines = trace === 'kept' ? [] : null
  }

  /** The time, with fractions of a millisecond. */
  get now(): number {
    return this.#now
  }

  get steps(): number {
    return this.#steps
  }

  get trace(): readonly string[] {
    return this.#lines ?? []
  }

  /** Two runs that have done the same have the same hash. */
  get hash(): string {
    return this.#hash.toString(16).padStart(8, '0')
  }

  /** Adds an event. It happens when `delayMs` have passed and its owner is free. Events of the dead never happen. */
  schedule(delayMs: number, owner: Owner | null, label: string, run: () => void): Timer {
    const event: Event = { at: this.#now + Math.max(0, delayMs) + this.chance.float(), owner, label, run, isCancelled: false }
    if (event.at < Infinity) this.#queue.offer(event)
    return { cancel: () => void (event.isCancelled = true) }
  }

  /** Adds a line to the trace. */
  note(line: string): void {
    const text = `${(this.#now - start).toFixed(3)} ${line}`
    for (let at = 0; at < text.length; at++) this.#hash = Math.imul(this.#hash ^ text.charCodeAt(at), 0x01000193) >>> 0
    this.#lines?.push(text)
  }

  /** Lets events happen until `isOver`, or until the time. Returns whether it is over. */
  async runUntil(endMs: number, isOver: () => boolean): Promise<boolean> {
    await systemClock.yield()
    while (!isOver()) {
      const next = this.#queue.peek()
      if (next === undefined || next.at > endMs) {
        this.#now = Math.max(this.#now, endMs)
        return false
      }
      this.#queue.poll()
      if (!this.#happens(next)) continue
      await systemClock.yield()
    }
    return true
  }

  #happens(event: Event): boolean {
    const freeAt = event.owner?.freeAt ?? 0
    if (event.isCancelled || freeAt === Infinity) return false
    if (freeAt > event.at) {
      event.at = freeAt + this.chance.float()
      this.#queue.offer(event)
      return false
    }
    this.#now = Math.max(this.#now, event.at)
    this.#steps++
    this.note(event.label)
    event.run()
    return true
  }
}
