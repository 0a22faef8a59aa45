import { ProcessorStateError, StreamsError, TransportError } from '../../model/errors.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import type { StorageEnvironment } from '../../storage/storage.ts'
import type { Subtopology, TopologyPlan } from '../../topology/topology-plan.ts'
import type { Admin, OffsetSpec } from '../../transport/admin.ts'
import type { Cluster } from '../../transport/cluster.ts'
import { endOf } from '../../transport/fetcher.ts'
import type { FetchedPartition, Fetcher, FetchLimits } from '../../transport/fetcher.ts'
import { fetchedBytes, readableRanges } from '../../transport/readable-ranges.ts'
import { RestorePace } from './restore-pace.ts'
import { Turns } from './turns.ts'
import { describeChangelogs, unknownTopic, whyStale, type ChangelogTopic } from './changelog-topics.ts'
import { GlobalTask } from './global-task.ts'
import { InputFetcher } from '../loop/input-fetcher.ts'
import { fetchLimits } from '../loop/open-stream-thread.ts'
import { LoopJobs } from '../loop/loop-jobs.ts'
import type { MemoryGate } from '../loop/memory-gate.ts'
import { prepareReads, prepareWrites } from '../serdes/prepare-serdes.ts'
import { lookUpNamed, partitionsOf, type KnownTopics } from '../../transport/topics/known-topics.ts'
import { changeText, isLost, type TopicChange } from '../../transport/topics/topic-changes.ts'
import { TopicWatch } from '../../transport/topics/topic-watch.ts'
import type { ResolvedConfig } from '../streams-config.ts'
import type { GlobalStores } from '../task/stream-task.ts'
import type { ThreadEnvironment } from '../environment/thread-environment.ts'
import { logEmptied, type StateDirectory } from './state-directory.ts'

export interface GlobalThreadOptions {
  readonly environment: ThreadEnvironment
  readonly subtopologies: readonly Subtopology[]
  /** The storage of the global stores, and of nothing else. The thread closes it. */
  readonly storage: StorageEnvironment
  readonly admin: Admin
  readonly fetcher: Fetcher
  readonly limits: Omit<FetchLimits, 'signal'>
  readonly retryBackoffMs: number
  readonly checkpointIntervalMs: number
  /** How often the topics are looked up. Java: `metadata.max.age.ms`. */
  readonly metadataMaxAgeMs: number
  readonly gate: Pick<MemoryGate, 'isOpen'>
}

export interface OpenGlobalThreadOptions {
  readonly plan: TopologyPlan
  readonly config: ResolvedConfig
  readonly cluster: Cluster
  readonly admin: Admin
  readonly environment: ThreadEnvironment
  readonly directory: StateDirectory
  readonly gate: Pick<MemoryGate, 'isOpen'>
}

/**
 * Opens the global thread of a process; null if the topology has no global stores. If it rejects, storage and fetcher are closed
 * again.
 */
export async function openGlobalThread(options: OpenGlobalThreadOptions): Promise<GlobalThread | null> {
  const { plan, config, cluster, admin, environment, directory, gate } = options
  const subtopologies = plan.subtopologies.filter(({ kind }) => kind === 'global')
  if (subtopologies.length === 0) return null
  await using opened = new AsyncDisposableStack()
  const storage = opened.adopt(directory.openGlobal(), (each) => each.close())
  logEmptied(storage, 'the global stores', environment.logger)
  const clientId = `${environment.threadId}-GlobalStreamThread`
  const fetcher = opened.adopt(
    await cluster.fetcher({ clientId, log: environment.logger, metrics: environment.metrics }),
    (each) => each.close(),
  )
  const { retryBackoffMs, metadataMaxAgeMs, commitIntervalMs: checkpointIntervalMs } = config
  const limits = fetchLimits(config)
  const times = { retryBackoffMs, metadataMaxAgeMs, checkpointIntervalMs }
  const thread = new GlobalThread({ environment, subtopologies, storage, admin, fetcher, limits, gate, ...times })
  // From here on the thread closes storage and fetcher.
  opened.move()
  return thread
}

type Offsets = ReadonlyMap<string, number>

/** Keeps the global stores of a process up to date, beside the tasks that read them (Java: `GlobalStreamThread`). */
export class GlobalThread implements AsyncDisposable {
  readonly #options: GlobalThreadOptions
  readonly #task: GlobalTask
  readonly #input: InputFetcher
  readonly #jobs = new LoopJobs()
  readonly #watch: TopicWatch
  /** What has become of the topics, and is to be dealt with. */
  #changes: readonly TopicChange[] = []
  readonly #next = new Map<string, number>()
  readonly #pace: RestorePace
  readonly #turns: Turns
  #fetched: readonly FetchedPartition[] = []
  #lastCheckpointMs: number
  #isStopping = false
  #running: Promise<void> = Promise.resolve()
  #closing: Promise<void> | null = null

  constructor(options: GlobalThreadOptions) {
    const { environment, subtopologies, storage, admin, fetcher, limits, retryBackoffMs, metadataMaxAgeMs } = options
    this.#options = options
    this.#task = new GlobalTask({ environment, subtopologies, storage })
    const onNews = (): void => this.#jobs.wake()
    const { clock, logger } = environment
    this.#input = new InputFetcher({
      fetcher,
      clock,
      limits,
      retryBackoffMs,
      logger,
      onNews,
      onUnknownTopic: () => this.#watch.lookSoon(),
    })
    this.#watch = new TopicWatch({ lookUp: () => lookUpNamed(this.#task.topics, admin), clock, intervalMs: metadataMaxAgeMs })
    this.#lastCheckpointMs = environment.clock.monotonic()
    this.#pace = new RestorePace(environment.clock)
    this.#turns = new Turns(environment.clock)
  }

  get stores(): GlobalStores {
    return { names: this.#task.names, store: (name) => this.#task.store(name) }
  }

  /** About how many bytes the stores hold in memory, and what is fetched for them. */
  get heldBytes(): number {
    return this.#task.storeBytes + this.#input.heldBytes + fetchedBytes(this.#fetched)
  }

  /** Opens the stores, and reads their topics up to the present end. No task may run before that. */
  async restore(): Promise<void> {
    const { environment, subtopologies } = this.#options
    await prepareWrites(subtopologies, environment.serdes, environment.applicationId)
    const known = await lookUpNamed(this.#task.topics, this.#options.admin)
    this.#watch.known = known
    const partitions = partitionsOf(known)
    for (const partition of partitions) this.#task.addPartition(partition)
    const { starts, ends, topics } = await this.#lookUp(partitions)
    for (const partition of partitions) this.#forgetUnusable(partition, starts, ends, topics)
    this.#task.open()
    this.#task.start()
    for (const partition of partitions) {
      const stored = this.#task.fetchPosition(partition)
      this.#begin(partition, stored < 0 ? (starts.get(partitionKey(partition)) ?? 0) : stored, topics.get(partition.topic)?.id)
    }
    await this.#untilAt(ends)
    this.#task.restored()
    this.#task.checkpoint()
  }

  async #lookUp(partitions: readonly TopicPartition[]) {
    const { admin, environment } = this.#options
    const names = partitions.map(({ topic }) => topic)
    const stored = partitions.filter((partition) => this.#task.stored(partition) !== undefined).map(({ topic }) => topic)
    const topics = await describeChangelogs(new Set(names), new Set(stored), admin, environment.logger)
    const offsetsOf = async (spec: OffsetSpec) =>
      new Map((await admin.listOffsets(partitions, spec)).map((each) => [partitionKey(each), each.offset]))
    return { topics, starts: await offsetsOf('earliest'), ends: await offsetsOf(endOf(this.#options.limits.isolationLevel)) }
  }

  /** Rows that are no part of their topic any more are removed: it is read from its start. */
  #forgetUnusable(partition: TopicPartition, starts: Offsets, ends: Offsets, topics: ReadonlyMap<string, ChangelogTopic>): void {
    const stored = this.#task.stored(partition)
    if (stored === undefined) return
    const key = partitionKey(partition)
    const [start, end] = [starts.get(key) ?? 0, ends.get(key) ?? Infinity]
    const isIn = stored.offset >= start && stored.offset <= end
    const outside = isIn ? undefined : `it ends at offset ${stored.offset} of ${key}, which has ${start} to ${end}`
    const why =
      outside ?? whyStale(partition, stored, topics.get(partition.topic) ?? unknownTopic, this.#options.environment.clock.now())
    if (why !== undefined) this.#task.forget(partition.topic, why)
  }

  async #untilAt(ends: Offsets): Promise<void> {
    const isBefore = ([key, end]: readonly [string, number]): boolean => this.#next.get(key)! < end
    while (!this.#isStopping && [...ends].some(isBefore)) await this.#step()
  }

  /** Updates the stores until `stop`. Rejects with the error that ended it. */
  run(): Promise<void> {
    this.#watch.start((changes) => {
      this.#changes = changes
      this.#jobs.wake()
    })
    this.#running = this.#run()
    return this.#running
  }

  /** Lets `run` end after its present step. */
  stop(): void {
    this.#isStopping = true
    this.#watch.stop()
    this.#jobs.wake()
  }

  /**
   * Ends `run`, and closes everything. `checkpoint`: the stores are written to storage before, unless `run` has failed. Idempotent.
   */
  close(keep: 'checkpoint' | 'nothing'): Promise<void> {
    this.#closing ??= this.#close(keep)
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close('nothing')
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      await this.#step()
      this.#checkpointIfDue()
      await this.#follow(this.#changes)
    }
  }

  /** Reads partitions that have come. What tasks have looked up of a topic that is gone cannot be taken back. */
  async #follow(changes: readonly TopicChange[]): Promise<void> {
    if (changes.length === 0) return
    this.#changes = []
    const lost = changes.find(isLost)
    if (lost !== undefined) throw globalTopicLost(lost)
    for (const change of changes) this.#options.environment.logger.info(changeText(change), { topic: change.topic })
    try {
      await this.#grow(this.#watch.known ?? new Map())
    } catch (error) {
      if (!(error instanceof TransportError) || error.kind !== 'retriable') throw error
      // The next step tries again.
      this.#changes = changes
    }
  }

  async #grow(topics: KnownTopics): Promise<void> {
    const partitions = partitionsOf(topics).filter((partition) => !this.#next.has(partitionKey(partition)))
    for (const { topic, partition, offset } of await this.#options.admin.listOffsets(partitions, 'earliest')) {
      this.#task.addPartition({ topic, partition })
      this.#begin({ topic, partition }, offset, topics.get(topic)?.id ?? undefined)
    }
    this.#task.restored()
  }

  async #close(keep: 'checkpoint' | 'nothing'): Promise<void> {
    using closing = new DisposableStack()
    closing.defer(() => this.#options.storage.close())
    closing.defer(() => this.#task.close())
    this.stop()
    await this.#input.close()
    const isWell = await this.#running.then(
      () => true,
      () => false,
    )
    if (keep === 'checkpoint' && isWell) this.#task.checkpoint()
  }

  async #step(): Promise<void> {
    const { clock } = this.#options.environment
    const heldBackMs = this.#startFetch() ? Infinity : this.#options.retryBackoffMs
    if (!this.#input.hasNews && !this.#isStopping) await this.#jobs.wait(Math.min(heldBackMs, this.#untilCheckpoint()), clock)
    this.#fetched = this.#input.take()
    this.#startFetch()
    for (const each of this.#fetched) await this.#update(each)
    this.#fetched = []
  }

  /** Returns false if the next fetch waits for memory. */
  #startFetch(): boolean {
    const isOpen = this.#options.gate.isOpen()
    if (isOpen) this.#input.start()
    return isOpen
  }

  async #update(fetched: FetchedPartition): Promise<void> {
    const partition = { topic: fetched.topic, partition: fetched.partition }
    if (fetched.error !== null) return this.#onError(partition, fetched.error)
    const ranges = readableRanges(fetched, this.#next.get(partitionKey(partition))!)
    await prepareReads(this.#task.reader(partition), ranges)
    for (const { batch, from, end } of ranges) {
      this.#task.addRecords(partition, batch, from, end)
      this.#next.set(partitionKey(partition), batch.nextOffset)
      this.#pace.checkpointIfDue(this.#task.dirtyBytes, () => this.#checkpoint())
      await this.#turns.give()
    }
  }

  /**
   * Tasks have looked up rows in the stores, so these cannot be emptied under them (Java ends its thread, too). The next start finds that
   * the position is gone, and reads the topic from its start.
   */
  #onError(partition: TopicPartition, error: NonNullable<FetchedPartition['error']>): void {
    if (error.kind === 'retriable') return
    if (error.kind !== 'out-of-range') throw error
    const position = this.#next.get(partitionKey(partition))
    const message =
      `The global stores cannot go on at offset ${position} of ${partitionKey(partition)}: the broker does not have it (any more). ` +
      'Start the application again: it then reads the topic from its start.'
    throw new ProcessorStateError('STREAMS_CHANGELOG_OUT_OF_RANGE', message, { facts: { ...partition, position }, cause: error })
  }

  #begin(partition: TopicPartition, offset: number, topicId: string | undefined): void {
    this.#task.begin(partition, topicId)
    const { logger } = this.#options.environment
    logger.info(`Global topic ${partitionKey(partition)} is read from offset ${offset}.`, { ...partition, position: offset })
    this.#next.set(partitionKey(partition), offset)
    this.#input.assign(partition, { offset, topicId })
  }

  #checkpointIfDue(): void {
    if (this.#untilCheckpoint() <= 0) this.#checkpoint()
  }

  #checkpoint(): void {
    this.#lastCheckpointMs = this.#options.environment.clock.monotonic()
    this.#task.checkpoint()
  }

  #untilCheckpoint(): number {
    const { environment, checkpointIntervalMs } = this.#options
    return Math.max(0, this.#lastCheckpointMs + checkpointIntervalMs - environment.clock.monotonic())
  }
}

function globalTopicLost({ topic, after }: TopicChange): StreamsError {
  if (after === null) {
    const message = `Topic ${topic}, which a global store reads, was deleted. Create it, then start again.`
    return new StreamsError('STREAMS_MISSING_SOURCE_TOPIC', message, { facts: { topics: [topic] } })
  }
  const message =
    `Topic ${topic} was deleted and created again, and the global store that reads it has rows of the former one. ` +
    'Start the application again: it then reads the topic from its start.'
  return new ProcessorStateError('STREAMS_STATE_STALE', message, { facts: { topic } })
}
