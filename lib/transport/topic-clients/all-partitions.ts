import type { Clock } from '../../clock/clock.ts'
import { sleep } from '../../clock/clock.ts'
import { TransportError } from '../../model/errors.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { Admin, OffsetSpec } from '../admin.ts'
import { lookUpNamed, partitionsOf, type KnownTopics } from '../topics/known-topics.ts'
import { isLost, type TopicChange } from '../topics/topic-changes.ts'
import { TopicWatch } from '../topics/topic-watch.ts'
import { firstPositions } from './first-positions.ts'
import { HeldPositions } from './held-positions.ts'
import type { OffsetsToSend, Position, PositionSource } from './position-source.ts'
import { resetPosition } from './reset-position.ts'
import { unknownTopic } from './topic-producer.ts'

export interface AllPartitionsOptions {
  readonly admin: Admin
  readonly clock: Clock
  readonly topics: readonly string[]
  /** The start in all partitions that are there. */
  readonly from: OffsetSpec
  /** How often the topics are looked up. */
  readonly metadataMaxAgeMs: number
  readonly retryBackoffMs: number
}

/**
 * The positions of a consumer without a group: it reads all partitions of its topics. Partitions that come are read from their
 * start. A topic that is deleted is read again when it is back, as a new one.
 */
export class AllPartitions implements PositionSource {
  readonly #options: AllPartitionsOptions
  readonly #held = new HeldPositions<Position>()
  readonly #watch: TopicWatch
  readonly #closing = new AbortController()
  /** The topics whose partitions are held. */
  #read: KnownTopics | null = null

  private constructor(options: AllPartitionsOptions) {
    const { admin, clock, topics, metadataMaxAgeMs: intervalMs } = options
    this.#options = options
    this.#watch = new TopicWatch({ lookUp: () => lookUpNamed(topics, admin), clock, intervalMs })
  }

  static async open(options: AllPartitionsOptions): Promise<AllPartitions> {
    const { admin, topics } = options
    const known = await lookUpNamed(topics, admin)
    const missing = topics.find((topic) => !known.has(topic))
    if (missing !== undefined) throw unknownTopic(missing)
    const all = new AllPartitions(options)
    all.#watch.known = known
    await all.#hold(known)
    all.#watch.start((changes) => all.#onChange(changes))
    return all
  }

  positions(signal: AbortSignal): ReturnType<PositionSource['positions']> {
    return this.#held.whenAny(signal)
  }

  position(partition: TopicPartition): Position | undefined {
    return this.#held.get(partition)
  }

  async reset(partition: TopicPartition, error: TransportError): Promise<void> {
    const { admin, from } = this.#options
    const position = this.position(partition)
    if (position !== undefined) await resetPosition(position, error, admin, from)
  }

  lookSoon(): void {
    this.#watch.lookSoon()
  }

  commit(): Promise<void> {
    return Promise.reject(noGroup())
  }

  offsetsToSend(): Promise<OffsetsToSend> {
    return Promise.reject(noGroup())
  }

  rewind(): Promise<void> {
    return Promise.reject(noGroup())
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#watch.stop()
  }

  #onChange(changes: readonly TopicChange[]): void {
    const lost = new Set(changes.filter(isLost).map(({ topic }) => topic))
    this.#held.giveUp(this.#held.all.filter(({ topic }) => lost.has(topic)))
    this.#follow(this.#watch.known!).catch((reason: unknown) => this.#held.fail(reason))
  }

  /** Begins with the partitions that have come. A later change takes the place of one that cannot be followed. */
  async #follow(now: KnownTopics): Promise<void> {
    const { clock, retryBackoffMs } = this.#options
    while (this.#watch.known === now && !this.#closing.signal.aborted) {
      try {
        return await this.#hold(now)
      } catch (error) {
        if (!(error instanceof TransportError) || error.kind !== 'retriable') throw error
        await sleep(clock, retryBackoffMs, this.#closing.signal)
      }
    }
  }

  async #hold(now: KnownTopics): Promise<void> {
    const { admin, from } = this.#options
    const missing = partitionsOf(now).filter((partition) => this.#held.get(partition) === undefined)
    const begun = await firstPositions(missing, { admin, from, before: this.#read, now })
    if (this.#watch.known !== now) return
    this.#held.hold(begun)
    this.#read = now
  }
}

function noGroup(): TypeError {
  return new TypeError('A consumer without a groupId cannot commit: give it a groupId, or keep positions yourself.')
}
