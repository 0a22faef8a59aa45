import type { Clock } from '../../clock/clock.ts'
import type { Headers } from '../../model/headers.ts'
import { PartitionOrder } from '../../transport/partition-order.ts'
import type { Producer } from '../../transport/producer.ts'
import type { ProduceBatch } from '../../transport/record-batch/produce-batch.ts'
import type { OutputBytes, TopicOutput } from './record-output.ts'
import { PartitionOutput, type Before } from './partition-output.ts'
import type { RefusedRecords } from '../errors/refused-records.ts'

/** A batch is sent when it is this large, or when the loop has nothing else to do. */
const batchBytes = 256 * 1024

export interface ProducerTopicOptions {
  readonly name: string
  readonly producer: Producer
  readonly clock: Pick<Clock, 'now'>
  /** By it the partitions tell how long the broker has not answered. */
  readonly answerTime: Pick<Clock, 'monotonic'>
  /** Settles the batches that the broker refuses. */
  readonly refused: RefusedRecords
  readonly track: (sending: Promise<void>) => void
}

/**
 * The batches of one topic. Within a partition a batch is sent after the one before is settled. So the records of a refused batch
 * that are sent once more keep their place in the order.
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

  /** The partitions that have been written to, or are known. */
  get all(): readonly PartitionOutput[] {
    return this.#partitions.filter((partition) => partition !== undefined)
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0
  }

  open(partitions: number): void {
    while (this.#partitions.length < partitions) this.partition(this.#partitions.length)
    const waiting = this.#waiting
    this.#waiting = []
    for (const write of waiting) write()
  }

  whenKnown(write: () => void, ready?: Promise<void>): void {
    this.#waiting.push(write)
    if (ready === undefined || this.#awaited.has(ready)) return
    this.#awaited.add(ready)
    // `ready` reports the rejection. Until then it must not count as unhandled.
    ready.catch(() => undefined)
  }

  /** Resolves when the waiting writes need nothing but the number of partitions. */
  async ready(): Promise<void> {
    await Promise.all(this.#awaited)
    this.#awaited.clear()
  }

  /** A partition. That of a changelog is known without a look-up of the topic. */
  partition(partition: number): PartitionOutput {
    return (this.#partitions[partition] ??= new PartitionOutput({ topic: this.name, partition }))
  }

  append(partition: number, key: OutputBytes, value: OutputBytes, timestamp: number | null, headers: Headers): void {
    const output = this.partition(partition)
    const batch = (output.open ??= this.#options.producer.newBatch())
    batch.append(key, value, timestamp ?? this.#options.clock.now(), headers)
    if (batch.byteLength >= batchBytes) this.#send(output, batch)
  }

  nextOffset(partition: number): number | undefined {
    return this.#partitions[partition]?.nextOffset
  }

  sendAll(): void {
    this.#partitions.forEach((output) => this.send(output))
  }

  /** Gives up what is not sent yet. Later batches are sent when those under way are settled, well or not. */
  discard(): void {
    this.#partitions.forEach((output, partition) => {
      output.discard()
      this.#partitions[partition] = new PartitionOutput(output.at)
    })
  }

  /** Sends the open batch of a partition. */
  send(output: PartitionOutput): void {
    if (output.open !== null) this.#send(output, output.open)
  }

  #send(output: PartitionOutput, batch: ProduceBatch): void {
    output.sent(batch)
    const { before } = output
    output.last = this.#order.run(output.at, () => this.#deliver(output, batch, before)).finally(() => output.settled(batch))
    this.#options.track(output.last)
  }

  async #deliver(output: PartitionOutput, batch: ProduceBatch, before: Before | null): Promise<void> {
    if (output.isDiscarded) return
    // The records of a batch that was given up are processed again later. No batch may be written before them.
    if (output.failure !== null) throw output.failure.reason
    try {
      if (before !== null && !(await this.#mayFollow(output, before))) return
      output.underWay(this.#options.answerTime.monotonic())
      const nextOffset = await this.#settled(output, batch)
      if (nextOffset !== undefined) output.nextOffset = Math.max(output.nextOffset ?? 0, nextOffset)
    } catch (reason) {
      output.failure = { reason }
      throw reason
    }
  }

  /** Waits for what comes before a batch. False: the batch is given up. */
  async #mayFollow(output: PartitionOutput, before: Before): Promise<boolean> {
    output.waits(this.#options.answerTime.monotonic())
    const isWritten = await before()
    return isWritten && !output.isDiscarded
  }

  /** Sends a batch. Resolves to the offset after the last record written; undefined if none was. */
  async #settled(output: PartitionOutput, batch: ProduceBatch): Promise<number | undefined> {
    try {
      const { baseOffset } = await this.#options.producer.send(output.at, batch)
      return baseOffset + batch.count
    } catch (error) {
      if (output.isDiscarded) return undefined
      return await this.#options.refused.settle(output.at.partition, batch, error)
    }
  }
}
