import { TransportError } from '../../model/errors.ts'
import type { Topic } from '../../model/topic.ts'
import type { PartitionOffset } from '../admin.ts'
import type { TransactionalProducer } from '../producer.ts'
import type { ProducerRecord, TopicProducer } from './topic-producer.ts'

/** A transaction that is open. */
export interface TopicTransaction {
  /**
   * Writes records as part of the transaction. When all are acknowledged, resolves with the partition and offset of each. A rejection, awaited
   * or not, aborts the transaction.
   */
  send<K, V>(topic: Topic<K, V>, records: readonly ProducerRecord<K, V>[]): Promise<readonly PartitionOffset[]>
}

/**
 * Writes records of several topics and partitions together: readers of committed records see all of a transaction, or nothing (KIP-98).
 *
 * @example
 * const producer = await openProducer(cluster, { clientId: 'bank', transactionalId: 'bank-1' })
 * await producer.transact(async ({ send }) => {
 *   await send(debits, [{ key: 'a', value: 5 }])
 *   await send(credits, [{ key: 'b', value: 5 }])
 * })
 */
export class TransactionalTopicProducer {
  readonly #producer: TransactionalProducer
  readonly #records: TopicProducer
  #isOpen = false
  #needsInit = false
  #fenced: TransportError | null = null

  /** The producer is initialized. */
  constructor(producer: TransactionalProducer, records: TopicProducer) {
    this.#producer = producer
    this.#records = records
  }

  /**
   * Begins a transaction, runs `work`, and commits what it has sent; resolves with its result. If `work` throws, or a record cannot be
   * written, the transaction is aborted, and the promise rejects with that error.
   *
   * Rejects with a `TransportError` if the transaction cannot be committed. Of kind `retriable`: nobody knows whether it was; the next call
   * ends it. Of kind `fenced`: a newer producer of the same id has taken over, or the transaction took longer than `transactionTimeoutMs`. Such
   * a producer stays fenced: close it. Rejects with a `TypeError` while another transaction is open.
   */
  async transact<T>(work: (transaction: TopicTransaction) => Promise<T>): Promise<T> {
    if (this.#isOpen) throw new TypeError('A transaction is open: await transact() before it is called again.')
    if (this.#fenced !== null) throw this.#fenced
    this.#isOpen = true
    try {
      if (this.#needsInit) await this.#producer.init()
      this.#needsInit = false
      this.#producer.begin()
      return await this.#committed(work)
    } catch (error) {
      if (isFenced(error)) this.#fenced = error
      throw error
    } finally {
      this.#isOpen = false
    }
  }

  /** Closes the clients. What is open is aborted by the next producer of the id, or when its time is over. */
  close(): Promise<void> {
    return this.#records.close()
  }

  async #committed<T>(work: (transaction: TopicTransaction) => Promise<T>): Promise<T> {
    const sends: Promise<unknown>[] = []
    const send: TopicTransaction['send'] = (topic, records) => {
      const sending = this.#records.send(topic, records)
      sends.push(sending)
      // It is looked at before the commit. Until then it must not count as unhandled.
      sending.catch(() => undefined)
      return sending
    }
    try {
      const result = await work({ send })
      await Promise.all(sends)
      await this.#producer.commit()
      return result
    } catch (error) {
      await Promise.allSettled(sends)
      await this.#abort()
      throw error
    }
  }

  /** The error that leads here is the one to tell. */
  async #abort(): Promise<void> {
    try {
      await this.#producer.abort()
    } catch (error) {
      // Only the coordinator says that this producer is fenced: a leader says that the transaction has to be aborted.
      if (isFenced(error)) this.#fenced = error
      else this.#needsInit = true
    }
  }
}

function isFenced(error: unknown): error is TransportError {
  return error instanceof TransportError && error.kind === 'fenced'
}
