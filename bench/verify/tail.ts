import { positionAfter, readableRanges } from 'millrace/transport'
import type { Fetcher } from 'millrace/transport'
import type { Bench } from '../broker/bench.ts'
import { endOffsets, partitionsOf } from '../broker/topics.ts'
import type { Visit } from './read-topic.ts'

/** Reads what is appended to a topic from now on, as soon as it is committed. */
export class Tail implements AsyncDisposable {
  readonly #bench: Bench
  readonly #topic: string
  readonly #positions: number[]
  readonly #fetcher: Fetcher

  private constructor(bench: Bench, topic: string, positions: number[], fetcher: Fetcher) {
    this.#bench = bench
    this.#topic = topic
    this.#positions = positions
    this.#fetcher = fetcher
  }

  static async of(bench: Bench, topic: string): Promise<Tail> {
    const positions = [...(await endOffsets(bench, topic))]
    return new Tail(bench, topic, positions, await bench.cluster.fetcher({ clientId: 'bench-tail' }))
  }

  /** Resolves when `isEnough` says so after a record. */
  async until(visit: Visit, isEnough: () => boolean): Promise<void> {
    while (!isEnough()) await this.#fetch(visit)
  }

  async #fetch(visit: Visit): Promise<void> {
    const wanted = partitionsOf(this.#bench, this.#topic).map((at) => ({ ...at, offset: this.#positions[at.partition]! }))
    for (const fetched of await this.#fetcher.fetch(wanted, limits)) {
      const position = this.#positions[fetched.partition]!
      for (const { batch, from, end } of readableRanges(fetched, position))
        for (let index = from; index < end; index++) visit(batch.key(index), batch.value(index), batch.timestamp(index))
      this.#positions[fetched.partition] = positionAfter(fetched, position)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#fetcher.close()
  }
}

const limits = {
  maxWaitMs: 500,
  minBytes: 1,
  maxBytes: 50 << 20,
  maxBytesPerPartition: 8 << 20,
  isolationLevel: 'read_committed',
} as const
