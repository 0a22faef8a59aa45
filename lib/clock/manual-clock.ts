import { assert } from '../model/assert.ts'
import type { Clock, Timer } from './clock.ts'

const monotonicStartMs = 1000

/**
 * A clock that stands still until it is advanced. Its two times begin at different moments, so that code which takes one for the other
 * fails its tests. Timers fire in the order of their due times; those due at one time fire in the
 * order in which they were scheduled. A `yield` resolves at the next `advance`, even one of 0 ms.
 */
export class ManualClock implements Clock {
  #passedMs = 0
  /** The wall-clock time at which the monotonic time was 0. */
  #epochMs: number
  #sequence = 0
  readonly #timers = new Map<number, { readonly at: number; readonly callback: () => void }>()

  constructor(startMs = 0) {
    this.#epochMs = startMs
  }

  now(): number {
    return this.#epochMs + this.#passedMs
  }

  monotonic(): number {
    return monotonicStartMs + this.#passedMs
  }

  schedule(delayMs: number, callback: () => void): Timer {
    const id = this.#sequence++
    this.#timers.set(id, { at: this.#passedMs + Math.max(0, delayMs), callback })
    return { cancel: () => void this.#timers.delete(id) }
  }

  yield(): Promise<void> {
    return new Promise((resolve) => void this.schedule(0, resolve))
  }

  /** Moves the clock forward, and fires the timers that become due, also those that a fired timer schedules. */
  advance(ms: number): void {
    assert(ms >= 0, 'Time does not run backwards.')
    const end = this.#passedMs + ms
    for (let due = this.#due(end); due !== undefined; due = this.#due(end)) {
      const [id, { at, callback }] = due
      this.#timers.delete(id)
      this.#passedMs = Math.max(this.#passedMs, at)
      callback()
    }
    this.#passedMs = end
  }

  /** Sets the wall clock forward, or back if `ms` is negative, as NTP or an administrator does. No timer fires for that. */
  jump(ms: number): void {
    this.#epochMs += ms
  }

  #due(end: number) {
    let next: [number, { readonly at: number; readonly callback: () => void }] | undefined
    for (const entry of this.#timers) if (entry[1].at <= end && (next === undefined || entry[1].at < next[1].at)) next = entry
    return next
  }
}
