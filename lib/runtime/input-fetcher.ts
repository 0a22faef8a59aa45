import type { Clock } from '../clock/clock.ts'
import { sleep } from '../clock/clock.ts'
import { TransportError } from '../model/errors.ts'
import type { TopicPartition } from '../model/topic-partition.ts'
import { partitionKey } from '../model/topic-partition.ts'
import type { FetchedPartition, Fetcher, FetchLimits, FetchPosition } from '../transport/fetcher.ts'

interface Input {
  readonly partition: TopicPartition
  /** The offset to fetch next. */
  offset: number
  isPaused: boolean
}

export interface InputFetcherOptions {
  readonly fetcher: Fetcher
  readonly clock: Clock
  readonly limits: Omit<FetchLimits, 'signal'>
  readonly retryBackoffMs: number
  /** Something came, or failed. */
  readonly onNews: () => void
}

/**
 * Reads the partitions of running tasks, one fetch ahead of their processing. What a fetch brings of partitions that were
 * taken away, or moved, meanwhile is left out.
 */
export class InputFetcher {
  readonly #options: InputFetcherOptions
  readonly #inputs = new Map<string, Input>()
  #waiting: AbortController | null = null
  #fetched: readonly FetchedPartition[] | null = null
  #failure: unknown = undefined
  #running: Promise<void> = Promise.resolve()

  constructor(options: InputFetcherOptions) {
    this.#options = options
  }

  /** Reads the partition from `offset` on; also moves one that is read already. */
  assign(partition: TopicPartition, offset: number): void {
    this.#inputs.set(partitionKey(partition), { partition, offset, isPaused: false })
    this.#waiting?.abort()
  }

  unassign(partition: TopicPartition): void {
    this.#inputs.delete(partitionKey(partition))
  }

  pause(partition: TopicPartition): void {
    const input = this.#inputs.get(partitionKey(partition))
    if (input !== undefined) input.isPaused = true
  }

  /** A fetch that waits without the partition ends early. */
  resume(partition: TopicPartition): void {
    const input = this.#inputs.get(partitionKey(partition))
    if (input?.isPaused !== true) return
    input.isPaused = false
    this.#waiting?.abort()
  }

  get hasNews(): boolean {
    return this.#fetched !== null || this.#failure !== undefined
  }

  /** Starts the next fetch, unless one is under way or has not been taken. */
  start(): void {
    if (this.#waiting !== null || this.hasNews) return
    const inputs = [...this.#inputs.values()].filter(({ isPaused }) => !isPaused)
    if (inputs.length > 0) this.#running = this.#fetch(inputs)
  }

  /** What has come: batches from the asked offset on. Throws what ended the fetch. */
  take(): readonly FetchedPartition[] {
    if (this.#failure !== undefined) throw this.#failure
    const fetched = this.#fetched ?? []
    this.#fetched = null
    return fetched
  }

  /** Ends a waiting fetch, and closes the fetcher. */
  async close(): Promise<void> {
    this.#inputs.clear()
    this.#waiting?.abort()
    await this.#running
    await this.#options.fetcher.close()
  }

  async #fetch(inputs: readonly Input[]): Promise<void> {
    const waiting = new AbortController()
    this.#waiting = waiting
    const positions = inputs.map(({ partition, offset }): FetchPosition => ({ ...partition, offset }))
    try {
      const fetched = await this.#options.fetcher.fetch(positions, { ...this.#options.limits, signal: waiting.signal })
      this.#fetched = this.#accept(inputs, positions, fetched)
    } catch (error) {
      await this.#endure(error, waiting.signal)
    }
    this.#waiting = null
    this.#options.onNews()
  }

  #accept(
    inputs: readonly Input[],
    positions: readonly FetchPosition[],
    fetched: readonly FetchedPartition[],
  ): readonly FetchedPartition[] {
    const asked = new Map(
      inputs.map((input, index) => [partitionKey(input.partition), { input, offset: positions[index]!.offset }]),
    )
    return fetched.filter((answer) => {
      const key = partitionKey(answer)
      const entry = asked.get(key)
      if (entry === undefined || this.#inputs.get(key) !== entry.input || entry.input.offset !== entry.offset) return false
      entry.input.offset = answer.batches.at(-1)?.nextOffset ?? entry.offset
      return true
    })
  }

  async #endure(error: unknown, signal: AbortSignal): Promise<void> {
    if (!(error instanceof TransportError) || error.kind !== 'retriable') this.#failure = error
    else await sleep(this.#options.clock, this.#options.retryBackoffMs, signal)
  }
}
