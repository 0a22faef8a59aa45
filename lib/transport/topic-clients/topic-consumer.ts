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
  /** The offset after the batch. */
  readonly nextOffset: number
}

export interface TopicConsumerOptions {
  readonly decoders: ReadonlyMap<string, RecordDecoder<unknown, unknown>>
  readonly fetcher: Fetcher
  readonly source: PositionSource
  readonly clock: Clock
  readonly limits: Omit<FetchLimits, 'signal'>
  readonly retryBackoffMs: number
  /** The clients that `close` closes, `source` among them. */
  readonly clients: AsyncDisposable
}

/**
 * Reads records of topics at least once, and deserializes them. Batches of different partitions come in no particular order.
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
  /** The unreadable record whose error ended the last loop. */
  #unread: { readonly position: Position; readonly offset: number } | null = null

  constructor(options: TopicConsumerOptions) {
    this.#options = options
  }

  /**
   * Iterates over batches until the consumer is closed.
   *
   * A record that cannot be read ends the loop with a `SerializationError`, unless `deserializationHandler` answers `continue`. All
   * records before it are handed over first. Until another loop begins, `commit` commits up to that record. Another loop goes on
   * behind it.
   *
   * A corrupt batch ends the loop with a `TransportError` of code `TRANSPORT_CORRUPT_MESSAGE` that names topic, partition and
   * offset. Records fetched from other partitions are handed over first. The position of the corrupt partition does not move.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<ConsumedBatch<RecordOf<T>>, void, undefined> {
    this.#passUnread()
    while (!this.#closing.signal.aborted)
      for (const fetched of errorsLast(await this.#fetch())) {
        const position = this.#options.source.position(fetched)
        // While other partitions were handed over, this one has gone to another member of the group.
        if (position === undefined) continue
        yield* this.#hand(fetched, position)
      }
  }

  /**
   * Commits the offsets of all batches that were handed over, the current one included. Rejects if the group has given one of the
   * partitions to another member.
   */
  commit(): Promise<void> {
    return this.#options.source.commit()
  }

  /**
   * Ends the loop, leaves the group, and closes the clients. Records that were not committed are read again by their next reader.
   */
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
      position.leaderEpoch = range.batch.partitionLeaderEpoch
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
    // The map of decoders has lost the record type of each topic, which is one of RecordOf<T>.
    return { records: records as readonly RecordOf<T>[], failure }
  }

  /** Moves the position behind the unreadable record of the last loop, because the program has seen its error. */
  #passUnread(): void {
    if (this.#unread !== null && this.#unread.position.offset === this.#unread.offset) this.#unread.position.offset++
    this.#unread = null
  }

  async #mend(fetched: FetchedPartition, error: TransportError): Promise<void> {
    if (error.kind === 'out-of-range') return this.#options.source.reset(fetched, error)
    if (error.kind !== 'retriable') throw error
    await sleep(this.#options.clock, this.#options.retryBackoffMs, this.#closing.signal)
  }
}

/** Puts partitions with errors last, so that the records of the others are handed over before an error ends the loop. */
function errorsLast(fetched: readonly FetchedPartition[]): readonly FetchedPartition[] {
  return [...fetched.filter(({ error }) => error === null), ...fetched.filter(({ error }) => error !== null)]
}
