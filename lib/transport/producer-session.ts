import type { TopicPartition } from '../model/topic-partition.ts'
import { partitionKey } from '../model/topic-partition.ts'
import type { ProducerStamp } from './record-batch/produce-batch.ts'
import { noProducer } from './record-batch/record-batch-builder.ts'

/** The id and epoch that a broker gives to an idempotent producer (Kafka: `InitProducerId`). */
export interface ProducerIdentity {
  /** Id of the producer. */
  readonly producerId: number
  /** Epoch of the id, from 0 to 32,767. */
  readonly producerEpoch: number
}

/**
 * The identity of a producer and the next sequence number of each partition (KIP-98). Each batch is written with a stamp of its
 * session. A session neither orders batches nor sends them.
 *
 * The producer that sends obeys three rules. Per partition it has at most one unanswered batch. It takes the stamp before the
 * first attempt. It keeps that stamp for all attempts, because the broker recognizes a repeated batch by its stamp.
 */
export interface ProducerSession {
  /** Whether `stamp` can be called now. If not, await `ready` first. */
  readonly isReady: boolean
  /** Resolves when `stamp` can be called. Rejects if no identity can be acquired. The next call then tries again. */
  ready(): Promise<void>
  /** Returns the stamp of the partition's next batch, which has `count` records. */
  stamp(partition: TopicPartition, count: number): ProducerStamp
  /** Frees the sequence numbers of a batch that the broker has refused, and surely not written. */
  takeBack(partition: TopicPartition, stamp: ProducerStamp): void
  /**
   * Gives up a batch. Call it if nobody will know whether the batch is in the log, or if the broker has lost the partition's
   * sequence. All later batches have the next epoch, so that the broker refuses the old batch if it still arrives.
   */
  abandon(stamp: ProducerStamp): void
}

/** Epochs are int16. After the last one a producer needs another id. */
const epochMax = 0x7fff

/** Sequence numbers begin again at 0 after the last int32 (Kafka: `DefaultRecordBatch.incrementSequence`). */
const sequences = 2 ** 31

/** Options of an {@link IdempotentSession}. */
export interface IdempotentSessionOptions {
  /** Gets a producer id that no other producer has. */
  readonly acquire: () => Promise<ProducerIdentity>
  /** The first identity. Default: the session acquires one. */
  readonly identity?: ProducerIdentity | undefined
  /** Whether the batches belong to transactions. Default false. */
  readonly isTransactional?: boolean | undefined
}

/**
 * The session of an idempotent or transactional producer. As in Kafka, one producer id serves all partitions.
 *
 * The session raises the epoch without asking a broker (Java: `TransactionManager.bumpIdempotentProducerEpoch`), because a
 * partition accepts a higher epoch that begins at sequence 0. Batches of other partitions that are under way at that moment keep
 * their stamps. Their partitions have not seen the new epoch, so they still accept the old one.
 */
export class IdempotentSession implements ProducerSession {
  readonly #acquire: () => Promise<ProducerIdentity>
  readonly #isTransactional: boolean
  readonly #next = new Map<string, number>()
  #identity: ProducerIdentity | null
  #acquiring: Promise<void> | null = null

  constructor({ acquire, identity, isTransactional = false }: IdempotentSessionOptions) {
    this.#acquire = acquire
    this.#identity = identity ?? null
    this.#isTransactional = isTransactional
  }

  /** Whether `stamp` can be called now. If not, await `ready` first. */
  get isReady(): boolean {
    return this.#identity !== null
  }

  /** Acquires an identity if the session has none. Overlapping calls share one acquisition. */
  async ready(): Promise<void> {
    if (this.#identity !== null) return
    this.#acquiring ??= this.#acquireIdentity().finally(() => (this.#acquiring = null))
    await this.#acquiring
  }

  /** Returns the stamp of the partition's next batch. Throws a `TypeError` if the session is not ready. */
  stamp(partition: TopicPartition, count: number): ProducerStamp {
    if (this.#identity === null) throw new TypeError('A producer session that is not ready has no stamps: await ready() first.')
    const key = partitionKey(partition)
    const baseSequence = this.#next.get(key) ?? 0
    this.#next.set(key, (baseSequence + count) % sequences)
    return { ...this.#identity, baseSequence, isTransactional: this.#isTransactional }
  }

  /** Frees the sequence numbers of a stamp. A stamp of an older epoch is ignored. */
  takeBack(partition: TopicPartition, stamp: ProducerStamp): void {
    if (this.#isCurrent(stamp)) this.#next.set(partitionKey(partition), stamp.baseSequence)
  }

  /** Raises the epoch. After the last epoch the session needs another id. A stamp of an older epoch is ignored. */
  abandon(stamp: ProducerStamp): void {
    // If the epoch was raised since, the partition begins anew with its next batch in any case.
    if (this.#identity === null || !this.#isCurrent(stamp)) return
    const { producerId, producerEpoch } = this.#identity
    this.#identity = producerEpoch === epochMax ? null : { producerId, producerEpoch: producerEpoch + 1 }
    this.#next.clear()
  }

  #isCurrent({ producerId, producerEpoch }: ProducerStamp): boolean {
    return this.#identity?.producerId === producerId && this.#identity.producerEpoch === producerEpoch
  }

  async #acquireIdentity(): Promise<void> {
    this.#identity = await this.#acquire()
  }
}

/** The session of a producer that is not idempotent: its batches have neither producer id nor sequence number. */
export const namelessSession: ProducerSession = Object.freeze({
  isReady: true,
  ready: () => Promise.resolve(),
  stamp: () => noProducer,
  takeBack: () => undefined,
  abandon: () => undefined,
})
