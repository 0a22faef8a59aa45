import { readEvents } from '../../../feed/relay/event-stream.ts'
import type { StreamedEvent } from '../../../feed/relay/event-stream.ts'
import { Problem } from '../../../platform/http/problem.ts'
import type { Upstream } from '../upstream.ts'

/** Each has a connection to itself. */
const followersMax = 50

/** The feed, for those who follow it: as many at once as there are connections. */
export class FeedStreams {
  readonly #upstream: Upstream
  #followers = 0

  constructor(upstream: Upstream) {
    this.#upstream = upstream
  }

  /** The events of a stream, until it ends or the client is gone. Rejects with a {@link Problem} where there is none. */
  async follow(path: string, gone: AbortSignal): Promise<AsyncIterable<StreamedEvent>> {
    if (this.#followers >= followersMax)
      throw new Problem(
        503,
        `${followersMax} subscriptions are open, and no more may be. Try again later.`,
        {},
        { retryAfterS: 10 },
      )
    this.#followers++
    gone.addEventListener('abort', () => this.#followers--, { once: true })
    return untilGone(await this.#upstream.stream(path, gone), gone)
  }
}

async function* untilGone(body: AsyncIterable<Uint8Array>, gone: AbortSignal): AsyncGenerator<StreamedEvent, void, undefined> {
  try {
    yield* readEvents(body)
  } catch (error) {
    if (gone.aborted) return
    throw new Problem(502, 'The feed has broken off. Subscribe again, behind the last position.', {}, { cause: error })
  }
}
