import type { Clock, Timer } from '../../clock/clock.ts'
import { TransportError } from '../../model/errors.ts'
import type { KnownTopics } from './known-topics.ts'
import { topicChanges, type TopicChange } from './topic-changes.ts'

export interface TopicWatchOptions {
  /** Asks the cluster for the topics to watch. */
  readonly lookUp: () => Promise<KnownTopics>
  readonly clock: Clock
  /** How often the topics are looked up. Java: `metadata.max.age.ms`. */
  readonly intervalMs: number
}

/**
 * Brokers learn of a change one after the other, so a change counts when a second look after this long finds one, too. By then the
 * leader of the group sees the same.
 */
const confirmMs = 1000

/** The pause before a look that an error asks for. Java: `retry.backoff.ms`. */
const soonMs = 100

/**
 * Watches topics, because they come, go and grow while the application runs (Java: the consumer's `Metadata`). It compares what it
 * finds with what its owner goes by: `known`.
 */
export class TopicWatch {
  readonly #options: TopicWatchOptions
  #onChange: ((changes: readonly TopicChange[]) => void) | null = null
  #next: Timer | null = null
  #isDoubting = false
  /** The next look comes in a moment anyway. */
  #isSoon = false
  /** The topics that the owner goes by. Null: it does not know any yet, so that nothing counts as a change. */
  known: KnownTopics | null = null

  constructor(options: TopicWatchOptions) {
    this.#options = options
  }

  /** From now on `onChange` is called with what is not as it is known. What it is told counts as known. */
  start(onChange: (changes: readonly TopicChange[]) => void): void {
    this.#onChange = onChange
    this.#schedule(this.#options.intervalMs)
  }

  /** Looks in a moment, because an error says that what is known may be old. */
  lookSoon(): void {
    if (this.#next === null || this.#isSoon) return
    this.#next.cancel()
    this.#isSoon = true
    this.#schedule(soonMs)
  }

  stop(): void {
    this.#onChange = null
    this.#next?.cancel()
    this.#next = null
  }

  #schedule(delayMs: number): void {
    this.#next = this.#options.clock.schedule(delayMs, () => void this.#look())
  }

  async #look(): Promise<void> {
    this.#next = null
    const seen = await this.#seen()
    if (this.#onChange === null) return
    const changes = seen === null || this.known === null ? [] : topicChanges(this.known, seen)
    const isConfirmed = this.#isDoubting && changes.length > 0
    this.#isDoubting = changes.length > 0 && !isConfirmed
    this.#isSoon = this.#isDoubting
    this.#schedule(this.#isDoubting ? confirmMs : this.#options.intervalMs)
    if (!isConfirmed) return
    this.known = seen
    this.#onChange(changes)
  }

  /** Null if the cluster does not answer. The next look tries again; fetches and commits report an outage that lasts. */
  async #seen(): Promise<KnownTopics | null> {
    try {
      return await this.#options.lookUp()
    } catch (error) {
      if (error instanceof TransportError) return null
      throw error
    }
  }
}
