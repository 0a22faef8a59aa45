import type { TopicPartition } from '../../model/topic-partition.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import type { Position } from './position-source.ts'

/** The partitions that a consumer reads now, with their positions. Its reader waits here while there are none. */
export class HeldPositions<P extends Position> {
  readonly #held = new Map<string, P>()
  #failure: { readonly reason: unknown } | null = null
  #changed = new AbortController()

  /** As `PositionSource.positions`. */
  async whenAny(signal: AbortSignal): Promise<{ readonly positions: readonly P[]; readonly changed: AbortSignal }> {
    const changed = this.#changed.signal
    if (this.#failure === null && this.#held.size === 0) await whenAborted(AbortSignal.any([signal, changed]))
    if (this.#failure !== null) throw this.#failure.reason
    return { positions: this.all, changed: this.#changed.signal }
  }

  get all(): readonly P[] {
    return [...this.#held.values()]
  }

  get(partition: TopicPartition): P | undefined {
    return this.#held.get(partitionKey(partition))
  }

  hold(positions: readonly P[]): void {
    for (const position of positions) this.#held.set(partitionKey(position), position)
    if (positions.length > 0) this.#change()
  }

  giveUp(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#held.delete(partitionKey(partition))
    if (partitions.length > 0) this.#change()
  }

  /** The reader gets this error. */
  fail(reason: unknown): void {
    this.#failure = { reason }
    this.#change()
  }

  #change(): void {
    this.#changed.abort()
    this.#changed = new AbortController()
  }
}

function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
