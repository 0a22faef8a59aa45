import type { Cluster } from 'millrace'
import type { FetchPosition } from 'millrace/transport'
import { OffsetGoneError, tailTopics } from '../../adapters/kafka/topic-tail.ts'
import type { Batch } from '../../contracts/feed.ts'
import type { FeedHistory } from '../history.ts'
import { ExpiredError } from '../history.ts'
import type { Positions } from '../vector.ts'
import { toBatches } from './batch-gatherer.ts'
import type { RecordMaker } from './record-maker.ts'

/** What the topics of the feed still hold. */
export class TopicHistory implements FeedHistory {
  readonly #cluster: Cluster
  readonly #maker: RecordMaker
  readonly #clock: string
  readonly #now: () => number

  constructor(cluster: Cluster, maker: RecordMaker, clock: string, now: () => number) {
    this.#cluster = cluster
    this.#maker = maker
    this.#clock = clock
    this.#now = now
  }

  async *read(from: Positions, to: Positions, signal: AbortSignal): AsyncGenerator<Batch, void, undefined> {
    const range = { from: positionsOf(from), until: positionsOf(to) }
    try {
      for await (const parts of tailTopics(this.#cluster, { clientId: 'inspector-history', ...range, signal })) {
        yield* toBatches(await this.#maker.makeParts(parts, this.#now()), this.#clock)
      }
    } catch (error) {
      if (error instanceof OffsetGoneError) throw new ExpiredError(error.message, { cause: error })
      throw error
    }
  }
}

export function positionsOf(positions: Positions): FetchPosition[] {
  return [...positions].flatMap(([topic, next]) => next.map((offset, partition) => ({ topic, partition, offset })))
}
