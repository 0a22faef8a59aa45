import type { Headers } from '../../model/headers.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import { PartitionOrder } from '../partition-order.ts'
import type { Producer } from '../producer.ts'
import { decodeRecordBatch } from '../record-batch/decode-record-batches.ts'
import type { ProduceBatch } from '../record-batch/produce-batch.ts'
import { noProducer } from '../record-batch/record-batch-builder.ts'
import type { RecordBatch } from '../record-batch/record-batch.ts'
import { copyRecords, isAboutRecords } from '../refused-batch.ts'

/** Returns the offset of the record at an index of a batch, or throws the error that its sending ended with. */
type Outcome = (index: number) => number

interface OpenBatch {
  readonly at: TopicPartition
  readonly batch: ProduceBatch
  readonly sent: PromiseWithResolvers<Outcome>
}

/** A batch is sent before it grows beyond this size. The broker's default `max.message.bytes` is 1 MiB. */
const batchBytesMax = 256 << 10

/** Gathers the records that are sent in the same microtask into one batch per partition. */
export class BatchAccumulator {
  readonly #producer: Producer
  readonly #order = new PartitionOrder()
  readonly #open = new Map<string, OpenBatch>()
  readonly #underway = new Set<Promise<unknown>>()

  constructor(producer: Producer) {
    this.#producer = producer
  }

  /**
   * Resolves with the record's offset once it is acknowledged. If the broker refuses one record of a batch, the others are still
   * written.
   */
  async append(
    at: TopicPartition,
    key: Uint8Array | null,
    value: Uint8Array | null,
    timestamp: number,
    headers: Headers,
  ): Promise<number> {
    const size = (key?.length ?? 0) + (value?.length ?? 0)
    const full = this.#open.get(partitionKey(at))
    if (full !== undefined && full.batch.byteLength + size > batchBytesMax) this.#send(full)
    const { batch, sent } = this.#batchFor(at)
    batch.append(key, value, timestamp, headers)
    const index = batch.count - 1
    const outcome = await sent.promise
    return outcome(index)
  }

  /** Sends all gathered records. Resolves when each is acknowledged or has failed. */
  async drain(): Promise<void> {
    for (const open of this.#open.values()) this.#send(open)
    while (this.#underway.size > 0) await Promise.allSettled(this.#underway)
  }

  #batchFor(at: TopicPartition): OpenBatch {
    const existing = this.#open.get(partitionKey(at))
    if (existing !== undefined) return existing
    const opened: OpenBatch = { at, batch: this.#producer.newBatch(), sent: Promise.withResolvers<Outcome>() }
    this.#open.set(partitionKey(at), opened)
    queueMicrotask(() => this.#send(opened))
    return opened
  }

  #send(open: OpenBatch): void {
    const key = partitionKey(open.at)
    if (this.#open.get(key) !== open) return
    this.#open.delete(key)
    if (open.batch.count === 0) return
    const sending = this.#order.run(open.at, () => this.#write(open.at, open.batch)).then(open.sent.resolve)
    this.#underway.add(sending)
    void sending.finally(() => this.#underway.delete(sending))
  }

  /** Writes a batch. If it is refused because of single records, its halves are written before the partition's next batch. */
  async #write(at: TopicPartition, batch: ProduceBatch): Promise<Outcome> {
    try {
      const { baseOffset } = await this.#producer.send(at, batch)
      return (index) => baseOffset + index
    } catch (error) {
      if (isAboutRecords(error) && batch.count > 1) return this.#halves(at, decodeRecordBatch(batch.seal(noProducer)))
      return () => {
        throw error
      }
    }
  }

  /**
   * Writes the two halves of a refused batch, as Java's producer does with a batch that is too large
   * (`RecordAccumulator.splitAndReenqueue`).
   */
  async #halves(at: TopicPartition, records: RecordBatch): Promise<Outcome> {
    const middle = records.count >>> 1
    const left = await this.#write(at, copyRecords(records, 0, middle, this.#producer.newBatch()))
    const right = await this.#write(at, copyRecords(records, middle, records.count, this.#producer.newBatch()))
    return (index) => (index < middle ? left(index) : right(index - middle))
  }
}
