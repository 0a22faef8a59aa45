import type { Clock } from '../../clock/clock.ts'
import { endsWithin } from '../../clock/within.ts'
import { TransportError } from '../../model/errors.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { GroupIdentity, OffsetCommit } from '../../transport/group-coordinator.ts'
import type { Producer, ProduceResult, TransactionalProducer } from '../../transport/producer.ts'
import type { ProduceBatch } from '../../transport/record-batch/produce-batch.ts'
import { isAboutMember } from '../../transport/transaction-session.ts'
import { patiently, type Patience } from '../patience.ts'

export interface ThreadTransactionOptions {
  readonly producer: TransactionalProducer
  readonly clock: Clock
  /** For `init` that is tried again. */
  readonly patience: Patience
}

/** A thread that ends does not wait for longer than this until what it left open is aborted. The next one does that, too. */
const closeMs = 1000

/** The producer of a thread under exactly-once: its first batch after a commit begins a transaction (Java: `StreamsProducer`). */
export class ThreadTransaction implements Producer {
  readonly #options: ThreadTransactionOptions
  #state: 'none' | 'open' | 'ending' = 'none'
  #isCommitAsked = false
  #sinceMs = 0

  constructor(options: ThreadTransactionOptions) {
    this.#options = options
  }

  /** True if something was written since the last commit. */
  get isOpen(): boolean {
    return this.#state !== 'none'
  }

  /** For how long the transaction has been open. */
  get openMs(): number {
    return this.isOpen ? this.#options.clock.monotonic() - this.#sinceMs : 0
  }

  newBatch(): ProduceBatch {
    return this.#options.producer.newBatch()
  }

  async send(partition: TopicPartition, batch: ProduceBatch): Promise<ProduceResult> {
    this.#begin()
    return this.#options.producer.send(partition, batch)
  }

  /**
   * Commits what was written, together with the offsets. Resolves to false if the group refuses the member: then nothing is lost, and the
   * commit is repeated when the member has joined again. Rejects with a `TransportError` after which the transaction has to be aborted.
   */
  async commit(offsets: readonly OffsetCommit[], identity: () => GroupIdentity): Promise<boolean> {
    const { producer } = this.#options
    this.#begin()
    if (!(await this.#sendOffsets(offsets, identity))) return false
    this.#state = 'ending'
    this.#isCommitAsked = true
    await producer.commit()
    this.#ended()
    return true
  }

  /**
   * Undoes what was written since the last commit. Resolves to `unknown` if its commit was asked for and not answered as done: then
   * it is ended now, and the offsets that the group has committed say how.
   */
  async abort(): Promise<'known' | 'unknown'> {
    const { producer, patience } = this.#options
    const lastCommit = this.#isCommitAsked ? 'unknown' : 'known'
    if (!this.isOpen) return lastCommit
    this.#state = 'ending'
    try {
      await producer.abort()
    } catch (error) {
      if (!(error instanceof TransportError)) throw error
      await patiently(() => producer.init(), patience)
    }
    this.#ended()
    return lastCommit
  }

  async close(): Promise<void> {
    const { producer, clock } = this.#options
    if (this.#state === 'open') {
      this.#state = 'ending'
      await endsWithin(producer.abort(), closeMs, clock).catch(() => false)
    }
    await producer.close()
  }

  async #sendOffsets(offsets: readonly OffsetCommit[], identity: () => GroupIdentity): Promise<boolean> {
    for (;;) {
      const member = identity()
      // Offsets of nobody are taken from anybody: by them a zombie could commit.
      if (member.memberId === '' || member.generationId < 0) return false
      try {
        await this.#options.producer.sendOffsets(offsets, member)
        return true
      } catch (error) {
        if (!isAboutMember(error)) throw error
        if (isSame(member, identity())) return false
      }
    }
  }

  #ended(): void {
    this.#state = 'none'
    this.#isCommitAsked = false
  }

  #begin(): void {
    if (this.#state === 'ending') throw undone()
    if (this.#state === 'open') return
    this.#sinceMs = this.#options.clock.monotonic()
    // If it throws, only `init` leads on, and `abort` calls that.
    this.#state = 'open'
    this.#options.producer.begin()
  }
}

function isSame(left: GroupIdentity, right: GroupIdentity): boolean {
  return left.memberId === right.memberId && left.generationId === right.generationId
}

function undone(): TransportError {
  const message = 'A batch comes too late for its transaction: its records are processed again.'
  return new TransportError('TRANSPORT_TRANSACTION_ABORTABLE', 'abortable', message)
}
