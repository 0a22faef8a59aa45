import type { Clock } from '../../clock/clock.ts'
import type { Headers } from '../../model/headers.ts'
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

/** A partition's batches: the open one, and those that were sent, one behind the other. */
interface PartitionOutput {
  open: ProduceBatch | null
  /** Settles with the last batch that was sent; null where that is over. */
  sending: Promise<void> | null
  nextOffset: number | undefined
}

/** The batches of one topic. Within a partition one is on its way at a time: what is left of a refused one keeps its place in the order. */
export class ProducerTopic implements TopicOutput {
  readonly name: string
  readonly #options: ProducerTopicOptions
  readonly #partitions: PartitionOutput[] = []
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
    const { sending: before } = output
    const sending =
      before === null ? this.#deliver(partition, output, batch) : this.#deliverAfter(before, partition, output, batch)
    output.sending = sending
    const isOver = (): void => {
      if (output.sending === sending) output.sending = null
    }
    sending.then(isOver, isOver)
    this.#options.track(sending, batch.byteLength)
  }

  /** Rejects without sending where the batch before was given up: no record may come before one that is read again. */
  async #deliverAfter(before: Promise<void>, partition: number, output: PartitionOutput, batch: ProduceBatch): Promise<void> {
    await before
    await this.#deliver(partition, output, batch)
  }

  async #deliver(partition: number, output: PartitionOutput, batch: ProduceBatch): Promise<void> {
    const { producer, refused } = this.#options
    try {
      const { baseOffset } = await producer.send({ topic: this.name, partition }, batch)
      output.nextOffset = Math.max(output.nextOffset ?? 0, baseOffset + batch.count)
    } catch (error) {
      const nextOffset = await refused.settle(partition, batch, error)
      if (nextOffset !== undefined) output.nextOffset = Math.max(output.nextOffset ?? 0, nextOffset)
    }
  }
}

function newPartition(): PartitionOutput {
  return { open: null, sending: null, nextOffset: undefined }
}
