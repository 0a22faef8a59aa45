import type { Batch, FeedEvents, Vector } from '../contracts/feed.ts'
import type { Outlet, QueueLimits } from './client-queue.ts'
import { ClientQueue } from './client-queue.ts'
import type { Face, Framing } from './faces/face.ts'
import type { FeedReader, FinalEventName, LiveEventName } from './feed-reader.ts'

/** One client: what a face says, as frames, through a queue. */
export class FeedClient implements FeedReader {
  readonly #face: Face
  readonly #framing: Framing
  readonly #queue: ClientQueue
  readonly #ended = new AbortController()
  readonly gone: AbortSignal

  constructor(outlet: Outlet, face: Face, framing: Framing, limits?: QueueLimits) {
    this.#face = face
    this.#framing = framing
    this.#queue = new ClientQueue(outlet, (bytes, ms) => this.#final('overflow', { bytes, ms }), limits)
    this.gone = AbortSignal.any([outlet.gone, this.#ended.signal])
  }

  /** Sends a frame that is no event: a comment, or an event that only this client gets. */
  frame(text: string): void {
    this.#queue.push(text)
  }

  batch(batch: Batch, id: Vector, text: string): void {
    for (const event of this.#face.batch(batch, id, text)) this.#queue.push(this.#framing(event))
  }

  event(name: LiveEventName, text: string): void {
    const event = this.#face.event(name, text)
    if (event !== null) this.#queue.push(this.#framing(event))
  }

  end<Name extends FinalEventName>(name: Name, data: FeedEvents[Name]): void {
    this.#queue.end(this.#final(name, data))
  }

  writable(): Promise<void> {
    return this.#queue.writable()
  }

  #final<Name extends FinalEventName>(name: Name, data: FeedEvents[Name]): string {
    this.#ended.abort()
    return this.#framing(this.#face.end(name, JSON.stringify(data)))
  }
}
