import { setTimeout as delay } from 'node:timers/promises'
import type { Batch, Reset } from '../../contracts/feed.ts'
import { FeedLog } from '../feed-log.ts'
import type { LiveEventName } from '../feed-reader.ts'
import type { RowState } from '../feed-rows.ts'
import { FeedRows } from '../feed-rows.ts'
import type { FeedHistory } from '../history.ts'
import { ExpiredError } from '../history.ts'
import type { Positions } from '../vector.ts'
import { advance, clip, formatVector, isAtOrAfter } from '../vector.ts'
import type { StreamedEvent } from './event-stream.ts'
import { FeedSource, batchOf } from './feed-source.ts'

const retryMs = 200
const relayed: readonly string[] = ['hops', 'trace'] satisfies readonly LiveEventName[]

/** A feed and its rows, as they came from a source. */
interface Relayed {
  readonly log: FeedLog
  readonly rows: FeedRows
}

/**
 * Keeps a feed whose source comes and goes: rows and vector stay as they were, and clients stay connected. When the source is back it goes
 * on from the vector, so that every offset comes once. If it cannot, because its topics are other ones by then, or no longer have that much, all clients are told
 * to begin anew.
 */
export class FeedRelay implements FeedHistory {
  readonly #stopping = new AbortController()
  readonly #onNew: (log: FeedLog) => void
  #source: FeedSource | null = null
  #current: Relayed | null = null
  #first = Promise.withResolvers<void>()
  #running: Promise<void> = Promise.resolve()
  #lost = new AbortController()

  /** `onNew` is called with each new feed: the first, and those after a reset. */
  constructor(onNew: (log: FeedLog) => void = () => {}) {
    this.#onNew = onNew
  }

  /** The feed; null until a source was there once. */
  get log(): FeedLog | null {
    return this.#current?.log ?? null
  }

  get rows(): RowState | null {
    return this.#current?.rows.state() ?? null
  }

  /** Resolves when there is a feed. */
  get started(): Promise<void> {
    return this.#first.promise
  }

  /** The source is at this address now; null: there is none. */
  follow(url: string | null): void {
    this.#lost.abort()
    this.#lost = new AbortController()
    this.#source = url === null ? null : new FeedSource(url)
    if (this.#source === null) return
    const signal = AbortSignal.any([this.#lost.signal, this.#stopping.signal])
    this.#running = this.#run(this.#source, signal)
  }

  async close(): Promise<void> {
    this.#stopping.abort()
    this.#current?.log.close('server.closing', { detail: 'The pipeline stops.' })
    await this.#running
  }

  /** What is older than this process remembers comes from the source, once there is one. */
  async *read(from: Positions, to: Positions, signal: AbortSignal): AsyncGenerator<Batch, void, undefined> {
    let at = from
    while (!isAtOrAfter(at, to)) {
      signal.throwIfAborted()
      const [source, log] = [this.#source, this.log]
      if (source !== null && log !== null)
        for await (const event of survive(source.events(formatVector(log.topics, at), signal), signal)) {
          if (event.type === 'reset') throw new ExpiredError((JSON.parse(event.text) as { readonly detail: string }).detail)
          if (event.type !== 'batch') continue
          const batch = clip(batchOf(event), at)
          if (batch === null) continue
          at = advance(at, batch)
          yield batch
          if (isAtOrAfter(at, to)) return
        }
      await delay(retryMs, undefined, { signal })
    }
  }

  async #run(source: FeedSource, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const { log, rows } = (this.#current ??= await this.#begin(source, signal))
        for await (const event of source.events(log.vector, signal)) if (!this.#take(event, log, rows)) break
      } catch {
        // The source went away, or is not there yet: it is asked again.
      }
      await delay(retryMs, undefined, { signal }).catch(() => {})
    }
  }

  async #begin(source: FeedSource, signal: AbortSignal): Promise<Relayed> {
    const state = await source.state(signal)
    const start = new Map(Object.entries(state.positions))
    const log = new FeedLog({ topics: state.topics, start, history: this })
    this.#onNew(log)
    this.#first.resolve()
    return { log, rows: FeedRows.from(state) }
  }

  /** False: this feed has ended. */
  #take(event: StreamedEvent, log: FeedLog, rows: FeedRows): boolean {
    if (event.type === 'batch') {
      const batch = batchOf(event)
      rows.apply(batch)
      log.append(batch, event.text)
    } else if (relayed.includes(event.type)) log.emitText(event.type as LiveEventName, event.text)
    else if (event.type === 'reset') {
      this.#current = null
      log.close('reset', JSON.parse(event.text) as Reset)
      return false
    }
    return true
  }
}

/** The events of a stream until it breaks. */
async function* survive(
  events: AsyncIterable<StreamedEvent>,
  signal: AbortSignal,
): AsyncGenerator<StreamedEvent, void, undefined> {
  try {
    yield* events
  } catch (error) {
    if (signal.aborted) throw error
  }
}
