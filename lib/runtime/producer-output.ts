import type { Clock } from '../clock/clock.ts'
import { StreamsError } from '../model/errors.ts'
import type { Headers } from '../model/headers.ts'
import type { Admin } from '../transport/admin.ts'
import type { Producer } from '../transport/producer.ts'
import type { ProduceBatch } from '../transport/record-batch/produce-batch.ts'
import type { RecordOutput, TopicOutput } from './record-output.ts'

/** A batch goes out when it is this large, or when there is nothing else to do. */
const batchBytes = 256 * 1024

export interface ProducerOutputOptions {
  readonly producer: Producer
  readonly admin: Admin
  readonly clock: Clock
  /** More than this on its way, and the loop waits (Java: `buffer.memory`). */
  readonly bufferBytesMax: number
}

/** The output of all tasks of a thread: one open batch per partition, several in flight. */
export class ProducerOutput implements RecordOutput {
  readonly #options: ProducerOutputOptions
  readonly #topics = new Map<string, ProducerTopic>()
  readonly #inFlight = new Set<Promise<void>>()
  #bytesInFlight = 0
  #failure: unknown = undefined

  constructor(options: ProducerOutputOptions) {
    this.#options = options
  }

  topic(name: string): TopicOutput {
    return this.#topic(name)
  }

  /** Looks up the partitions of topics that will be written to. What is not there is looked up again when it is written to. */
  async lookUp(names: readonly string[]): Promise<void> {
    if (names.length === 0) return
    for (const { name, partitions } of await this.#options.admin.metadata(names)) this.#topic(name).open(partitions.length)
  }

  /** Sends what is there, and does not wait. Throws the error of an earlier batch. */
  sendAll(): void {
    this.#throwFailure()
    for (const topic of this.#topics.values()) topic.sendAll()
  }

  /** Resolves when there is room for more. */
  async room(): Promise<void> {
    await this.#lookUpUnknown()
    while (this.#bytesInFlight > this.#options.bufferBytesMax) await Promise.race(this.#inFlight)
    this.#throwFailure()
  }

  /** Resolves when all that was written is acknowledged; rejects with the first error since the last flush. */
  async flush(): Promise<void> {
    await this.#lookUpUnknown()
    this.sendAll()
    await Promise.all(this.#inFlight)
    this.#throwFailure()
  }

  async #lookUpUnknown(): Promise<void> {
    const unknown = [...this.#topics.values()].filter(({ isWaiting }) => isWaiting)
    if (unknown.length === 0) return
    const names = unknown.map(({ name }) => name)
    await this.lookUp(names)
    const missing = names.filter((name) => this.#topic(name).partitions === 0)
    if (missing.length === 0) return
    const message = `Topics that the topology writes are not there: ${missing.join(', ')}. Create them, then start again.`
    throw new StreamsError('STREAMS_MISSING_SINK_TOPIC', message, { facts: { topics: missing } })
  }

  #topic(name: string): ProducerTopic {
    const existing = this.#topics.get(name)
    if (existing !== undefined) return existing
    const { producer, clock } = this.#options
    const topic = new ProducerTopic(name, producer, clock, (sending, bytes) => this.#track(sending, bytes))
    this.#topics.set(name, topic)
    return topic
  }

  #track(sending: Promise<void>, bytes: number): void {
    this.#bytesInFlight += bytes
    const tracked = sending
      .catch((error: unknown) => void (this.#failure ??= sendFailed(error)))
      .finally(() => {
        this.#bytesInFlight -= bytes
        this.#inFlight.delete(tracked)
      })
    this.#inFlight.add(tracked)
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure
  }
}

/** It is no transport error any more: trying the commit again would leave out what was not written. */
function sendFailed(cause: unknown): StreamsError {
  const facts = cause instanceof StreamsError ? { ...cause.facts, transport: cause.code } : {}
  const message = `Records could not be written, and are processed again from the last commit: ${String(cause)}`
  return new StreamsError('STREAMS_SEND_FAILED', message, { facts, cause })
}

class ProducerTopic implements TopicOutput {
  readonly name: string
  readonly #producer: Producer
  readonly #clock: Clock
  readonly #track: (sending: Promise<void>, bytes: number) => void
  readonly #nextOffsets = new Map<number, number>()
  #partitions: (ProduceBatch | null)[] = []
  #waiting: (() => void)[] = []

  constructor(name: string, producer: Producer, clock: Clock, track: (sending: Promise<void>, bytes: number) => void) {
    this.name = name
    this.#producer = producer
    this.#clock = clock
    this.#track = track
  }

  get partitions(): number {
    return this.#partitions.length
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0
  }

  open(partitions: number): void {
    while (this.#partitions.length < partitions) this.#partitions.push(null)
    const waiting = this.#waiting
    this.#waiting = []
    for (const write of waiting) write()
  }

  whenKnown(write: () => void): void {
    this.#waiting.push(write)
  }

  append(partition: number, key: Uint8Array | null, value: Uint8Array | null, timestamp: number | null, headers: Headers): void {
    let batch = this.#partitions[partition] ?? null
    if (batch === null) {
      batch = this.#producer.newBatch()
      this.#partitions[partition] = batch
    }
    batch.append(key, value, timestamp ?? this.#clock.now(), headers)
    if (batch.byteLength >= batchBytes) this.#send(partition, batch)
  }

  nextOffset(partition: number): number | undefined {
    return this.#nextOffsets.get(partition)
  }

  sendAll(): void {
    this.#partitions.forEach((batch, partition) => {
      if (batch !== null) this.#send(partition, batch)
    })
  }

  #send(partition: number, batch: ProduceBatch): void {
    this.#partitions[partition] = null
    this.#track(this.#acknowledge(partition, batch), batch.byteLength)
  }

  async #acknowledge(partition: number, batch: ProduceBatch): Promise<void> {
    const { baseOffset } = await this.#producer.send({ topic: this.name, partition }, batch)
    const next = baseOffset + batch.count
    if (next > (this.#nextOffsets.get(partition) ?? 0)) this.#nextOffsets.set(partition, next)
  }
}
