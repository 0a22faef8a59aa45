import type { TopicPartition } from '../../model/topic-partition.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import type { Producer, ProduceResult } from '../producer.ts'
import type { Compression, ProduceBatch } from '../record-batch/produce-batch.ts'
import { RecordBatchBuilder } from '../record-batch/record-batch-builder.ts'
import type { EmbeddedBroker } from './embedded-broker.ts'
import { refusal } from './refusal.ts'

export class EmbeddedProducer implements Producer {
  readonly #broker: EmbeddedBroker
  readonly #producerId: number
  readonly #compression: Compression
  readonly #sequences = new Map<string, number>()
  #isOpen = true

  /** `producerId` −1: not idempotent. */
  constructor(broker: EmbeddedBroker, producerId: number, compression: Compression) {
    this.#broker = broker
    this.#producerId = producerId
    this.#compression = compression
  }

  newBatch(): ProduceBatch {
    return new RecordBatchBuilder(this.#compression)
  }

  async send(partition: TopicPartition, batch: ProduceBatch): Promise<ProduceResult> {
    if (!this.#isOpen) throw refusal('NETWORK_EXCEPTION', 'This producer is closed: open another.')
    const key = partitionKey(partition)
    const isIdempotent = this.#producerId >= 0
    const baseSequence = isIdempotent ? (this.#sequences.get(key) ?? 0) : -1
    const stamp = { producerId: this.#producerId, producerEpoch: isIdempotent ? 0 : -1, baseSequence, isTransactional: false }
    const baseOffset = this.#broker.append(partition, batch.seal(stamp))
    if (isIdempotent) this.#sequences.set(key, (baseSequence + batch.count) % 2 ** 31)
    await this.#broker.settled()
    return { baseOffset }
  }

  async close(): Promise<void> {
    this.#isOpen = false
    await this.#broker.settled()
  }
}
