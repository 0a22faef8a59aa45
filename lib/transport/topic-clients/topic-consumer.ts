import { sleep } from '../../clock/clock.ts'
import type { Clock } from '../../clock/clock.ts'
import { assert } from '../../model/assert.ts'
import { TransportError } from '../../model/errors.ts'
import type { FetchedPartition, Fetcher, FetchLimits, FetchPosition } from '../fetcher.ts'
import type { GroupIdentity } from '../group-coordinator.ts'
import { readableRanges } from '../readable-ranges.ts'
import type { ReadableRange } from '../readable-ranges.ts'
import { saysTopicIsUnknown } from '../topics/unknown-topic.ts'
import type { DecodedRange, ReadableTopic, RecordDecoder, RecordOf } from './consumed-topic.ts'
import type { OffsetsToSend, Position, PositionSource } from './position-source.ts'

/** Records of one partition, in the order of their offsets. Never empty. */
export interface ConsumedBatch<R> {
  /** The topic of all records of the batch. */
  readonly topic: string
  /** The partition of all records of the batch. */
  readonly partition: number
  /** The records, at least one. */
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

interface Fetch {
  /** Where the partitions were read from. */
  readonly positions: readonly FetchPosition[]
  readonly fetched: readonly FetchedPartition[]
}

interface DecodedFetch<R> extends DecodedRange<R> {
  /** Where reading goes on. */
  readonly end: Position
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
  #ending: { readonly changed: AbortSignal; readonly signal: AbortSignal } | null = null
  /** The positions of what was handed over since the last commit. */
  readonly #handed = new Set<Position>()
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
    while (!this.#closing.signal.aborted) {
      const { positions, fetched } = await this.#fetch()
      for (const each of errorsLast(fetched)) {
        const position = this.#options.source.position(each)
        // While other partitions were handed over, this one has gone to another member of the group, or is read again from an earlier offset.
        if (position === undefined || !positions.includes(position)) continue
        yield* this.#hand(each, position)
      }
    }
  }

  /**
   * Commits the offsets of all batches that were handed over, the current one included. Rejects if the group has given one of the
   * partitions to another member.
   */
  async commit(): Promise<void> {
    const handed = [...this.#handed]
    await this.#options.source.commit()
    this.#committed(handed)
  }

  /**
   * What a transaction commits of it: see `TopicTransaction.sendOffsets`.
   *
   * @internal
   */
  async offsetsToSend(): Promise<OffsetsToSend> {
    const { source } = this.#options
    const handed = [...this.#handed]
    const toSend = await source.offsetsToSend()
    // What was made of their records must not be committed: the next owner reads them again.
    const lost = handed.find((position) => source.position(position) !== position)
    if (lost !== undefined) throw givenAway(lost, toSend.group)
    const committed = (): void => {
      toSend.committed()
      this.#committed(handed)
    }
    return { ...toSend, committed }
  }

  /**
   * Reading goes on where the group has committed, because the transaction that had to commit more was aborted.
   *
   * @internal
   */
  rewind(): Promise<void> {
    this.#handed.clear()
    return this.#options.source.rewind()
  }

  /**
   * Ends the loop, leaves the group, and closes the clients. Records that were not committed are read again by their next reader.
   */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return
    this.#closing.abort()
    await this.#options.clients[Symbol.asyncDispose]()
  }

  #committed(handed: readonly Position[]): void {
    for (const position of handed) this.#handed.delete(position)
  }

  async #fetch(): Promise<Fetch> {
    const { source, fetcher, limits, clock, retryBackoffMs } = this.#options
    const { positions, changed } = await source.positions(this.#closing.signal)
    if (positions.length === 0) return { positions, fetched: [] }
    try {
      return { positions, fetched: await fetcher.fetch(positions, { ...limits, signal: this.#endOfFetch(changed) }) }
    } catch (error) {
      if (this.#closing.signal.aborted) return { positions, fetched: [] }
      if (!(error instanceof TransportError) || error.kind !== 'retriable') throw error
      await sleep(clock, retryBackoffMs, this.#closing.signal)
      return { positions, fetched: [] }
    }
  }

  /** Ends fetches when the consumer closes, or has other partitions. */
  #endOfFetch(changed: AbortSignal): AbortSignal {
    if (this.#ending?.changed !== changed) this.#ending = { changed, signal: AbortSignal.any([this.#closing.signal, changed]) }
    return this.#ending.signal
  }

  async *#hand(fetched: FetchedPartition, position: Position): AsyncGenerator<ConsumedBatch<RecordOf<T>>, void, undefined> {
    if (fetched.error !== null) return this.#mend(fetched, fetched.error)
    const { topic, partition } = fetched
    const { records, failure, end } = await this.#decodeAll(fetched, position)
    if (this.#closing.signal.aborted || this.#options.source.position(fetched) !== position) return
    ;[position.offset, position.leaderEpoch] = [end.offset, end.leaderEpoch]
    if (records.length > 0) this.#handed.add(position)
    if (records.length > 0) yield { topic, partition, records, nextOffset: end.offset }
    if (failure === null) return
    this.#unread = { position, offset: failure.offset }
    throw failure.error
  }

  /** All that a fetch brought of a partition, up to what cannot be read: who stores and commits does so once for all of it. */
  async #decodeAll(fetched: FetchedPartition, from: Position): Promise<DecodedFetch<RecordOf<T>>> {
    const records: RecordOf<T>[] = []
    let end: Position = from
    for (const range of readableRanges(fetched, from.offset)) {
      const decoded = await this.#decode(fetched, range)
      for (const record of decoded.records) records.push(record)
      const { nextOffset, partitionLeaderEpoch } = range.batch
      end = { ...from, offset: decoded.failure?.offset ?? nextOffset, leaderEpoch: partitionLeaderEpoch }
      if (decoded.failure !== null) return { records, failure: decoded.failure, end }
    }
    return { records, failure: null, end }
  }

  #decode({ topic, partition }: FetchedPartition, range: ReadableRange): Promise<DecodedRange<RecordOf<T>>> {
    const decoder = this.#options.decoders.get(topic)
    assert(decoder !== undefined, 'Only topics of this consumer are fetched.')
    // The map of decoders has lost the record type of each topic, which is one of RecordOf<T>.
    return decoder.decode(partition, range) as Promise<DecodedRange<RecordOf<T>>>
  }

  /** Moves the position behind the unreadable record of the last loop, because the program has seen its error. */
  #passUnread(): void {
    if (this.#unread !== null && this.#unread.position.offset === this.#unread.offset) this.#unread.position.offset++
    this.#unread = null
  }

  async #mend(fetched: FetchedPartition, error: TransportError): Promise<void> {
    if (error.kind === 'out-of-range') return this.#options.source.reset(fetched, error)
    if (error.kind !== 'retriable') throw error
    if (saysTopicIsUnknown(error)) this.#options.source.lookSoon()
    await sleep(this.#options.clock, this.#options.retryBackoffMs, this.#closing.signal)
  }
}

function givenAway({ topic, partition }: Position, { groupId }: GroupIdentity): TransportError {
  const facts = { topic, partition, groupId }
  const message = `The group ${groupId} has given ${topic}-${partition} to another member, which reads again what was not committed.`
  return new TransportError('TRANSPORT_ILLEGAL_GENERATION', 'rebalance', message, { facts })
}

/** Puts partitions with errors last, so that the records of the others are handed over before an error ends the loop. */
function errorsLast(fetched: readonly FetchedPartition[]): readonly FetchedPartition[] {
  return [...fetched.filter(({ error }) => error === null), ...fetched.filter(({ error }) => error !== null)]
}
