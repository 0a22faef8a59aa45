import type { TopicPartition } from '../model/topic-partition.ts'
import { partitionKey } from '../model/topic-partition.ts'
import type { ProducerStamp } from './record-batch/produce-batch.ts'
import { noProducer } from './record-batch/record-batch-builder.ts'

/** What a broker gives to a producer that writes idempotently (Kafka: `InitProducerId`). */
export interface ProducerIdentity {
  readonly producerId: number
  readonly producerEpoch: number
}

/**
 * Under whose name batches are written, and with which sequence numbers: id, epoch, and the next sequence of each partition
 * (KIP-98). A session knows nothing of the order of batches, nor of the network. Whoever sends has one batch of a partition
 * without an answer at a time, asks for a stamp before the first attempt, and keeps it for all attempts: by its stamp a broker
 * knows a batch again.
 */
export interface ProducerSession {
  /** False: `ready` is to be awaited before the next stamp. */
  readonly isReady: boolean
  ready(): Promise<void>
  /** The stamp of the partition's next batch. */
  stamp(partition: TopicPartition, count: number): ProducerStamp
  /** The broker refused the batch, and never had it: its sequence numbers are free again. */
  takeBack(partition: TopicPartition, stamp: ProducerStamp): void
  /**
   * Nobody will know whether the batch is in the log, or the broker has lost the partition's sequence. All batches to come are
   * written under the next epoch, so that a late arrival of the old one is refused.
   */
  abandon(stamp: ProducerStamp): void
}

/** Epochs are int16. After the last one a producer needs another id. */
const epochMax = 0x7fff

/** Sequence numbers go round (Kafka: `DefaultRecordBatch.incrementSequence`). */
const sequences = 2 ** 31

export interface IdempotentSessionOptions {
  /** Gets an id that nobody has. */
  readonly acquire: () => Promise<ProducerIdentity>
  /** The identity to begin with. Default: it is acquired. */
  readonly identity?: ProducerIdentity
  /** Whether stamps say that the batch belongs to a transaction. Default no. */
  readonly isTransactional?: boolean
}

/**
 * The session of an idempotent producer, or of a transactional one: one id for all partitions, as Kafka's. Raising the epoch needs
 * no broker (Java: `TransactionManager.bumpIdempotentProducerEpoch`): a partition accepts a higher epoch that begins at sequence 0.
 * A batch that is under way in another partition meanwhile keeps the stamp it has, which that partition still accepts.
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

  get isReady(): boolean {
    return this.#identity !== null
  }

  async ready(): Promise<void> {
    if (this.#identity !== null) return
    this.#acquiring ??= this.#acquireIdentity().finally(() => (this.#acquiring = null))
    await this.#acquiring
  }

  stamp(partition: TopicPartition, count: number): ProducerStamp {
    if (this.#identity === null) throw new TypeError('A session gives stamps once it is ready: await ready() first.')
    const key = partitionKey(partition)
    const baseSequence = this.#next.get(key) ?? 0
    this.#next.set(key, (baseSequence + count) % sequences)
    return { ...this.#identity, baseSequence, isTransactional: this.#isTransactional }
  }

  takeBack(partition: TopicPartition, stamp: ProducerStamp): void {
    if (this.#isCurrent(stamp)) this.#next.set(partitionKey(partition), stamp.baseSequence)
  }

  abandon(stamp: ProducerStamp): void {
    // A partition of an older epoch begins anew with its next batch in any case.
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

/** The session of a producer that is not idempotent: its batches have no name, and no sequence. */
export const namelessSession: ProducerSession = Object.freeze({
  isReady: true,
  ready: () => Promise.resolve(),
  stamp: () => noProducer,
  takeBack: () => undefined,
  abandon: () => undefined,
})
