import type { Clock } from '../../clock/clock.ts'
import { StreamsError, TransportError } from '../../model/errors.ts'
import type { Admin } from '../../transport/admin.ts'
import type { Producer } from '../../transport/producer.ts'
import { deadLettersInto } from '../errors/dead-letters.ts'
import { ProducerTopic } from './producer-topic.ts'
import type { RecordOutput, TopicOutput } from './record-output.ts'
import { RefusedRecords } from '../errors/refused-records.ts'
import type { RefusalHandling } from '../errors/refused-records.ts'

export interface ProducerOutputOptions extends RefusalHandling {
  readonly producer: Producer
  readonly admin: Admin
  readonly clock: Clock
  /** How often the partitions of the topics are looked up again. Java: `metadata.max.age.ms`. */
  readonly metadataMaxAgeMs: number
  /** While more bytes than this are in flight, the loop waits (Java: `buffer.memory`). */
  readonly bufferBytesMax: number
}

/** The output of all tasks of a thread: one open batch per partition, several in flight. */
export class ProducerOutput implements RecordOutput {
  readonly #options: ProducerOutputOptions
  readonly #topics = new Map<string, ProducerTopic>()
  readonly #inFlight = new Set<Promise<void>>()
  readonly #lookedUp = new Set<string>()
  #lookUpAtMs: number
  #bytesInFlight = 0
  #failure: unknown = undefined

  constructor(options: ProducerOutputOptions) {
    this.#options = options
    this.#lookUpAtMs = options.clock.monotonic() + options.metadataMaxAgeMs
  }

  topic(name: string): TopicOutput {
    return this.#topic(name)
  }

  /**
   * Looks up the partitions of topics that will be written to. A topic that does not exist yet is looked up again when it is
   * written to.
   */
  async lookUp(names: readonly string[]): Promise<void> {
    if (names.length === 0) return
    for (const { name, partitions } of await this.#options.admin.metadata(names)) {
      this.#lookedUp.add(name)
      this.#topic(name).open(partitions.length)
    }
  }

  /** Sends all open batches, without waiting for them. Throws the error of an earlier batch. */
  sendAll(): void {
    this.#throwFailure()
    for (const topic of this.#topics.values()) topic.sendAll()
  }

  /** Bytes of the batches that are open or in flight. */
  get heldBytes(): number {
    let bytes = this.#bytesInFlight
    for (const topic of this.#topics.values()) bytes += topic.openBytes
    return bytes
  }

  /**
   * Resolves when at most `bufferBytesMax` are in flight. Rejects with the error of an earlier batch. If open batches and those in flight
   * are more than that together, the open ones are sent first.
   */
  async room(): Promise<void> {
    this.#lookUpWhenDue()
    await this.#lookUpUnknown()
    if (this.heldBytes > this.#options.bufferBytesMax) this.sendAll()
    while (this.#bytesInFlight > this.#options.bufferBytesMax) await Promise.race(this.#inFlight)
    this.#throwFailure()
  }

  /** Resolves when all written records are acknowledged. Rejects with the first error of a batch. */
  async flush(): Promise<void> {
    do {
      await this.#lookUpUnknown()
      this.sendAll()
      await Promise.all(this.#inFlight)
      // Refused records may have written dead letters, which must be sent too.
    } while (this.#failure === undefined && [...this.#topics.values()].some(({ isOpen, isWaiting }) => isOpen || isWaiting))
    this.#throwFailure()
  }

  /** Topics get partitions while the application runs. Nobody waits for the answer; of an outage the sends tell. */
  #lookUpWhenDue(): void {
    const { clock, metadataMaxAgeMs } = this.#options
    if (clock.monotonic() < this.#lookUpAtMs) return
    this.#lookUpAtMs = clock.monotonic() + metadataMaxAgeMs
    this.#grow().catch((error: unknown) => {
      if (!(error instanceof TransportError)) this.#failure ??= error
    })
  }

  async #grow(): Promise<void> {
    if (this.#lookedUp.size === 0) return
    for (const { name, partitions } of await this.#options.admin.metadata([...this.#lookedUp])) {
      const topic = this.#topic(name)
      // Writes that wait also wait for serdes. They are looked up for in their own time.
      if (!topic.isWaiting) topic.open(partitions.length)
    }
  }

  async #lookUpUnknown(): Promise<void> {
    const unknown = [...this.#topics.values()].filter(({ isWaiting }) => isWaiting)
    if (unknown.length === 0) return
    await Promise.all(unknown.map((topic) => topic.ready()))
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
    const refused = new RefusedRecords(name, producer, this.#options, deadLettersInto(this))
    const track = (sending: Promise<void>, bytes: number): void => this.#track(sending, bytes)
    const topic = new ProducerTopic({ name, producer, clock, refused, track })
    this.#topics.set(name, topic)
    return topic
  }

  #track(sending: Promise<void>, bytes: number): void {
    this.#bytesInFlight += bytes
    const tracked = sending
      .catch((error: unknown) => void (this.#failure ??= error))
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
