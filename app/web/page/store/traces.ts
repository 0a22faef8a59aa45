import type { Lane, Trace } from '../../../contracts/feed.ts'

const tracesMax = 200

/** A trace, and when the page first heard of it, by its own monotonic clock. */
export interface KeptTrace {
  readonly trace: Trace
  readonly arrivedAt: number
}

/** The newest 200 traces. A trace is sent again as it grows, and keeps the moment at which it came first. */
export class Traces {
  readonly #kept = new Map<string, KeptTrace>()

  clear(): void {
    this.#kept.clear()
  }

  get(lane: Lane, id: number): Trace | undefined {
    return this.#kept.get(keyOf(lane, id))?.trace
  }

  values(): Iterable<KeptTrace> {
    return this.#kept.values()
  }

  put(trace: Trace, now: number): void {
    const key = keyOf(trace.lane, trace.id)
    const arrivedAt = this.#kept.get(key)?.arrivedAt ?? now
    this.#kept.delete(key)
    this.#kept.set(key, { trace, arrivedAt })
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > tracesMax && oldest !== undefined) this.#kept.delete(oldest)
  }
}

function keyOf(lane: Lane, id: number): string {
  return `${lane}/${id}`
}
