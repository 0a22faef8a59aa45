import type { Batch } from '../contracts/feed.ts'
import type { Positions } from './vector.ts'

/** What a feed has sent before, from where it is kept for longer than in memory. */
export interface FeedHistory {
  /** The batches from `from` up to, and without, `to`. Throws {@link ExpiredError} if the first of them are no longer kept. */
  read(from: Positions, to: Positions, signal: AbortSignal): AsyncIterable<Batch>
}

/** The records at a position are no longer kept: whoever goes on from there would miss some. */
export class ExpiredError extends Error {
  override readonly name = 'ExpiredError'
}
