import type { Clock } from '../../clock/clock.ts'
import type { Headers } from '../../model/headers.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import { PartitionOrder } from '../../transport/partition-order.ts'
import type { Producer } from '../../transport/producer.ts'
import type { ProduceBatch } from '../../transport/record-batch/produce-batch.ts'
import type { TopicOutput } from './record-output.ts'
import type { RefusedRecords } from '../errors/refused-records.ts'

/** A batch goes out when it is this large, or when there is nothing else to do. */
const batchBytes = 256 * 1024

export interface ProducerTopicOptions {
  readonly name: string
  readonly producer: Producer
  readonly clock: Clock
  /** What happens to batches that the broker does not take. */
  readonly refused: RefusedRecords
  readonly track: (sending: Promise<void>, bytes: number) => void
}

interface PartitionOutput {
  /** The batch that records are added to. */
  open: ProduceBatch | null
  /** Set once a batch was given up. */
  failure: { readonly reason: unknown } | null
  nextOffset: number | undefined
}

/**
 * The batches of one topic. Within a partition one batch is settled before the next is sent: the records that are left of a refused
 * batch keep their place in the order.
 */
export class ProducerTopic implements TopicOutput {
  readonly name: string
  readonly #options: ProducerTopicOptions
  readonly #partitions: PartitionOutput[] = []
  readonly #order = new PartitionOrder()
  #waiting: (() => void)[] = []
  readonly #awaited = new Set<Promise<void>>()

  constructor(options: ProducerTopicOptions) {
    this.name = options.name
    this.#options = options
  }

  get partitions(): number {
    return this.#partitions.length
  }

  get isOpen(): boolean {
    return this.#partitions.some(({ open }) => open !== null)
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0
  }

  open(partitions: number): void {
    while (this.#partitions.length < partitions) this.#partitions.push(newPartition())
    const waiting = this.#waiting
    this.#waiting = []
    for (const write of waiting) write()
  }

  whenKnown(write: () => void, ready?: Promise<void>): void {
    this.#waiting.push(write)
    if (ready === undefined || this.#awaited.has(ready)) return
    this.#awaited.add(ready)
    // Whoever looks the topic up will hear of it.
    ready.catch(() => undefined)
  }

  /** Resolves when what waits needs nothing but the number of partitions. */
  async ready(): Promise<void> {
    await Promise.all(this.#awaited)
    this.#awaited.clear()
  }

  append(partition: number, key: Uint8Array | null, value: Uint8Array | null, timestamp: number | null, headers: Headers): void {
    // A changelog is written to without having been looked up.
    const output = (this.#partitions[partition] ??= newPartition())
    const batch = (output.open ??= this.#options.producer.newBatch())
    batch.append(key, value, timestamp ?? this.#options.clock.now(), headers)
    if (batch.byteLength >= batchBytes) this.#send(partition, output, batch)
  }

  nextOffset(partition: number): number | undefined {
    return this.#partitions[partition]?.nextOffset
  }

  sendAll(): void {
    this.#partitions.forEach((output, partition) => {
      if (output.open !== null) this.#send(partition, output, output.open)
    })
  }

  #send(partition: number, output: PartitionOutput, batch: ProduceBatch): void {
    output.open = null
    const at = { topic: this.name, partition }
    const sending = this.#order.run(at, () => this.#deliver(at, output, batch))
    this.#options.track(sending, batch.byteLength)
  }

  async #deliver(at: TopicPartition, output: PartitionOutput, batch: ProduceBatch): Promise<void> {
    // The records of a batch that was given up are read again: none may come before them.
    if (output.failure !== null) throw output.failure.reason
    try {
      const nextOffset = await this.#settled(at, batch)
      if (nextOffset !== undefined) output.nextOffset = Math.max(output.nextOffset ?? 0, nextOffset)
    } catch (reason) {
      output.failure = { reason }
      throw reason
    }
  }

  /** The offset after the last record written; undefined where none was. */
  async #settled(at: TopicPartition, batch: ProduceBatch): Promise<number | undefined> {
    try {
      const { baseOffset } = await this.#options.producer.send(at, batch)
      return baseOffset + batch.count
    } catch (error) {
      return await this.#options.refused.settle(at.partition, batch, error)
    }
  }
}

function newPartition(): PartitionOutput {
  return { open: null, failure: null, nextOffset: undefined }
}
