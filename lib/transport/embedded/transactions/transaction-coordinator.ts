import type { Clock, Timer } from '../../../clock/clock.ts'
import type { TopicPartition } from '../../../model/topic-partition.ts'
import { partitionKey } from '../../../model/topic-partition.ts'
import type { ProducerIdentity } from '../../producer-session.ts'
import type { Journal } from '../journal.ts'
import { refusal } from '../refusal.ts'
import type { Transaction, TransactionOutcome } from './transaction.ts'
import { isExhausted, isPrepared, isRepeat, newTransaction, outcomeOf } from './transaction.ts'

export interface TransactionCoordinatorOptions {
  readonly clock: Clock
  readonly journal: Journal
  readonly newProducerId: () => number
  /** The version in which the coordinator itself ends transactions. */
  readonly version: 1 | 2
  /** Writes the markers of a transaction whose outcome is decided, to its partitions and groups. */
  readonly writeMarkers: (transaction: Transaction, outcome: TransactionOutcome) => void
}

/** Kafka: `transaction.max.timeout.ms`. */
const timeoutMaxMs = 900_000

const prefix = 'transaction/'

/**
 * Coordinates the transactions of all transactional ids (Kafka: `TransactionCoordinator`). A transaction ends in two steps. First its
 * outcome is decided and kept. Only when the journal has it, the markers are written. A restart goes on with what was decided.
 */
export class TransactionCoordinator {
  readonly #options: TransactionCoordinatorOptions
  readonly #transactions = new Map<string, Transaction>()
  readonly #timeouts = new Map<string, Timer>()
  readonly #completions = new Map<string, Promise<void>>()
  #isClosed = false

  constructor(options: TransactionCoordinatorOptions) {
    this.#options = options
  }

  /**
   * Gives the transactional id to a producer (Kafka: `InitProducerId`): producers before it are fenced, and what they left open is
   * aborted. Until that is done it throws `TRANSPORT_CONCURRENT_TRANSACTIONS`. `known`: the identity of a producer that goes on after an
   * error (KIP-360). If another producer has taken over since, it throws `TRANSPORT_PRODUCER_FENCED`.
   */
  init(transactionalId: string, timeoutMs: number, known: ProducerIdentity | null): ProducerIdentity {
    if (transactionalId === '') throw refusal('INVALID_REQUEST', 'A transactional id is empty: give the producer a name.')
    if (!(timeoutMs > 0 && timeoutMs <= timeoutMaxMs)) throw invalidTimeout(timeoutMs)
    const transaction = this.#transactions.get(transactionalId) ?? this.#create(transactionalId, timeoutMs)
    if (known !== null && !mayGoOn(transaction, known)) throw fenced(transactionalId)
    if (isPrepared(transaction)) throw concurrent(transactionalId)
    if (transaction.state === 'ongoing') {
      this.#fence(transaction)
      throw concurrent(transactionalId)
    }
    const { producerId, producerEpoch } = this.#keep({ ...this.#bumped(transaction, known), state: 'empty', timeoutMs })
    return { producerId, producerEpoch }
  }

  /** Makes partitions and groups part of the producer's transaction. The first of them begins it. */
  add(transactionalId: string, identity: ProducerIdentity, added: Participants): void {
    const transaction = this.#current(transactionalId, identity)
    if (isPrepared(transaction)) throw concurrent(transactionalId)
    const keys = new Set(transaction.partitions.map(partitionKey))
    const partitions = (added.partitions ?? []).filter((partition) => !keys.has(partitionKey(partition)))
    const groups = (added.groups ?? []).filter((group) => !transaction.groups.includes(group))
    const isOngoing = transaction.state === 'ongoing'
    if (isOngoing && partitions.length + groups.length === 0) return
    const startMs = isOngoing ? transaction.startMs : this.#options.clock.now()
    const all = {
      partitions: [...transaction.partitions, ...partitions.map(({ topic, partition }) => ({ topic, partition }))],
      groups: [...transaction.groups, ...groups],
    }
    this.#keep({ ...transaction, state: 'ongoing', startMs, ...all })
    if (!isOngoing) this.#watch(transactionalId, transaction.timeoutMs)
  }

  /** Throws unless the partition or group is part of the producer's transaction (KIP-890, part one). */
  verify(transactionalId: string, identity: ProducerIdentity, part: TopicPartition | string): void {
    const transaction = this.#current(transactionalId, identity)
    if (isPrepared(transaction)) throw concurrent(transactionalId)
    const { partitions, groups } = transaction
    const key = typeof part === 'string' ? part : partitionKey(part)
    const isPart = typeof part === 'string' ? groups.includes(key) : partitions.some((each) => partitionKey(each) === key)
    if (isPart) return
    const message = `${key} is no part of the transaction of ${transactionalId}: abort the transaction, and begin it again.`
    throw refusal('TRANSACTION_ABORTABLE', message, { transactionalId })
  }

  /**
   * Decides the outcome of a transaction. In version 2 each transaction has an epoch of its own: the returned identity is that of the next
   * one. A repeated call is answered as the first one.
   */
  end(transactionalId: string, identity: ProducerIdentity, outcome: TransactionOutcome, version: 1 | 2): ProducerIdentity {
    const transaction = this.#known(transactionalId)
    if (isRepeat(transaction, identity)) return this.#answerAgain(transaction, outcome)
    this.#check(transaction, identity)
    const { state } = transaction
    // Under version 2 nobody knows whether a batch that failed has begun the transaction.
    const mayBeEmpty = version === 2 && outcome === 'abort' && !isPrepared(transaction)
    if (state !== 'ongoing' && !mayBeEmpty) throw invalidState(transaction, outcome)
    return this.#decide(transaction, outcome, version)
  }

  /** Resolves when the markers of the last transaction are written. */
  completed(transactionalId: string): Promise<void> {
    return this.#completions.get(transactionalId) ?? Promise.resolve()
  }

  /** Loads an entry of the store. Returns false if the entry is no transaction. */
  load(key: string, value: Uint8Array): boolean {
    if (!key.startsWith(prefix)) return false
    const transaction = JSON.parse(Buffer.from(value).toString()) as Transaction
    this.#transactions.set(transaction.transactionalId, transaction)
    return true
  }

  /** Called when everything is loaded: goes on with what was decided, and with the time limits of open transactions. */
  loaded(): void {
    const now = this.#options.clock.now()
    for (const transaction of this.#transactions.values()) {
      const { transactionalId, state, startMs, timeoutMs } = transaction
      if (isPrepared(transaction)) this.#complete(transactionalId)
      if (state === 'ongoing') this.#watch(transactionalId, Math.max(0, startMs + timeoutMs - now))
    }
  }

  /** Aborts all open transactions, as if their time was over. Returns how many there were. For simulations. */
  timeOut(): number {
    const open = [...this.#transactions.values()].filter(({ state }) => state === 'ongoing')
    for (const transaction of open) this.#fence(transaction)
    return open.length
  }

  close(): void {
    this.#isClosed = true
    for (const timer of this.#timeouts.values()) timer.cancel()
  }

  #create(transactionalId: string, timeoutMs: number): Transaction {
    return this.#keep(newTransaction(transactionalId, this.#options.newProducerId(), timeoutMs))
  }

  #bumped(transaction: Transaction, known: ProducerIdentity | null): Transaction {
    const { producerEpoch, lastProducerEpoch, producerId, transactionalId } = transaction
    const isRepeated = known !== null && producerEpoch >= 0 && known.producerEpoch !== producerEpoch
    if (isRepeated && known.producerEpoch !== lastProducerEpoch) throw fenced(transactionalId)
    if (isRepeated) return transaction
    const lastEpoch = known === null ? -1 : producerEpoch
    if (!isExhausted(transaction)) return { ...transaction, producerEpoch: producerEpoch + 1, lastProducerEpoch: lastEpoch }
    return { ...transaction, ...this.#rotated(producerId), lastProducerEpoch: lastEpoch }
  }

  #rotated(previousProducerId: number) {
    return { producerId: this.#options.newProducerId(), producerEpoch: 0, previousProducerId }
  }

  #answerAgain(transaction: Transaction, outcome: TransactionOutcome): ProducerIdentity {
    if (outcomeOf(transaction) !== outcome) throw invalidState(transaction, outcome)
    if (isPrepared(transaction)) throw concurrent(transaction.transactionalId)
    const { producerId, producerEpoch } = transaction
    return { producerId, producerEpoch }
  }

  #decide(transaction: Transaction, outcome: TransactionOutcome, version: 1 | 2): ProducerIdentity {
    const { producerId, producerEpoch, transactionalId } = transaction
    this.#timeouts.get(transactionalId)?.cancel()
    const bumped = version === 1 ? {} : { producerEpoch: producerEpoch + 1, lastProducerEpoch: producerEpoch }
    const nextProducerId = version === 2 && isExhausted(transaction) ? this.#options.newProducerId() : -1
    const decided = this.#keep({ ...transaction, ...bumped, nextProducerId, state: `prepare-${outcome}`, version })
    this.#completions.set(
      transactionalId,
      // If the journal fails, nobody gets an answer any more.
      this.#options.journal
        .settled()
        .then(() => this.#complete(transactionalId))
        .catch(() => undefined),
    )
    return nextProducerId < 0
      ? { producerId, producerEpoch: decided.producerEpoch }
      : { producerId: nextProducerId, producerEpoch: 0 }
  }

  #complete(transactionalId: string): void {
    const transaction = this.#transactions.get(transactionalId)
    if (transaction === undefined || !isPrepared(transaction) || this.#isClosed) return
    const { producerId, nextProducerId } = transaction
    const outcome = outcomeOf(transaction)!
    this.#options.writeMarkers(transaction, outcome)
    const next = nextProducerId < 0 ? {} : { producerId: nextProducerId, producerEpoch: 0, previousProducerId: producerId }
    const ended = { partitions: [], groups: [], startMs: -1, nextProducerId: -1 }
    this.#keep({ ...transaction, ...next, ...ended, state: `complete-${outcome}` })
  }

  /** Aborts the transaction under the next epoch, which no producer has. */
  #fence(transaction: Transaction): void {
    const { producerEpoch } = transaction
    if (this.#options.version === 2) this.#decide(transaction, 'abort', 2)
    else this.#decide({ ...transaction, producerEpoch: producerEpoch + 1, lastProducerEpoch: producerEpoch }, 'abort', 1)
  }

  #watch(transactionalId: string, inMs: number): void {
    this.#timeouts.get(transactionalId)?.cancel()
    const timer = this.#options.clock.schedule(inMs, () => {
      const transaction = this.#transactions.get(transactionalId)
      if (transaction?.state === 'ongoing') this.#fence(transaction)
    })
    this.#timeouts.set(transactionalId, timer)
  }

  #current(transactionalId: string, identity: ProducerIdentity): Transaction {
    const transaction = this.#known(transactionalId)
    this.#check(transaction, identity)
    return transaction
  }

  #known(transactionalId: string): Transaction {
    if (transactionalId === '') throw refusal('INVALID_REQUEST', 'A transactional id is empty: give the producer a name.')
    const transaction = this.#transactions.get(transactionalId)
    if (transaction !== undefined) return transaction
    throw unmapped(transactionalId)
  }

  #check({ transactionalId, producerId, producerEpoch }: Transaction, identity: ProducerIdentity): void {
    if (producerId !== identity.producerId) throw unmapped(transactionalId)
    if (producerEpoch !== identity.producerEpoch) throw fenced(transactionalId)
  }

  #keep(transaction: Transaction): Transaction {
    const { transactionalId } = transaction
    this.#transactions.set(transactionalId, transaction)
    this.#options.journal.write(`${prefix}${encodeURIComponent(transactionalId)}`, Buffer.from(JSON.stringify(transaction)))
    return transaction
  }
}

/** What becomes part of a transaction. */
export interface Participants {
  readonly partitions?: readonly TopicPartition[]
  readonly groups?: readonly string[]
}

/** Kafka: `isValidProducerId`. A producer whose epoch was the last of its id may not know yet that it has another id. */
function mayGoOn({ producerId, producerEpoch, previousProducerId }: Transaction, known: ProducerIdentity): boolean {
  if (producerEpoch < 0 || known.producerId === producerId) return true
  return known.producerId === previousProducerId && isExhausted(known)
}

function concurrent(transactionalId: string): Error {
  const message = `The last transaction of ${transactionalId} is still being ended: try again.`
  return refusal('CONCURRENT_TRANSACTIONS', message, { transactionalId })
}

function fenced(transactionalId: string): Error {
  const message = `A newer producer has the transactional id ${transactionalId}, or its transaction took too long: close this one.`
  return refusal('PRODUCER_FENCED', message, { transactionalId })
}

function unmapped(transactionalId: string): Error {
  const message = `The producer is not the one that has the transactional id ${transactionalId}: initialize it again.`
  return refusal('INVALID_PRODUCER_ID_MAPPING', message, { transactionalId })
}

function invalidState({ transactionalId, state }: Transaction, outcome: TransactionOutcome): Error {
  const message = `A transaction of ${transactionalId} cannot ${outcome}: its state is ${state}. Begin another one.`
  return refusal('INVALID_TXN_STATE', message, { transactionalId, state })
}

function invalidTimeout(timeoutMs: number): Error {
  const message = `A transaction may take 1 to ${timeoutMaxMs} ms, not ${timeoutMs}: set transactionTimeoutMs.`
  return refusal('INVALID_TRANSACTION_TIMEOUT', message, { timeoutMs })
}
