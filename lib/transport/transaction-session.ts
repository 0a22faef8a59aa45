import { TransportError } from '../model/errors.ts'
import type { TopicPartition } from '../model/topic-partition.ts'
import { partitionKey } from '../model/topic-partition.ts'
import type { GroupIdentity, OffsetCommit } from './group-coordinator.ts'
import type { ProducerIdentity, ProducerSession, TransactionOfSession } from './producer-session.ts'
import { Sequences } from './producer-session.ts'
import type { ProducerStamp } from './record-batch/produce-batch.ts'
import type { TransactionLink } from './transaction-link.ts'

/**
 * - `uninitialized`: only `init` leads on: nothing was asked yet, or nobody knows what has become of a transaction.
 * - `ready`: between two transactions.
 * - `open`: batches and offsets can be sent.
 * - `abortable`: the transaction cannot be committed any more.
 * - `ending`: its outcome is asked for.
 */
type SessionState = 'uninitialized' | 'ready' | 'open' | 'abortable' | 'ending'

/** What these errors say is about a member of a group, not about the producer. */
const aboutTheMember: ReadonlySet<string> = new Set([
  'TRANSPORT_ILLEGAL_GENERATION',
  'TRANSPORT_UNKNOWN_MEMBER_ID',
  'TRANSPORT_FENCED_INSTANCE_ID',
])

/** Whether the error of `sendOffsets` is about the member: with a newer identity of it the same transaction goes on. */
export function isAboutMember(error: unknown): error is TransportError {
  return error instanceof TransportError && aboutTheMember.has(error.code)
}

/**
 * The session of a transactional producer: its identity, its sequence numbers, and the state of its transaction (Java:
 * `TransactionManager`).
 *
 * Under version 2 each transaction has an epoch of its own (KIP-890). Under version 1 the epoch stays, as long as the fate of every batch
 * and every request is known. What arrives late would otherwise belong to the next transaction: offsets of the last one would take the
 * group back, and its end would end the next one too early. Java's producers only look at batches (KIP-360).
 */
export class TransactionSession implements ProducerSession {
  readonly #link: TransactionLink
  readonly #sequences = new Sequences()
  readonly #added = new Set<string>()
  readonly #toAdd = new Map<string, TopicPartition>()
  readonly #groups = new Set<string>()
  #adding: Promise<void> | null = null
  #state: SessionState = 'uninitialized'
  #version: 1 | 2 = 1
  #identity: ProducerIdentity = { producerId: -1, producerEpoch: -1 }
  /** Whether brokers may know of the transaction. */
  #isBegun = false
  #needsEpoch = false
  /** What the link had left unanswered when the transaction began. */
  #unansweredBefore = 0
  #failure: TransportError | null = null

  constructor(link: TransactionLink) {
    this.#link = link
  }

  get transaction(): TransactionOfSession {
    return { transactionalId: this.#link.transactionalId, version: this.#version, isOpen: this.#state === 'open' }
  }

  /** What goes wrong leaves the session uninitialized, so that it can be tried again. */
  async init(): Promise<void> {
    this.#state = 'uninitialized'
    this.#begins(await this.#link.init(null))
  }

  /** Throws a `TypeError` if a transaction is open, and the error after which only `init` leads on. */
  begin(): void {
    if (this.#state === 'uninitialized') throw this.#failure ?? new TypeError('A transactional producer begins with init().')
    if (this.#state !== 'ready') throw new TypeError('A transaction is open: commit or abort it before the next one begins.')
    this.#version = this.#link.version
    this.#state = 'open'
  }

  /** Throws unless batches can be sent: a `TypeError`, or the error for which the transaction has to be aborted. */
  checkOpen(): void {
    if (this.#state === 'open') return
    throw this.#state === 'abortable'
      ? this.#abortable()
      : (this.#failure ?? new TypeError('No transaction is open: call begin().'))
  }

  isReadyFor(partition: TopicPartition): boolean {
    return this.#state === 'open' && (this.#version === 2 || this.#added.has(partitionKey(partition)))
  }

  /** Adds the partition to the transaction. Partitions of one turn of the event loop are added together. */
  async ready(partition: TopicPartition): Promise<void> {
    this.checkOpen()
    if (this.#version === 2) return
    const key = partitionKey(partition)
    while (!this.#added.has(key)) {
      this.#toAdd.set(key, partition)
      this.#adding ??= Promise.resolve()
        .then(() => this.#addAll())
        .finally(() => (this.#adding = null))
      await this.#adding
    }
  }

  stamp(partition: TopicPartition, count: number): ProducerStamp {
    this.#isBegun = true
    return { ...this.#identity, baseSequence: this.#sequences.take(partition, count), isTransactional: true }
  }

  takeBack(partition: TopicPartition, stamp: ProducerStamp): void {
    if (this.#isCurrent(stamp)) this.#sequences.takeBack(partition, stamp.baseSequence)
  }

  /** Nobody will know whether the batch is in the log: the transaction has to be aborted. */
  abandon(stamp: ProducerStamp): void {
    if (this.#isCurrent(stamp)) this.#taint(unknownFate())
  }

  async sendOffsets(offsets: readonly OffsetCommit[], group: GroupIdentity): Promise<void> {
    this.checkOpen()
    if (offsets.length === 0) return
    this.#isBegun = true
    try {
      if (this.#version === 1 && !this.#groups.has(group.groupId)) await this.#link.addGroup(this.#identity, group.groupId)
      this.#groups.add(group.groupId)
      await this.#link.commitOffsets(this.#identity, group, offsets)
    } catch (error) {
      if (!isAboutMember(error)) this.#failed(error)
      throw error
    }
  }

  /** The transaction will be aborted: from now on none of its batches is tried again. */
  giveUp(): void {
    if (this.#state === 'open') this.#state = 'abortable'
  }

  /** Ends the transaction. All its batches are settled. */
  async end(outcome: 'commit' | 'abort'): Promise<void> {
    if (this.#state === 'uninitialized') throw this.#failure ?? new TypeError('A transactional producer begins with init().')
    if (this.#state === 'ready' || this.#state === 'ending')
      throw new TypeError(`No transaction is open: there is nothing to ${outcome}.`)
    if (outcome === 'commit') this.checkOpen()
    this.#state = 'ending'
    if (!this.#isBegun) return this.#ended(this.#identity)
    try {
      const next = await this.#link.end(this.#identity, outcome)
      this.#ended(this.#mayComeLate() ? await this.#link.init(next) : next)
    } catch (reason) {
      const error = outcome === 'commit' && isOtherwiseEnded(reason) ? takenTooLong(reason) : reason
      // An outcome that nobody knows is never guessed: `init` ends the transaction, and then it is known.
      this.#state = outcome === 'commit' && isAbortable(error) ? 'abortable' : 'uninitialized'
      if (error instanceof TransportError) this.#failure = error
      throw error
    }
  }

  /** Whether something of this transaction may still arrive, and be taken for a part of the next one. */
  #mayComeLate(): boolean {
    return this.#version === 1 && (this.#needsEpoch || this.#link.unanswered > this.#unansweredBefore)
  }

  async #addAll(): Promise<void> {
    const partitions = [...this.#toAdd.values()]
    this.#toAdd.clear()
    this.#isBegun = true
    try {
      await this.#link.addPartitions(this.#identity, partitions)
    } catch (error) {
      this.#failed(error)
      throw error
    }
    for (const partition of partitions) this.#added.add(partitionKey(partition))
  }

  #failed(error: unknown): void {
    if (!(error instanceof TransportError)) return
    if (error.kind === 'fenced') {
      this.#state = 'uninitialized'
      this.#failure = error
    } else this.#taint(error)
  }

  #taint(error: TransportError): void {
    this.#needsEpoch = true
    if (this.#state !== 'open') return
    this.#state = 'abortable'
    this.#failure = error
  }

  #abortable(): TransportError {
    const { message, facts } = this.#failure ?? { message: 'it is being aborted.', facts: {} }
    const text = `The transaction of ${this.#link.transactionalId} cannot be committed: ${message} Abort it, and begin the next one.`
    return new TransportError('TRANSPORT_TRANSACTION_ABORTABLE', 'abortable', text, { facts, cause: this.#failure ?? undefined })
  }

  #ended(next: ProducerIdentity): void {
    if (next.producerId !== this.#identity.producerId || next.producerEpoch !== this.#identity.producerEpoch) this.#begins(next)
    else this.#reset()
  }

  #begins(identity: ProducerIdentity): void {
    this.#identity = identity
    this.#version = this.#link.version
    this.#sequences.clear()
    this.#reset()
  }

  #reset(): void {
    this.#added.clear()
    this.#toAdd.clear()
    this.#groups.clear()
    this.#isBegun = false
    this.#needsEpoch = false
    this.#unansweredBefore = this.#link.unanswered
    this.#failure = null
    this.#state = 'ready'
  }

  #isCurrent({ producerId, producerEpoch }: ProducerStamp): boolean {
    return this.#identity.producerId === producerId && this.#identity.producerEpoch === producerEpoch
  }
}

/** The coordinator answers so to a commit of what it has aborted by itself, because it took too long (KIP-890). */
function isOtherwiseEnded(error: unknown): error is TransportError {
  return error instanceof TransportError && error.code === 'TRANSPORT_INVALID_TXN_STATE'
}

function takenTooLong({ code, message, facts }: TransportError): TransportError {
  const text = `The coordinator has aborted the transaction, because it took longer than its timeout: ${message}`
  return new TransportError(code, 'fenced', text, { facts })
}

function isAbortable(error: unknown): boolean {
  return error instanceof TransportError && error.kind === 'abortable'
}

function unknownFate(): TransportError {
  const message = 'Nobody knows whether a batch of it was written.'
  return new TransportError('TRANSPORT_TRANSACTION_ABORTABLE', 'abortable', message)
}
