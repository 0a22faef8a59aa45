import { sleep } from '../../clock/clock.ts'
import type { Clock } from '../../clock/clock.ts'
import { TransportError } from '../../model/errors.ts'
import type { SerdeEnvironment } from '../../model/serde.ts'
import type { FetchedPartition, Fetcher, FetchLimits } from '../fetcher.ts'
import { readableRanges } from '../readable-ranges.ts'
import type { ReadableRange } from '../readable-ranges.ts'
import type { ConsumedRecord, ReadableTopic, RecordOf } from './consumed-topic.ts'
import { decodeRecords } from './consumed-topic.ts'
import type { Position, PositionSource } from './position-source.ts'

/** Records of one partition, in the order of their offsets. Never empty. */
export interface ConsumedBatch<R> {
  readonly topic: string
  readonly partition: number
  readonly records: readonly R[]
  /** The offset that follows the batch. */
  readonly nextOffset: number
}

export interface TopicConsumerOptions<T extends ReadableTopic<unknown, unknown>> {
  readonly topics: readonly T[]
  readonly fetcher: Fetcher
  readonly source: PositionSource
  readonly clock: Clock
  readonly serdes: SerdeEnvironment
  readonly limits: Omit<FetchLimits, 'signal'>
  readonly retryBackoffMs: number
  readonly closeClients: () => Promise<void>
}

/**
 * Reads topics as values, at least once. Batches of several partitions come in no particular order among each other.
 *
 * @example
 * for await (const { records } of consumer) {
 *   await store(records)
 *   await consumer.commit()
 * }
 */
export class TopicConsumer<T extends ReadableTopic<unknown, unknown>> {
  readonly #options: TopicConsumerOptions<T>
  readonly #topics: ReadonlyMap<string, T>
  readonly #closing = new AbortController()

  constructor(options: TopicConsumerOptions<T>) {
    this.#options = options
    this.#topics = new Map(options.topics.map((topic) => [topic.name, topic]))
  }

  /**
   * Ends when the consumer is closed. Throws a `SerializationError` at a record that cannot be read; another loop begins at that
   * record's batch again.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<ConsumedBatch<RecordOf<T>>, void, undefined> {
    while (!this.#closing.signal.aborted)
      for (const fetched of await this.#fetch()) {
        const position = this.#options.source.position(fetched)
        // The partition went to another member while records of others were handed over.
        if (position === undefined) continue
        yield* this.#hand(fetched, position)
      }
  }

  /** Commits all that was handed over so far, the batch in hand included. Rejects where the group gave it to somebody else. */
  commit(): Promise<void> {
    return this.#options.source.commit()
  }

  /** Ends the loop, leaves the group, and closes. What was not committed is read again by whoever comes next. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return
    this.#closing.abort()
    await this.#options.source.close()
    await this.#options.closeClients()
  }

  async #fetch(): Promise<readonly FetchedPartition[]> {
    const { source, fetcher, limits, clock, retryBackoffMs } = this.#options
    const { positions, changed } = await source.positions(this.#closing.signal)
    if (positions.length === 0) return []
    try {
      return await fetcher.fetch(positions, { ...limits, signal: AbortSignal.any([this.#closing.signal, changed]) })
    } catch (error) {
      if (this.#closing.signal.aborted) return []
      if (!(error instanceof TransportError) || error.kind !== 'retriable') throw error
      await sleep(clock, retryBackoffMs, this.#closing.signal)
      return []
    }
  }

  async *#hand(fetched: FetchedPartition, position: Position): AsyncGenerator<ConsumedBatch<RecordOf<T>>, void, undefined> {
    if (fetched.error !== null) return this.#mend(fetched, fetched.error)
    const { topic, partition } = fetched
    for (const range of readableRanges(fetched, position.offset)) {
      if (this.#closing.signal.aborted || this.#options.source.position(fetched) !== position) return
      const records = await this.#decode(topic, partition, range)
      position.offset = range.batch.nextOffset
      if (records.length > 0) yield { topic, partition, records, nextOffset: position.offset }
    }
  }

  async #decode(topic: string, partition: number, range: ReadableRange): Promise<readonly RecordOf<T>[]> {
    const found = this.#topics.get(topic)
    if (found === undefined) return []
    const records: readonly ConsumedRecord<unknown, unknown>[] = await decodeRecords(
      found,
      this.#options.serdes,
      partition,
      range,
    )
    // `found` is one of T's topics, and these are its records; the map forgot which.
    return records as readonly RecordOf<T>[]
  }

  async #mend(fetched: FetchedPartition, error: TransportError): Promise<void> {
    if (error.kind === 'out-of-range') return this.#options.source.reset(fetched)
    if (error.kind !== 'retriable') throw error
    await sleep(this.#options.clock, this.#options.retryBackoffMs, this.#closing.signal)
  }
}
