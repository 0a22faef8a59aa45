import type { Clock } from '../../clock/clock.ts'
import { sleep } from '../../clock/clock.ts'
import { TransportError } from '../../model/errors.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import type { FetchedPartition, Fetcher, FetchLimits, FetchPosition } from '../../transport/fetcher.ts'
import { fetchedBytes, positionAfter } from '../../transport/readable-ranges.ts'
import { saysTopicIsUnknown } from '../../transport/topics/unknown-topic.ts'
import type { Logger } from '../logger.ts'
import type { ThreadMeter } from '../metrics/thread-meter.ts'

interface Input {
  readonly partition: TopicPartition
  /** The offset to fetch next. */
  offset: number
  /** The epoch of the leader that has written the record before. −1: it is not known. */
  leaderEpoch: number
  /** The topic that the offset is of. */
  readonly topicId: string | undefined
  isPaused: boolean
}

/** Where reading of a partition begins. */
export type InputPosition = Pick<FetchPosition, 'offset' | 'topicId' | 'leaderEpoch'>

interface Answer {
  readonly input: Input
  readonly fetched: FetchedPartition
}

export interface InputFetcherOptions {
  readonly fetcher: Fetcher
  readonly clock: Clock
  readonly limits: Omit<FetchLimits, 'signal'>
  readonly retryBackoffMs: number
  readonly logger: Logger
  /** Called when a fetch has ended, with records or with an error. */
  readonly onNews: () => void
  /** Called when a broker does not have the topic that is fetched. */
  readonly onUnknownTopic: () => void
  /** Told how long fetches take. Default: nobody is. */
  readonly meter?: Pick<ThreadMeter, 'polled'> | undefined
}

/**
 * Fetches the partitions of running tasks, one fetch ahead of their processing. If a partition is unassigned or moved to another
 * offset during a fetch, the records that the fetch brings of it are left out.
 */
export class InputFetcher {
  readonly #options: InputFetcherOptions
  readonly #inputs = new Map<string, Input>()
  #waiting: AbortController | null = null
  #fetched: readonly Answer[] | null = null
  #failure: unknown = undefined
  #isTroubled = false
  #unansweredSinceMs: number | null = null
  #running: Promise<void> = Promise.resolve()

  constructor(options: InputFetcherOptions) {
    this.#options = options
  }

  /**
   * Fetches the partition from `offset` on. A partition that is fetched already moves there. `topicId`: the topic that the offset is of.
   * Of another topic that takes its name nothing is fetched. `leaderEpoch`: who wrote the record before; a log that was truncated below
   * is noticed by it.
   */
  assign(partition: TopicPartition, { offset, topicId, leaderEpoch = -1 }: InputPosition): void {
    this.#inputs.set(partitionKey(partition), { partition, offset, topicId, leaderEpoch, isPaused: false })
    this.#waiting?.abort()
  }

  unassign(partition: TopicPartition): void {
    this.#inputs.delete(partitionKey(partition))
  }

  pause(partition: TopicPartition): void {
    const input = this.#inputs.get(partitionKey(partition))
    if (input !== undefined) input.isPaused = true
  }

  /** Fetches a paused partition again. A fetch that waits at the broker without this partition ends early. */
  resume(partition: TopicPartition): void {
    const input = this.#inputs.get(partitionKey(partition))
    if (input?.isPaused !== true) return
    input.isPaused = false
    this.#waiting?.abort()
  }

  /** Bytes of the batches that wait to be taken, or that were answered for paused partitions. */
  get heldBytes(): number {
    return this.#options.fetcher.heldBytes + fetchedBytes((this.#fetched ?? []).map(({ fetched }) => fetched))
  }

  /** When the first of the fetches began that brokers have not answered well; null if none waits. */
  get unansweredSinceMs(): number | null {
    return this.#inputs.size === 0 ? null : this.#unansweredSinceMs
  }

  get hasNews(): boolean {
    return this.#fetched !== null || this.#failure !== undefined
  }

  /** Starts the next fetch, unless one is under way, or the last one has not been taken. */
  start(): void {
    if (this.#waiting !== null || this.hasNews) return
    const inputs = [...this.#inputs.values()].filter(({ isPaused }) => !isPaused)
    if (inputs.length > 0) this.#running = this.#fetch(inputs)
  }

  /**
   * Takes the answers of the last fetch, without partitions that were unassigned or moved since. Throws the error that ended the
   * fetch.
   */
  take(): readonly FetchedPartition[] {
    if (this.#failure !== undefined) throw this.#failure
    const answers = this.#fetched ?? []
    this.#fetched = null
    return answers.filter(({ input }) => this.#isCurrent(input)).map(({ fetched }) => fetched)
  }

  /** Ends a waiting fetch, and closes the fetcher. */
  async close(): Promise<void> {
    this.#inputs.clear()
    this.#waiting?.abort()
    await this.#running
    await this.#options.fetcher.close()
  }

  async #fetch(inputs: readonly Input[]): Promise<void> {
    const waiting = new AbortController()
    this.#waiting = waiting
    const askedMs = this.#options.clock.monotonic()
    this.#unansweredSinceMs ??= askedMs
    const positions = inputs.map(positionOf)
    const paused = [...this.#inputs.values()].filter(({ isPaused }) => isPaused).map(positionOf)
    try {
      const limits = { ...this.#options.limits, signal: waiting.signal, paused }
      const fetched = await this.#options.fetcher.fetch(positions, limits)
      this.#options.meter?.polled(this.#options.clock.monotonic() - askedMs)
      const isAnswer = fetched.length > 0 || !waiting.signal.aborted
      if (isAnswer && fetched.every(({ error }) => error?.kind !== 'retriable')) this.#unansweredSinceMs = null
      this.#fetched = this.#accept(inputs, fetched)
      if (fetched.some(({ error }) => saysTopicIsUnknown(error))) this.#options.onUnknownTopic()
      this.#tell(fetched.find(({ error }) => error?.kind === 'retriable')?.error ?? null)
      // Partitions whose leader moves may be answered at once, with an error: without a pause this would be a busy loop.
      if (fetched.length > 0 && fetched.every(({ error }) => error?.kind === 'retriable'))
        await this.#pauseAfterError(waiting.signal)
    } catch (error) {
      if (error instanceof TransportError && error.kind === 'retriable') {
        this.#tell(error)
        await this.#pauseAfterError(waiting.signal)
      } else this.#failure = error
    }
    this.#waiting = null
    this.#options.onNews()
  }

  #accept(inputs: readonly Input[], fetched: readonly FetchedPartition[]): readonly Answer[] {
    const asked = new Map(inputs.map((input) => [partitionKey(input.partition), input]))
    return fetched.flatMap((answer) => {
      const input = asked.get(partitionKey(answer))
      if (input === undefined || !this.#isCurrent(input)) return []
      moveBehind(input, answer)
      return [{ input, fetched: answer }]
    })
  }

  /** False if the partition was unassigned or assigned anew since the fetch began. Its answer does not belong to the new offset. */
  #isCurrent(input: Input): boolean {
    return this.#inputs.get(partitionKey(input.partition)) === input
  }

  /** Of errors in a row the log has the first one, and the end. */
  #tell(error: TransportError | null): void {
    const { logger } = this.#options
    if (error !== null && !this.#isTroubled) logger.warn(`A fetch has failed, and is tried again: ${error.message}`, error.facts)
    if (error === null && this.#isTroubled) logger.info('Fetches go through again.')
    this.#isTroubled = error !== null
  }

  #pauseAfterError(signal: AbortSignal): Promise<void> {
    return sleep(this.#options.clock, this.#options.retryBackoffMs, signal)
  }
}

function positionOf({ partition, offset, topicId, leaderEpoch }: Input): FetchPosition {
  return { ...partition, offset, topicId, leaderEpoch }
}

function moveBehind(input: Input, answer: FetchedPartition): void {
  const offset = positionAfter(answer, input.offset)
  if (offset > input.offset) input.leaderEpoch = answer.batches.at(-1)!.partitionLeaderEpoch
  input.offset = offset
}
