import type { FetchedPartition, Fetcher, FetchLimits, FetchPosition } from '../fetcher.ts'
import type { EmbeddedBroker } from './embedded-broker.ts'
import { sleepUntilNews } from './fetch-wait.ts'
import { refusal } from './refusal.ts'

export class EmbeddedFetcher implements Fetcher {
  /** Nothing comes before a call asks for it. */
  readonly heldBytes = 0
  readonly #broker: EmbeddedBroker
  readonly #closing = new AbortController()
  #turn = 0

  constructor(broker: EmbeddedBroker) {
    this.#broker = broker
  }

  async fetch(positions: readonly FetchPosition[], limits: FetchLimits): Promise<readonly FetchedPartition[]> {
    if (this.#closing.signal.aborted) throw refusal('NETWORK_EXCEPTION', 'This fetcher is closed: open another.')
    if (limits.maxWaitMs > 0 && !this.#broker.isReady(positions, limits)) await this.#news(positions, limits)
    return this.#closing.signal.aborted ? [] : this.#broker.read(this.#rotate(positions), limits)
  }

  async close(): Promise<void> {
    this.#closing.abort()
  }

  /** Resolves when there are `minBytes` to read, after `maxWaitMs`, or when the fetch is aborted. */
  #news(positions: readonly FetchPosition[], limits: FetchLimits): Promise<void> {
    const { maxWaitMs, signal } = limits
    const signals = [this.#closing.signal, ...(signal === undefined ? [] : [signal])]
    const isReady = (some: readonly FetchPosition[]): boolean => this.#broker.isReady(some, limits)
    return sleepUntilNews(this.#broker, { positions, minBytes: limits.minBytes, isReady, maxWaitMs, signals })
  }

  /** Begins each fetch with another partition, so that a partition that fills every fetch does not starve the others. */
  #rotate(positions: readonly FetchPosition[]): readonly FetchPosition[] {
    const start = positions.length === 0 ? 0 : this.#turn++ % positions.length
    return start === 0 ? positions : [...positions.slice(start), ...positions.slice(0, start)]
  }
}
