import type { TopicPartition } from '../../../model/topic-partition.ts'
import type { ProducerIdentity } from '../../producer-session.ts'

/** Kafka's states of a transaction (`TransactionState`). `prepare-*`: the outcome is decided, and markers are being written. */
type TransactionState = 'empty' | 'ongoing' | 'prepare-commit' | 'prepare-abort' | 'complete-commit' | 'complete-abort'

/** How a transaction ends. */
export type TransactionOutcome = 'commit' | 'abort'

/** What the coordinator knows of a transactional id (Kafka: `TransactionMetadata`). It is kept in the journal as it is. */
export interface Transaction extends ProducerIdentity {
  readonly transactionalId: string
  /** The id before an epoch was exhausted, −1 if there was none. */
  readonly previousProducerId: number
  /** The id from the next transaction on, −1 if it stays the same. */
  readonly nextProducerId: number
  /** The epoch that a repeated request may still have, −1 if none may. */
  readonly lastProducerEpoch: number
  readonly timeoutMs: number
  readonly state: TransactionState
  readonly partitions: readonly TopicPartition[]
  /** Groups whose offsets are part of the transaction. */
  readonly groups: readonly string[]
  /** When the transaction began, by the broker's wall clock. −1: none is ongoing. */
  readonly startMs: number
  /** Version of the protocol in which the transaction was ended last (KIP-890). */
  readonly version: 1 | 2
}

/** The last epoch that a producer may have. The one after it is left to fence the producer. */
const lastEpoch = 0x7ffe

/** A transactional id that nobody has used yet. */
export function newTransaction(transactionalId: string, producerId: number, timeoutMs: number): Transaction {
  const epochs = { producerEpoch: -1, lastProducerEpoch: -1, previousProducerId: -1, nextProducerId: -1 }
  return {
    transactionalId,
    producerId,
    ...epochs,
    timeoutMs,
    state: 'empty',
    partitions: [],
    groups: [],
    startMs: -1,
    version: 1,
  }
}

export function isExhausted({ producerEpoch }: Pick<ProducerIdentity, 'producerEpoch'>): boolean {
  return producerEpoch >= lastEpoch
}

export function isPrepared({ state }: Transaction): boolean {
  return state === 'prepare-commit' || state === 'prepare-abort'
}

/** The outcome of a transaction that is decided. Null while it is open, or before the first. */
export function outcomeOf({ state }: Transaction): TransactionOutcome | null {
  if (state === 'empty' || state === 'ongoing') return null
  return state.endsWith('commit') ? 'commit' : 'abort'
}

/** Whether the identity is the one before the last change: its request was answered, and the answer was lost. */
export function isRepeat(transaction: Transaction, { producerId, producerEpoch }: ProducerIdentity): boolean {
  const { version, previousProducerId, producerEpoch: current } = transaction
  if (outcomeOf(transaction) === null) return false
  if (version === 1) return producerId === transaction.producerId && producerEpoch === current
  const isRotated = producerId === previousProducerId && producerEpoch === lastEpoch && current === 0
  return isRotated || (producerId === transaction.producerId && producerEpoch + 1 === current)
}
