import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { NewTransfer } from '../../contracts/bff.ts'

/** Sends one write. `refused`: SQL will never take it. `later`: nobody knows; try again with the same key. */
export type SendWrite = (key: string, transfer: NewTransfer) => Promise<{ readonly id: number } | 'refused' | 'later'>

export interface OutboxOptions {
  readonly send: SendWrite
  readonly onAcknowledged: (key: string, id: number) => void
  readonly onRefused: (key: string) => void
  /** Writes under way at once. Default 64. */
  readonly atOnce?: number
}

const retriesMs = [200, 400, 800, 1500, 3000]

/**
 * Writes that wait for SQL. Each has its key before its first try, and keeps it: however often it is sent, it is one row. A write leaves the
 * outbox only when SQL has answered it.
 */
export class Outbox {
  readonly #options: OutboxOptions
  /** Oldest first. */
  readonly #waiting = new Map<string, { readonly transfer: NewTransfer; readonly madeAt: number }>()
  readonly #queue: string[] = []
  readonly #stopping = new AbortController()
  #underway = 0

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  /** Writes without an answer, those under way included. */
  get size(): number {
    return this.#waiting.size
  }

  /** Whether a write from before that instant waits still. */
  hasOlderThan(epochMs: number): boolean {
    const [oldest] = this.#waiting.values()
    return oldest !== undefined && oldest.madeAt <= epochMs
  }

  /** `key` is one that no other write has, unless it is the same write as in an earlier run. Default: a random one. */
  add(transfer: NewTransfer, key: string = randomUUID()): void {
    if (this.#waiting.has(key)) return
    this.#waiting.set(key, { transfer, madeAt: Date.now() })
    this.#queue.push(key)
    this.#pump()
  }

  close(): void {
    this.#stopping.abort()
  }

  #pump(): void {
    while (this.#underway < (this.#options.atOnce ?? 64) && this.#queue.length > 0 && !this.#stopping.signal.aborted) {
      this.#underway++
      void this.#deliver(this.#queue.shift()!).finally(() => {
        this.#underway--
        this.#pump()
      })
    }
  }

  async #deliver(key: string): Promise<void> {
    for (let attempt = 0; !this.#stopping.signal.aborted; attempt++) {
      const answer = await this.#options.send(key, this.#waiting.get(key)!.transfer)
      if (answer !== 'later') return this.#finish(key, answer)
      const backoffMs = retriesMs[Math.min(attempt, retriesMs.length - 1)]!
      await delay(backoffMs, undefined, { signal: this.#stopping.signal }).catch(() => {})
    }
  }

  #finish(key: string, answer: { readonly id: number } | 'refused'): void {
    this.#waiting.delete(key)
    if (answer === 'refused') this.#options.onRefused(key)
    else this.#options.onAcknowledged(key, answer.id)
  }
}
