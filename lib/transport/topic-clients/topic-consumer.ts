import { sleep } from '../../clock/clock.ts'
import type { Clock } from '../../clock/clock.ts'
import { assert } from '../../model/assert.ts'
import { TransportError } from '../../model/errors.ts'
import type { FetchedPartition, Fetcher, FetchLimits } from '../fetcher.ts'
import { readableRanges } from '../readable-ranges.ts'
import type { ReadableRange } from '../readable-ranges.ts'
import type { DecodedRange, ReadableTopic, RecordDecoder, RecordOf } from './consumed-topic.ts'
import type { Position, PositionSource } from './position-source.ts'

/** Records of one partition, in the order of their offsets. Never empty. */
export interface ConsumedBatch<R> {
  readonly topic: string
  readonly partition: number
  readonly records: readonly R[]
  /** The offset that follows the batch. */
  readonly nextOffset: number
}

export interface TopicConsumerOptions {
  readonly decoders: ReadonlyMap<string, RecordDecoder<unknown, unknown>>
  readonly fetcher: Fetcher
  readonly source: PositionSource
  readonly clock: Clock
  readonly limits: Omit<FetchLimits, 'signal'>
  readonly retryBackoffMs: number
  /** What the consumer closes; the source is among them. */
  readonly clients: AsyncDisposable
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
  readonly #options: TopicConsumerOptions
  readonly #closing = new AbortController()
  /** The record that could not be read, and ended the last loop with an error. */
  #unread: { readonly position: Position; readonly offset: number } | null = null

  constructor(options: TopicConsumerOptions) {
    this.#options = options
  }

  /**
   * Ends when the consumer is closed.
   *
   * Throws at a record that cannot be read (a `SerializationError`, unless `deserializationHandler` says `continue`), once all
   * records
   * before it were handed over. Until another loop begins, a commit is one up to that record; another loop goes on behind it.
   *
   * Throws at a corrupt batch (a `TransportError` of code `TRANSPORT_CORRUPT_MESSAGE` with topic, partition and offset), once
   * what was
   * fetched of other partitions is handed over. That partition stays where it is.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<ConsumedBatch<RecordOf<T>>, void, undefined> {
    this.#passUnread()
    while (!this.#closing.signal.aborted)
      for (const fetched of errorsLast(await this.#fetch())) {
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
    await this.#options.clients[Symbol.asyncDispose]()
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
      const { records, failure } = await this.#decode(topic, partition, range)
      position.offset = failure?.offset ?? range.batch.nextOffset
      if (records.length > 0) yield { topic, partition, records, nextOffset: position.offset }
      if (failure === null) continue
      this.#unread = { position, offset: failure.offset }
      throw failure.error
    }
  }

  async #decode(
    topic: string,
    partition: number,
    range: ReadableRange,
  ): Promise<{ readonly records: readonly RecordOf<T>[]; readonly failure: DecodedRange<unknown, unknown>['failure'] }> {
    const decoder = this.#options.decoders.get(topic)
    assert(decoder !== undefined, 'Only topics of this consumer are fetched.')
    const { records, failure } = await decoder.decode(partition, range)
    // The decoder is that of one of T's topics, and these are its records; the map forgot which.
    return { records: records as readonly RecordOf<T>[], failure }
  }

  /** The program has seen the error of the last loop: this one goes on behind the record. */
  #passUnread(): void {
    if (this.#unread !== null && this.#unread.position.offset === this.#unread.offset) this.#unread.position.offset++
    this.#unread = null
  }

  async #mend(fetched: FetchedPartition, error: TransportError): Promise<void> {
    if (error.kind === 'out-of-range') return this.#options.source.reset(fetched)
    if (error.kind !== 'retriable') throw error
    await sleep(this.#options.clock, this.#options.retryBackoffMs, this.#closing.signal)
  }
}

/** Partitions with errors come last: an error ends the loop, and records of the other partitions are handed over before. */
function errorsLast(fetched: readonly FetchedPartition[]): readonly FetchedPartition[] {
  return [...fetched.filter(({ error }) => error === null), ...fetched.filter(({ error }) => error !== null)]
}
