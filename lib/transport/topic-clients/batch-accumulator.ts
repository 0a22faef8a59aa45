import type { Headers } from '../../model/headers.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import type { Producer } from '../producer.ts'
import type { ProduceBatch } from '../record-batch/produce-batch.ts'

interface OpenBatch {
  readonly at: TopicPartition
  readonly batch: ProduceBatch
  readonly sent: PromiseWithResolvers<number>
}

/** A batch goes out before it grows beyond this, so that a broker's `max.message.bytes` (1 MB) is far. */
const batchBytesMax = 256 << 10

/** Gathers the records of a tick into one batch per partition. */
export class BatchAccumulator {
  readonly #producer: Producer
  readonly #open = new Map<string, OpenBatch>()
  readonly #underway = new Set<Promise<unknown>>()

  constructor(producer: Producer) {
    this.#producer = producer
  }

  /** Resolves with the record's offset once it is acknowledged. */
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
    return (await sent.promise) + index
  }

  /** Resolves when nothing is underway any more. */
  async drain(): Promise<void> {
    for (const open of this.#open.values()) this.#send(open)
    while (this.#underway.size > 0) await Promise.allSettled(this.#underway)
  }

  #batchFor(at: TopicPartition): OpenBatch {
    const existing = this.#open.get(partitionKey(at))
    if (existing !== undefined) return existing
    const opened: OpenBatch = { at, batch: this.#producer.newBatch(), sent: Promise.withResolvers<number>() }
    this.#open.set(partitionKey(at), opened)
    queueMicrotask(() => this.#send(opened))
    return opened
  }

  #send(open: OpenBatch): void {
    const key = partitionKey(open.at)
    if (this.#open.get(key) !== open) return
    this.#open.delete(key)
    if (open.batch.count === 0) return
    const sending = this.#producer
      .send(open.at, open.batch)
      .then(({ baseOffset }) => open.sent.resolve(baseOffset), open.sent.reject)
    this.#underway.add(sending)
    void sending.finally(() => this.#underway.delete(sending))
  }
}
