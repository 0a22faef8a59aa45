import type { TopicPartition } from '../../model/topic-partition.ts'
import type { Producer, ProduceResult } from '../producer.ts'
import type { ProducerSession } from '../producer-session.ts'
import type { Compression, ProduceBatch } from '../record-batch/produce-batch.ts'
import { RecordBatchBuilder } from '../record-batch/record-batch-builder.ts'
import type { EmbeddedBroker } from './embedded-broker.ts'
import { refusal } from './refusal.ts'

export class EmbeddedProducer implements Producer {
  readonly #broker: EmbeddedBroker
  readonly #session: ProducerSession
  readonly #compression: Compression
  #isOpen = true

  constructor(broker: EmbeddedBroker, session: ProducerSession, compression: Compression) {
    this.#broker = broker
    this.#session = session
    this.#compression = compression
  }

  newBatch(): ProduceBatch {
    return new RecordBatchBuilder(this.#compression)
  }

  async send(partition: TopicPartition, batch: ProduceBatch): Promise<ProduceResult> {
    if (!this.#isOpen) throw refusal('NETWORK_EXCEPTION', 'This producer is closed: open another.')
    const baseOffset = this.#append(partition, batch)
    await this.#broker.settled()
    return { baseOffset }
  }

  /** Appends synchronously, so that the log has the batches in the order of the calls of `send`. */
  #append(partition: TopicPartition, batch: ProduceBatch): number {
    const stamp = this.#session.stamp(partition, batch.count)
    try {
      return this.#broker.append(partition, batch.seal(stamp))
    } catch (error) {
      this.#session.takeBack(partition, stamp)
      throw error
    }
  }

  async close(): Promise<void> {
    this.#isOpen = false
    await this.#broker.settled()
  }
}
