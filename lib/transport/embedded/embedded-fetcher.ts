import type { FetchedPartition, Fetcher, FetchLimits, FetchPosition } from '../fetcher.ts'
import type { EmbeddedBroker } from './embedded-broker.ts'
import { refusal } from './refusal.ts'

export class EmbeddedFetcher implements Fetcher {
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
    const signals = [this.#closing.signal, ...(limits.signal === undefined ? [] : [limits.signal])]
    if (signals.some(({ aborted }) => aborted)) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        unwatch()
        timer.cancel()
        for (const signal of signals) signal.removeEventListener('abort', done)
        resolve()
      }
      const unwatch = this.#broker.watch(positions, () => {
        if (this.#broker.isReady(positions, limits)) done()
      })
      const timer = this.#broker.clock.schedule(limits.maxWaitMs, done)
      for (const signal of signals) signal.addEventListener('abort', done, { once: true })
    })
  }

  /** Begins each fetch with another partition, so that a partition that fills every fetch does not starve the others. */
  #rotate(positions: readonly FetchPosition[]): readonly FetchPosition[] {
    const start = positions.length === 0 ? 0 : this.#turn++ % positions.length
    return start === 0 ? positions : [...positions.slice(start), ...positions.slice(0, start)]
  }
}
