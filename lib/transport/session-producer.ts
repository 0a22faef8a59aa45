import type { TopicPartition } from '../model/topic-partition.ts'
import type { GroupIdentity, OffsetCommit } from './group-coordinator.ts'
import type { Producer, ProduceResult, TransactionalProducer } from './producer.ts'
import type { ProduceBatch } from './record-batch/produce-batch.ts'
import type { TransactionSession } from './transaction-session.ts'

/** A producer whose batches are stamped by the session of a transaction. */
export class SessionProducer implements TransactionalProducer {
  readonly #producer: Producer
  readonly #session: TransactionSession
  readonly #sending = new Set<Promise<unknown>>()

  constructor(producer: Producer, session: TransactionSession) {
    this.#producer = producer
    this.#session = session
  }

  newBatch(): ProduceBatch {
    return this.#producer.newBatch()
  }

  init(): Promise<void> {
    return this.#afterSends(() => this.#session.init())
  }

  begin(): void {
    this.#session.begin()
  }

  async send(partition: TopicPartition, batch: ProduceBatch): Promise<ProduceResult> {
    this.#session.checkOpen()
    const sending = this.#producer.send(partition, batch)
    this.#sending.add(sending)
    try {
      return await sending
    } finally {
      this.#sending.delete(sending)
    }
  }

  sendOffsets(offsets: readonly OffsetCommit[], group: GroupIdentity): Promise<void> {
    return this.#session.sendOffsets(offsets, group)
  }

  commit(): Promise<void> {
    return this.#afterSends(() => this.#session.end('commit'))
  }

  abort(): Promise<void> {
    this.#session.giveUp()
    return this.#afterSends(() => this.#session.end('abort'))
  }

  close(): Promise<void> {
    return this.#producer.close()
  }

  /** No batch may arrive after the end of its transaction. */
  async #afterSends(next: () => Promise<void>): Promise<void> {
    while (this.#sending.size > 0) await Promise.allSettled(this.#sending)
    await next()
  }
}
