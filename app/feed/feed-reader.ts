import type { Batch, FeedEventName, FeedEvents, Vector } from '../contracts/feed.ts'

/** The last event of a stream. */
export type FinalEventName = 'reset' | 'overflow' | 'server.closing'
export type LiveEventName = Exclude<FeedEventName, FinalEventName | 'batch'>

/** A client of a feed. It gets texts, so that an event becomes JSON once for all clients. */
export interface FeedReader {
  /** `before` is where the batch begins, `id` the vector after it. */
  batch(batch: Batch, id: Vector, text: string): void
  event(name: LiveEventName, text: string): void
  /** The last event. Nothing follows it. */
  end<Name extends FinalEventName>(name: Name, data: FeedEvents[Name]): void
  /** Resolves when the client has taken most of what was sent to it. */
  writable(): Promise<void>
  /** Aborted when the client is gone. */
  readonly gone: AbortSignal
}
