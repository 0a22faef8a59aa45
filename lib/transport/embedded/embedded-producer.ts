import { TransportError } from '../../model/errors.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import { PartitionOrder } from '../partition-order.ts'
import type { Producer, ProduceResult } from '../producer.ts'
import type { ProducerSession } from '../producer-session.ts'
import { BatchMemory } from '../record-batch/batch-memory.ts'
import type { Compression, ProduceBatch } from '../record-batch/produce-batch.ts'
import { RecordBatchBuilder } from '../record-batch/record-batch-builder.ts'
import type { EmbeddedBroker } from './embedded-broker.ts'
import { refusal } from './refusal.ts'

export class EmbeddedProducer implements Producer {
  readonly #broker: EmbeddedBroker
  readonly #session: ProducerSession
  readonly #compression: Compression
  readonly #order = new PartitionOrder()
  readonly #memory = new BatchMemory()
  #isOpen = true

  constructor(broker: EmbeddedBroker, session: ProducerSession, compression: Compression) {
    this.#broker = broker
    this.#session = session
    this.#compression = compression
  }

  newBatch(): ProduceBatch {
    return RecordBatchBuilder.reusing(this.#memory, this.#compression)
  }

  async send(partition: TopicPartition, batch: ProduceBatch): Promise<ProduceResult> {
    if (!this.#isOpen) throw refusal('NETWORK_EXCEPTION', 'This producer is closed: open another.')
    const isAddedFirst = this.#session.transaction?.version === 1
    const baseOffset = isAddedFirst
      ? await this.#order.run(partition, () => this.#add(partition, batch))
      : this.#append(partition, batch)
    await this.#broker.settled()
    // The log has a copy.
    batch.release?.()
    return { baseOffset }
  }

  /** A batch waits until its transaction has the partition. */
  async #add(partition: TopicPartition, batch: ProduceBatch): Promise<number> {
    await this.#session.ready(partition)
    return this.#append(partition, batch)
  }

  /** Appends synchronously, so that the log has the batches in the order of the calls of `send`. */
  #append(partition: TopicPartition, batch: ProduceBatch): number {
    const { transaction } = this.#session
    const stamp = this.#session.stamp(partition, batch.count)
    try {
      if (transaction !== null) this.#broker.admit(partition, { ...stamp, ...transaction })
      return this.#broker.append(partition, batch.seal(stamp))
    } catch (error) {
      if (transaction !== null && isOfTransaction(error)) this.#session.abandon(stamp)
      else this.#session.takeBack(partition, stamp)
      throw error
    }
  }

  async close(): Promise<void> {
    this.#isOpen = false
    await this.#broker.settled()
  }
}

/** Refused batches leave a transaction open, unless it is the transaction for which they are refused. */
function isOfTransaction(error: unknown): boolean {
  return error instanceof TransportError && (error.kind === 'fenced' || error.kind === 'abortable')
}
