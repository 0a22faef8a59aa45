import { sleep, type Clock } from '../../clock/clock.ts'
import { StreamsError, TransportError } from '../../model/errors.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import type { Admin } from '../../transport/admin.ts'
import type { Producer } from '../../transport/producer.ts'
import { deadLettersInto } from '../errors/dead-letters.ts'
import { RefusedRecords } from '../errors/refused-records.ts'
import type { RefusalHandling } from '../errors/refused-records.ts'
import { patiently, type Patience } from '../patience.ts'
import { AnswerTime } from './answer-time.ts'
import { stuckMs, type PartitionOutput } from './partition-output.ts'
import { ProducerTopic } from './producer-topic.ts'
import { NotedOutput, type TaskOutput } from './task-output.ts'

export interface ProducerOutputOptions extends RefusalHandling {
  readonly producer: Producer
  readonly admin: Admin
  readonly clock: Clock
  /** How often the partitions of the topics are looked up again. Java: `metadata.max.age.ms`. */
  readonly metadataMaxAgeMs: number
  /** While more bytes than this are in flight, nothing is processed (Java: `buffer.memory`). */
  readonly bufferBytesMax: number
  /** For look-ups of topics that fail. */
  readonly patience: Patience
  /** Whether the committer undoes what was written after such an error. Default: no error is undone. */
  readonly undoes?: ((error: unknown) => boolean) | undefined
  /** Called whenever a batch is acknowledged or given up. */
  readonly onSettled?: (() => void) | undefined
}

/**
 * The output of all tasks of a thread: one open batch per partition, several in flight. A partition that does not answer holds back the
 * tasks that write to it, and nobody else.
 */
export class ProducerOutput {
  readonly #options: ProducerOutputOptions
  readonly #topics = new Map<string, ProducerTopic>()
  /** What belongs to no single task: dead letters of refused records. */
  #common: NotedOutput
  readonly #inFlight = new Set<Promise<void>>()
  readonly #lookedUp = new Set<string>()
  #lookUpAtMs: number
  readonly #told = new Set<PartitionOutput>()
  readonly #answerTime: AnswerTime
  #progress = Promise.withResolvers<void>()
  #lookingUp: Promise<void> | null = null
  #failure: unknown = undefined

  constructor(options: ProducerOutputOptions) {
    this.#options = options
    this.#lookUpAtMs = options.clock.monotonic() + options.metadataMaxAgeMs
    this.#answerTime = new AnswerTime(options.clock)
    this.#common = this.#noted()
  }

  /** The output of a task. */
  ofTask(): TaskOutput {
    return this.#noted()
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
    this.#throwUnlessUndone()
    for (const topic of this.#topics.values()) topic.sendAll()
  }

  /** Bytes of the batches that are open or in flight. */
  get heldBytes(): number {
    let bytes = 0
    for (const { open, inFlightBytes } of this.#partitions()) bytes += inFlightBytes + (open?.byteLength ?? 0)
    return bytes
  }

  /**
   * False while more than `bufferBytesMax` are in flight. Bytes for a partition that does not answer do not count: no task that writes
   * there goes on, and the others need not wait.
   */
  get hasRoom(): boolean {
    const { bufferBytesMax } = this.#options
    const nowMs = this.#answerTime.monotonic()
    let bytes = 0
    for (const partition of this.#partitions()) if (!partition.isStuck(nowMs)) bytes += partition.inFlightBytes
    return bytes <= bufferBytesMax
  }

  /**
   * Does what output needs in each turn of the loop, without waiting: looks up topics that records have named, and sends open batches if
   * they hold much. Throws the error of an earlier batch or look-up.
   */
  turn(): void {
    this.#lookUpWhenDue()
    this.#lookUpUnknown()
    if (this.heldBytes > this.#options.bufferBytesMax) this.sendAll()
    this.#tellStuck()
    this.#throwUnlessUndone()
  }

  /** Resolves when all written records are acknowledged. Rejects with the first error of a batch. */
  async flush(): Promise<void> {
    do {
      this.#lookUpUnknown()
      await this.#lookingUp
      this.sendAll()
      await Promise.all(this.#inFlight)
      // Refused records may have written dead letters, which must be sent too.
    } while (this.#failure === undefined && [...this.#topics.values()].some(({ isOpen, isWaiting }) => isOpen || isWaiting))
    this.#throwFailure()
  }

  /**
   * Sends what these tasks have written, and waits until it is acknowledged. Tasks that write to a partition which does not answer are
   * held back, and not waited for. Resolves to the others. Rejects with the first error of a batch.
   */
  async settle<T extends { readonly output: TaskOutput }>(tasks: readonly T[]): Promise<readonly T[]> {
    const outputs = [this.#common, ...tasks.map(({ output }) => output)]
    for (;;) {
      this.#lookUpUnknown()
      this.sendAll()
      const isAwaited = outputs.some((output) => !output.checkSettled() && !output.checkHeldBack())
      if (!isAwaited) break
      await this.#someProgress()
    }
    this.#throwFailure()
    return this.#common.checkSettled() ? tasks.filter(({ output }) => output.checkSettled()) : []
  }

  /**
   * Called when the thread has lost all its tasks, or a transaction is undone. What they have written and is not sent yet is given up: the next owners process the
   * records of it again, and it might overwrite what they have written by then.
   */
  discard(): void {
    for (const topic of this.#topics.values()) topic.discard()
  }

  /** Why what was written cannot be committed, where the committer can undo it. Undefined: nothing is known that prevents it. */
  get failure(): unknown {
    return this.#options.undoes?.(this.#failure) === true ? this.#failure : undefined
  }

  /** After `discard`: resolves when nothing is under way any more, and forgets why it was given up. */
  async renew(): Promise<void> {
    await Promise.all([...this.#inFlight, this.#lookingUp])
    this.#common.discard()
    this.#common = this.#noted()
    this.#failure = undefined
  }

  async #someProgress(): Promise<void> {
    const over = new AbortController()
    await Promise.race([this.#progress.promise, sleep(this.#options.clock, stuckMs / 4, over.signal)])
    over.abort()
  }

  *#partitions(): Generator<PartitionOutput> {
    for (const topic of this.#topics.values()) yield* topic.all
  }

  /** The log has the beginning of each such time. */
  #tellStuck(): void {
    const nowMs = this.#answerTime.monotonic()
    for (const partition of this.#partitions()) {
      if (!partition.isStuck(nowMs) || partition.waitsForOthers) this.#told.delete(partition)
      else if (!this.#told.has(partition)) this.#tell(partition)
    }
  }

  #tell(partition: PartitionOutput): void {
    this.#told.add(partition)
    const message = `${partitionKey(partition.at)} has not acknowledged records for ${stuckMs} ms. The tasks that write there wait; the others go on.`
    this.#options.logger.warn(message, { ...partition.at })
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

  #lookUpUnknown(): void {
    const unknown = [...this.#topics.values()].filter(({ isWaiting }) => isWaiting)
    if (unknown.length === 0 || this.#lookingUp !== null) return
    this.#answerTime.begin()
    this.#lookingUp = patiently(() => this.#lookUpAll(unknown), this.#options.patience)
      .catch((error: unknown) => void (this.#failure ??= error))
      .finally(() => {
        this.#lookingUp = null
        this.#answerTime.end()
        this.#progressed()
      })
  }

  async #lookUpAll(unknown: readonly ProducerTopic[]): Promise<void> {
    await Promise.all(unknown.map((topic) => topic.ready()))
    const names = unknown.map(({ name }) => name)
    await this.lookUp(names)
    const missing = names.filter((name) => this.#topic(name).partitions === 0)
    if (missing.length === 0) return
    const message = `Topics that the topology writes are not there: ${missing.join(', ')}. Create them, then start again.`
    throw new StreamsError('STREAMS_MISSING_SINK_TOPIC', message, { facts: { topics: missing } })
  }

  #noted(): NotedOutput {
    const { isTransactional = false } = this.#options
    return new NotedOutput({
      topicOf: (name) => this.#topic(name),
      answerTime: this.#answerTime,
      changelogs: isTransactional ? 'with-output' : 'after-output',
    })
  }

  #topic(name: string): ProducerTopic {
    const existing = this.#topics.get(name)
    if (existing !== undefined) return existing
    const { producer, clock } = this.#options
    const refused = new RefusedRecords(name, producer, this.#options, (letter) => deadLettersInto(this.#common)(letter))
    const topic = new ProducerTopic({
      name,
      producer,
      clock,
      answerTime: this.#answerTime,
      refused,
      track: (sending) => this.#track(sending),
    })
    this.#topics.set(name, topic)
    return topic
  }

  #track(sending: Promise<void>): void {
    this.#answerTime.begin()
    const tracked = sending
      .catch((error: unknown) => void (this.#failure ??= error))
      .finally(() => {
        this.#inFlight.delete(tracked)
        this.#answerTime.end()
        this.#progressed()
      })
    this.#inFlight.add(tracked)
  }

  #progressed(): void {
    this.#progress.resolve()
    this.#progress = Promise.withResolvers<void>()
    this.#options.onSettled?.()
  }

  #throwUnlessUndone(): void {
    if (this.failure === undefined) this.#throwFailure()
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure
  }
}
