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
  /** The transaction that batches are written in. Null: they are in none. */
  readonly transaction: TransactionOfSession | null
  /** Whether `stamp` can be called now for the partition. If not, await `ready` first. */
  isReadyFor(partition: TopicPartition): boolean
  /** Resolves when `stamp` can be called. Rejects if no identity can be acquired. The next call then tries again. */
  ready(partition: TopicPartition): Promise<void>
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

/** What a producer has to know of the transaction of its session. */
export interface TransactionOfSession {
  readonly transactionalId: string
  /** The version of the protocol (KIP-890). From 2 on brokers add partitions to the transaction by themselves. */
  readonly version: 1 | 2
  /** False once the transaction can no longer be committed: then no batch is tried again. */
  readonly isOpen: boolean
}

/** Epochs are int16. After the last one a producer needs another id. */
const epochMax = 0x7fff

/** Sequence numbers begin again at 0 after the last int32 (Kafka: `DefaultRecordBatch.incrementSequence`). */
const sequences = 2 ** 31

/** The next sequence number of each partition. */
export class Sequences {
  readonly #next = new Map<string, number>()

  /** The sequence number of the partition's next batch, which has `count` records. */
  take(partition: TopicPartition, count: number): number {
    const key = partitionKey(partition)
    const base = this.#next.get(key) ?? 0
    this.#next.set(key, (base + count) % sequences)
    return base
  }

  takeBack(partition: TopicPartition, baseSequence: number): void {
    this.#next.set(partitionKey(partition), baseSequence)
  }

  clear(): void {
    this.#next.clear()
  }
}

/** Options of an {@link IdempotentSession}. */
export interface IdempotentSessionOptions {
  /** Gets a producer id that no other producer has. */
  readonly acquire: () => Promise<ProducerIdentity>
  /** The first identity. Default: the session acquires one. */
  readonly identity?: ProducerIdentity | undefined
}

/**
 * The session of an idempotent producer that has no transactions. As in Kafka, one producer id serves all partitions.
 *
 * The session raises the epoch without asking a broker (Java: `TransactionManager.bumpIdempotentProducerEpoch`), because a
 * partition accepts a higher epoch that begins at sequence 0. Batches of other partitions that are under way at that moment keep
 * their stamps. Their partitions have not seen the new epoch, so they still accept the old one.
 */
export class IdempotentSession implements ProducerSession {
  readonly transaction = null
  readonly #acquire: () => Promise<ProducerIdentity>
  readonly #sequences = new Sequences()
  #identity: ProducerIdentity | null
  #acquiring: Promise<void> | null = null

  constructor({ acquire, identity }: IdempotentSessionOptions) {
    this.#acquire = acquire
    this.#identity = identity ?? null
  }

  /** Whether `stamp` can be called now. If not, await `ready` first. */
  isReadyFor(): boolean {
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
    return { ...this.#identity, baseSequence: this.#sequences.take(partition, count), isTransactional: false }
  }

  /** Frees the sequence numbers of a stamp. A stamp of an older epoch is ignored. */
  takeBack(partition: TopicPartition, stamp: ProducerStamp): void {
    if (this.#isCurrent(stamp)) this.#sequences.takeBack(partition, stamp.baseSequence)
  }

  /** Raises the epoch. After the last epoch the session needs another id. A stamp of an older epoch is ignored. */
  abandon(stamp: ProducerStamp): void {
    // If the epoch was raised since, the partition begins anew with its next batch in any case.
    if (this.#identity === null || !this.#isCurrent(stamp)) return
    const { producerId, producerEpoch } = this.#identity
    this.#identity = producerEpoch === epochMax ? null : { producerId, producerEpoch: producerEpoch + 1 }
    this.#sequences.clear()
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
  transaction: null,
  isReadyFor: () => true,
  ready: () => Promise.resolve(),
  stamp: () => noProducer,
  takeBack: () => undefined,
  abandon: () => undefined,
})
