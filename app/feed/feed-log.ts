import type { Batch, FeedEvents, Vector } from '../contracts/feed.ts'
import type { FeedReader, FinalEventName, LiveEventName } from './feed-reader.ts'
import type { SentBatch } from './feed-ring.ts'
import { FeedRing } from './feed-ring.ts'
import type { FeedHistory } from './history.ts'
import { ExpiredError } from './history.ts'
import type { FeedTopic, Positions } from './vector.ts'
import { advance, clip, formatVector, isAtOrAfter, parseVector } from './vector.ts'

export interface FeedLogOptions {
  readonly topics: readonly FeedTopic[]
  /** Where the feed begins: the first batch follows it. */
  readonly start: Positions
  readonly history: FeedHistory
  /** The size up to which sent batches stay in memory for clients that resume. Default 16 MiB. */
  readonly keptBytesMax?: number
}

/**
 * One feed, and all its clients. A client that resumes first gets what it has missed, from memory or from the history, and then what
 * comes: every offset once, in order within a partition.
 */
export class FeedLog {
  readonly topics: readonly FeedTopic[]
  readonly #history: FeedHistory
  readonly #ring: FeedRing
  readonly #readers = new Set<FeedReader>()
  readonly #observers: ((batch: Batch) => void)[] = []
  readonly #closing = new AbortController()
  #next: Positions

  constructor({ topics, start, history, keptBytesMax = 16 << 20 }: FeedLogOptions) {
    this.topics = topics
    this.#history = history
    this.#next = start
    this.#ring = new FeedRing(start, keptBytesMax)
  }

  get positions(): Positions {
    return this.#next
  }

  get vector(): Vector {
    return formatVector(this.topics, this.#next)
  }

  get readerCount(): number {
    return this.#readers.size
  }

  /** Calls back for each batch from now on, before clients get it. */
  observe(observer: (batch: Batch) => void): void {
    this.#observers.push(observer)
  }

  /** Sends a batch to all clients. `text` is the batch as JSON, if there is one already. */
  append(batch: Batch, text = JSON.stringify(batch)): void {
    const apart = batch.ranges.find(({ topic, p, from }) => this.#next.get(topic)?.[p] !== from)
    if (apart !== undefined)
      throw new Error(`${apart.topic}-${apart.p} goes on at ${apart.from}, which is not where the feed is.`)
    this.#next = advance(this.#next, batch)
    const sent = { batch, id: this.vector, text }
    this.#ring.push(sent)
    for (const observe of this.#observers) observe(batch)
    for (const reader of this.#readers) reader.batch(batch, sent.id, text)
  }

  /** Sends an event that no client gets again. */
  emit<Name extends LiveEventName>(name: Name, data: FeedEvents[Name]): void {
    if (this.#readers.size > 0) this.emitText(name, JSON.stringify(data))
  }

  emitText(name: LiveEventName, text: string): void {
    for (const reader of this.#readers) reader.event(name, text)
  }

  /**
   * Lets a client follow: from `at`, or from now on. Resolves when it follows live, or is gone. A vector that leads nowhere here is
   * answered by a `reset`.
   */
  async attach(reader: FeedReader, at: Vector | null): Promise<void> {
    const from = at === null ? this.#next : parseVector(at, this.topics)
    if (typeof from === 'string' || !isAtOrAfter(this.#next, from))
      return reader.end('reset', { reason: 'other-topics', detail: 'The topics are other ones than those of this position.' })
    try {
      await this.#send(reader, from)
    } catch (error) {
      if (reader.gone.aborted) return
      if (!(error instanceof ExpiredError)) throw error
      reader.end('reset', { reason: 'expired', detail: error.message })
    }
  }

  /** Ends the stream of every client. */
  close<Name extends FinalEventName>(name: Name, data: FeedEvents[Name]): void {
    this.#closing.abort()
    for (const reader of this.#readers) reader.end(name, data)
    this.#readers.clear()
  }

  /** Sends what is older than the ring, which goes on meanwhile, until the ring is reached; then all that comes. */
  async #send(reader: FeedReader, from: Positions): Promise<void> {
    const signal = AbortSignal.any([reader.gone, this.#closing.signal])
    let at = from
    while (!isAtOrAfter(at, this.#ring.start)) {
      for await (const batch of this.#history.read(at, this.#next, signal)) {
        at = advance(at, batch)
        reader.batch(batch, formatVector(this.topics, at), JSON.stringify(batch))
        await reader.writable()
        signal.throwIfAborted()
      }
    }
    this.#follow(reader, at)
  }

  #follow(reader: FeedReader, from: Positions): void {
    if (reader.gone.aborted) return
    if (this.#closing.signal.aborted) return reader.end('server.closing', { detail: 'The server stops.' })
    let at = from
    for (const sent of this.#ring.batches) at = this.#resend(reader, sent, at)
    this.#readers.add(reader)
    reader.gone.addEventListener('abort', () => this.#readers.delete(reader), { once: true })
  }

  #resend(reader: FeedReader, { batch, text }: SentBatch, at: Positions): Positions {
    const missed = clip(batch, at)
    if (missed === null) return at
    const after = advance(at, missed)
    reader.batch(missed, formatVector(this.topics, after), missed === batch ? text : JSON.stringify(missed))
    return after
  }
}
