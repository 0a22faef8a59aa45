import { TransportError } from '../../model/errors.ts'
import type { Topic } from '../../model/topic.ts'
import type { PartitionOffset } from '../admin.ts'
import type { TransactionalProducer } from '../producer.ts'
import type { ReadableTopic } from './consumed-topic.ts'
import type { OffsetsToSend } from './position-source.ts'
import type { TopicConsumer } from './topic-consumer.ts'
import type { ProducerRecord, TopicProducer } from './topic-producer.ts'
import { isAboutMember } from '../transaction-session.ts'

type AnyConsumer = TopicConsumer<ReadableTopic<unknown, unknown>>

/** A transaction that is open. */
export interface TopicTransaction {
  /**
   * Writes records as part of the transaction. When all are acknowledged, resolves with the partition and offset of each. A rejection, awaited
   * or not, aborts the transaction.
   */
  readonly send: <K, V>(topic: Topic<K, V>, records: readonly ProducerRecord<K, V>[]) => Promise<readonly PartitionOffset[]>
  /**
   * Commits as part of the transaction what the consumer has handed over (Java: `sendOffsetsToTransaction`). So what is read, and what is
   * written of it, is seen once. Such a consumer does not `commit` by itself. If the transaction is aborted, the consumer hands over again
   * what it has not committed. Rejects with a `TransportError` if the group has given the partitions to another member (KIP-447), and
   * with a `TypeError` for a consumer without a group; a rejection aborts the transaction.
   */
  readonly sendOffsets: (consumer: TopicConsumer<ReadableTopic<unknown, unknown>>) => Promise<void>
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
 *
 * @example
 * // Each word is read once, and its length is written once.
 * for await (const { records } of consumer)
 *   await producer.transact(async ({ send, sendOffsets }) => {
 *     await send(lengths, records.map(({ key, value }) => ({ key, value: value.length })))
 *     await sendOffsets(consumer)
 *   })
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
   * written, the transaction is aborted, and the promise rejects with that error. Consumers whose offsets were sent then read on where
   * their group has committed.
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
      if (this.#needsInit) await this.#init()
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
    const noted = <R>(sending: Promise<R>): Promise<R> => {
      sends.push(sending)
      // It is looked at before the commit. Until then it must not count as unhandled.
      sending.catch(() => undefined)
      return sending
    }
    const consumers = new Map<AnyConsumer, OffsetsToSend | null>()
    const send: TopicTransaction['send'] = (topic, records) => noted(this.#records.send(topic, records))
    const sendOffsets: TopicTransaction['sendOffsets'] = (consumer) => noted(this.#sendOffsets(consumer, consumers))
    try {
      const result = await work({ send, sendOffsets })
      await Promise.all(sends)
      await this.#producer.commit()
      for (const offsets of consumers.values()) offsets?.committed()
      return result
    } catch (error) {
      await Promise.allSettled(sends)
      await this.#abort()
      await this.#rewind([...consumers.keys()])
      throw error
    }
  }

  async #sendOffsets(consumer: AnyConsumer, consumers: Map<AnyConsumer, OffsetsToSend | null>): Promise<void> {
    consumers.set(consumer, null)
    const toSend = await consumer.offsetsToSend()
    await this.#producer.sendOffsets(toSend.offsets, toSend.group)
    consumers.set(consumer, toSend)
  }

  /** Offsets of a transaction of which nobody knows how it ended are stable when it is ended. */
  async #rewind(consumers: readonly AnyConsumer[]): Promise<void> {
    if (consumers.length === 0) return
    if (this.#needsInit && this.#fenced === null) await this.#init().catch(() => undefined)
    await Promise.all(consumers.map((consumer) => consumer.rewind()))
  }

  async #init(): Promise<void> {
    await this.#producer.init()
    this.#needsInit = false
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
  return error instanceof TransportError && error.kind === 'fenced' && !isAboutMember(error)
}
