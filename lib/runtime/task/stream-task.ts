import { checkChoice } from '../../model/check-options.ts'
import type { TaskId } from '../../model/task-id.ts'
import { taskIdString } from '../../model/task-id.ts'
import { partitionKey, type TopicPartition } from '../../model/topic-partition.ts'
import { noHeaders } from '../../model/headers.ts'
import { assert } from '../../model/assert.ts'
import type { StateStore } from '../../state/state-store.ts'
import type { StorageEnvironment } from '../../storage/storage.ts'
import type { Subtopology } from '../../topology/topology-plan.ts'
import type { OffsetCommit } from '../../transport/group-coordinator.ts'
import type { RecordBatch } from '../../transport/record-batch/record-batch.ts'
import { inputTopics } from '../topics/partition-counts.ts'
import { CurrentRecord } from './current-record.ts'
import { deadLettersInto } from '../errors/dead-letters.ts'
import { PartitionGroup } from './partition-group.ts'
import { decodeCommittedMetadata, encodeCommittedMetadata } from './partition-metadata.ts'
import type { TaskControl } from './processor-context.ts'
import type { RunningSource } from './processor-topology.ts'
import { ProcessorMetadata } from './processor-metadata.ts'
import { ProcessorTopology } from './processor-topology.ts'
import { firstPunctuation, PunctuationQueue } from './punctuation-queue.ts'
import { RecordCollector } from '../output/record-collector.ts'
import type { RecordOutput } from '../output/record-output.ts'
import { RecordQueue } from './record-queue.ts'
import { RecordReader } from './record-reader.ts'
import type { ThreadEnvironment } from '../environment/thread-environment.ts'
import { TaskChangelogs } from '../output/task-changelogs.ts'
import { SkippedRecords } from './skipped-records.ts'
import { taskTags, type TaskScope } from './task-scope.ts'
import type { ActiveTask, PartitionStart, ProcessedRecord } from './task.ts'
import type { StoreRestore } from './task-stores.ts'
import { TaskStores } from './task-stores.ts'

export interface GlobalStores {
  readonly names: ReadonlySet<string>
  store(name: string): StateStore | undefined
}

export interface StreamTaskOptions {
  readonly id: TaskId
  readonly environment: ThreadEnvironment
  /** On a cluster one sub-topology; in the test driver with one partition all of them. */
  readonly subtopologies: readonly Subtopology[]
  /** Partitions that the task reads. */
  readonly partitions: readonly TopicPartition[]
  /** By name, the ids of the topics of these partitions. They are committed with the offsets. Default: no ids are known. */
  readonly topicIds?: ReadonlyMap<string, string>
  readonly storage: StorageEnvironment
  readonly output: RecordOutput
  readonly globalStores: GlobalStores
}

/**
 * Runs sub-topologies over a set of partitions. It is synchronous, and between two calls it is in a state that can be committed
 * (Java: `StreamTask`).
 */
export class StreamTask implements ActiveTask {
  readonly id: TaskId
  readonly #options: StreamTaskOptions
  readonly #scope: TaskScope
  readonly #stores: TaskStores
  readonly #topicIds: ReadonlyMap<string, string>
  #collector: RecordCollector
  #topology: ProcessorTopology
  #group: PartitionGroup
  #streamTimeQueue = new PunctuationQueue()
  #wallClockQueue = new PunctuationQueue()
  /** The queue of the record that was processed last. */
  #lastQueue: RecordQueue | null = null
  /** What is committed of each partition. */
  readonly #committed = new Map<string, OffsetCommit>()
  /** Where reading has begun of partitions of which nothing is committed. */
  readonly #starts = new Map<string, Pick<OffsetCommit, 'offset' | 'leaderEpoch'>>()
  readonly #readers = new Map<RecordQueue, RecordReader>()
  #metadata = new ProcessorMetadata()
  #streamTime = -1
  #isCommitRequested = false
  #isCommitNeeded = false
  #isStarted = false

  constructor(options: StreamTaskOptions) {
    const { id, environment, subtopologies, storage } = options
    this.id = id
    this.#options = options
    this.#topicIds = options.topicIds ?? new Map()
    this.#scope = this.#makeScope(environment, storage, options.output)
    this.#stores = new TaskStores({
      nodes: subtopologies.flatMap(({ stores }) => stores),
      scope: this.#scope,
      changelogs: new TaskChangelogs(options.output, id.partition),
      sourceOf: (topic) => this.#sourceOf(topic).node,
    })
    this.#collector = new RecordCollector(this.#scope, options.output)
    this.#topology = this.#makeTopology()
    this.#group = this.#makeGroup(options.partitions)
  }

  open(): void {
    this.#stores.open()
  }

  restores(): readonly StoreRestore[] {
    return this.#stores.restores()
  }

  restored(): void {
    this.#stores.restored()
  }

  start(committed: readonly OffsetCommit[]): void {
    for (const offset of committed) this.#resume(offset)
    this.#isStarted = true
    this.#topology.init()
  }

  prepare(): Promise<void> {
    return this.#topology.prepare()
  }

  get partitions(): readonly TopicPartition[] {
    return [...this.#group.queues].map(({ partition }) => partition)
  }

  addPartition(partition: TopicPartition): void {
    if (this.#group.queue(partition) === undefined) this.#group.addQueue(this.#makeQueue(partition))
  }

  addRecords(partition: TopicPartition, batch: RecordBatch, from: number, end: number): void {
    const queue = this.#queue(partition)
    this.#group.add(queue, () => queue.add(batch, from, end))
  }

  seek(partition: TopicPartition, offset: number, leaderEpoch = -1): void {
    this.#starts.set(partitionKey(partition), { offset, leaderEpoch })
    this.#queue(partition).seek(offset, leaderEpoch)
  }

  setLag(partition: TopicPartition, lag: number): void {
    this.#group.setLag(this.#queue(partition), lag)
  }

  fetchPosition(partition: TopicPartition): number {
    return this.#queue(partition).fetchPosition
  }

  bufferedRecords(partition: TopicPartition): number {
    return this.#queue(partition).size
  }

  backlog(partition: TopicPartition): number | undefined {
    const queue = this.#queue(partition)
    const lag = this.#group.lag(queue)
    return lag === undefined ? undefined : lag + queue.size
  }

  reader(partition: TopicPartition): RecordReader {
    return this.#readers.get(this.#queue(partition))!
  }

  get hasRecords(): boolean {
    return this.#group.hasRecords
  }

  isProcessable(monotonicMs: number): boolean {
    return this.#group.isReady(monotonicMs)
  }

  process(sampledMs = -1): void {
    if (sampledMs < 0) this.#processNext()
    else this.#scope.current.sampled(sampledMs, () => this.#processNext())
  }

  #processNext(): void {
    const queue = this.#group.next()
    assert(queue !== undefined, 'A task is asked to process only where it has records.')
    this.#isCommitNeeded = true
    try {
      this.#processHead(queue)
    } finally {
      this.#group.putBack(queue)
    }
  }

  get lastRecord(): ProcessedRecord | null {
    const queue = this.#lastQueue
    if (queue === null) return null
    return { ...queue.partition, offset: queue.takenOffset, node: this.#sourceOf(queue.partition.topic).name }
  }

  #processHead(queue: RecordQueue): void {
    this.#lastQueue = queue
    const record = queue.take()
    if (record.timestamp > this.#streamTime) this.#streamTime = record.timestamp
    const { topic, partition } = queue.partition
    const { current } = this.#scope
    current.set(topic, partition, queue.takenOffset, record.timestamp, record.headers)
    queue.note(current, record)
    queue.source.process(record)
  }

  punctuateStreamTime(): boolean {
    return this.#streamTime >= 0 && this.#punctuate(this.#streamTimeQueue, this.#streamTime)
  }

  punctuateWallClock(now: number): boolean {
    return this.#punctuate(this.#wallClockQueue, now)
  }

  get nextWallClockMs(): number {
    return this.#wallClockQueue.nextMs
  }

  get isCommitRequested(): boolean {
    return this.#isCommitRequested
  }

  get isCommitNeeded(): boolean {
    return this.#isCommitNeeded || this.#uncommitted().length > 0
  }

  get streamTime(): number {
    return this.#streamTime
  }

  get dirtyBytes(): number {
    return this.#stores.dirtyBytes
  }

  get storeBytes(): number {
    return this.#stores.heldBytes
  }

  get inputBytes(): number {
    let bytes = 0
    for (const queue of this.#group.queues) bytes += queue.heldBytes
    return bytes
  }

  tellMetrics(): void {
    this.#collector.tellMetrics()
  }

  prepareCommit(): readonly OffsetCommit[] {
    const { clock, metrics } = this.#scope.environment
    if (metrics.level === 'off') this.#stores.flush()
    else this.#scope.current.sampled(clock.now(), () => this.#stores.flush())
    this.tellMetrics()
    return this.#uncommitted().map((queue) => commitOf(queue, this.#metadata.values, this.#topicIds.get(queue.partition.topic)))
  }

  postCommit(offsets: readonly OffsetCommit[], checkpoint: 'if-due' | 'always'): void {
    for (const offset of offsets) this.#committed.set(partitionKey(offset), offset)
    this.#isCommitNeeded = false
    this.#isCommitRequested = false
    this.#metadata.committed()
    this.#stores.commit((topic) => this.#committedOffset(topic))
    if (checkpoint === 'always' || this.#stores.isCheckpointDue) this.#stores.beginCheckpoint()
  }

  get canRollBack(): boolean {
    return this.#isStarted && this.#stores.canRollBack
  }

  rollBack(): readonly PartitionStart[] {
    const starts = this.partitions.map((partition) => this.#beginning(partition))
    const committed = [...this.#committed.values()]
    this.#endProcessors()
    this.#stores.rollBack()
    this.#scope.shared.clear()
    this.#forget()
    this.tellMetrics()
    this.#collector = new RecordCollector(this.#scope, this.#options.output)
    this.#topology = this.#makeTopology()
    this.#group = this.#makeGroup(starts.map(({ topic, partition }) => ({ topic, partition })))
    this.start(committed)
    return starts
  }

  continueCheckpoint(): boolean {
    return this.#stores.continueCheckpoint()
  }

  store(name: string): StateStore | undefined {
    return this.#stores.get(name)
  }

  stores(): readonly StateStore[] {
    return this.#stores.all()
  }

  close(): void {
    try {
      this.#endProcessors()
    } finally {
      this.#stores.close()
      this.#scope.environment.metrics.remove(taskTags(this.#scope.environment, this.id))
    }
  }

  #endProcessors(): void {
    if (!this.#isStarted) return
    this.#isStarted = false
    this.#topology.close()
  }

  /** What a task that is made anew does not have. */
  #forget(): void {
    this.#streamTimeQueue = new PunctuationQueue()
    this.#wallClockQueue = new PunctuationQueue()
    this.#metadata = new ProcessorMetadata()
    this.#readers.clear()
    this.#lastQueue = null
    this.#streamTime = -1
    this.#isCommitNeeded = false
    this.#isCommitRequested = false
  }

  #beginning({ topic, partition }: TopicPartition): PartitionStart {
    const [key, queue] = [partitionKey({ topic, partition }), this.#queue({ topic, partition })]
    const { offset, leaderEpoch } = this.#committed.get(key) ?? this.#starts.get(key)!
    const lag = this.#group.lag(queue)
    return { topic, partition, offset, leaderEpoch, end: lag === undefined ? lag : queue.fetchPosition + lag }
  }

  #makeTopology(): ProcessorTopology {
    const { subtopologies, globalStores } = this.#options
    return new ProcessorTopology({
      nodes: subtopologies.flatMap(({ nodes }) => nodes),
      scope: this.#scope,
      control: this.#control(),
      collector: this.#collector,
      globalStores: globalStores.names,
    })
  }

  #makeGroup(partitions: readonly TopicPartition[]): PartitionGroup {
    const queues = partitions.map((partition) => this.#makeQueue(partition))
    return new PartitionGroup(queues, this.#options.environment.maxTaskIdleMs)
  }

  #makeScope(environment: ThreadEnvironment, storage: StorageEnvironment, output: RecordOutput): TaskScope {
    const tags = taskTags(environment, this.id)
    const droppedRecords = environment.metrics.counter('dropped-records', 'stream-task-metrics', tags)
    const current = new CurrentRecord(sourcesOf(environment))
    const streamTime = (): number => this.#streamTime
    return {
      environment,
      id: this.id,
      storage,
      current,
      droppedRecords,
      skipped: new SkippedRecords({ ...environment, current, dropped: droppedRecords, streamTime }),
      sendDeadLetter: deadLettersInto(output),
      shared: new Map(),
      streamTime,
    }
  }

  #control(): TaskControl {
    return {
      store: (name) => this.#stores.get(name) ?? this.#options.globalStores.store(name),
      schedule: ({ node, intervalMs, type, punctuator, startMs }) => {
        checkChoice('schedule()', 'type', type, ['stream-time', 'wall-clock-time'])
        const isStreamTime = type === 'stream-time'
        const now = isStreamTime ? this.#streamTime : this.#scope.environment.clock.now()
        const queue = isStreamTime ? this.#streamTimeQueue : this.#wallClockQueue
        const unstarted = isStreamTime ? 0 : now + intervalMs
        const firstMs = startMs === undefined ? unstarted : firstPunctuation(startMs, intervalMs, now)
        return queue.schedule(node, firstMs, intervalMs, punctuator, startMs)
      },
      requestCommit: () => void (this.#isCommitRequested = true),
      metadata: this.#metadata,
    }
  }

  #makeQueue(partition: TopicPartition): RecordQueue {
    const source = this.#sourceOf(partition.topic)
    const reader = new RecordReader(source.node, partition, this.#scope)
    const queue = new RecordQueue(partition, source, reader)
    this.#readers.set(queue, reader)
    return queue
  }

  #sourceOf(topic: string): RunningSource {
    const source = this.#topology.sources.find(
      ({ node }) => inputTopics({ sourceTopics: node.topics, nodes: [node] }, [topic]).length > 0,
    )
    assert(source !== undefined, `A task only gets partitions of topics that it reads, and ${topic} is none.`)
    return source
  }

  #queue(partition: TopicPartition): RecordQueue {
    const queue = this.#group.queue(partition)
    assert(queue !== undefined, `Task ${taskIdString(this.id)} does not read ${partition.topic}-${partition.partition}.`)
    return queue
  }

  #resume(committed: OffsetCommit): void {
    const queue = this.#queue(committed)
    const { partitionTime, processorMetadata } = decodeCommittedMetadata(committed.metadata)
    this.#metadata.merge(processorMetadata)
    queue.resume(partitionTime)
    this.#committed.set(partitionKey(committed), committed)
    if (partitionTime > this.#streamTime) this.#streamTime = partitionTime
  }

  #punctuate(queue: PunctuationQueue, now: number): boolean {
    if (!queue.isDue(now)) return false
    this.#isCommitNeeded = true
    this.#scope.current.set(null, -1, -1, now, noHeaders)
    return queue.punctuate(now, (node, time, punctuator) => this.#topology.punctuate(node, time, punctuator))
  }

  #uncommitted(): readonly RecordQueue[] {
    const isNew = (queue: RecordQueue): boolean =>
      this.#metadata.isCommitNeeded || !isAt(queue, this.#committed.get(partitionKey(queue.partition)))
    return [...this.#group.queues].filter((queue) => queue.position >= 0 && isNew(queue))
  }

  #committedOffset(topic: string): number | undefined {
    for (const committed of this.#committed.values()) if (committed.topic === topic) return committed.offset
    return undefined
  }
}

/** In a log that was truncated, the same offset may come again behind other records, which another leader has written. */
function isAt({ position, leaderEpoch }: RecordQueue, committed: OffsetCommit | undefined): boolean {
  return position === committed?.offset && leaderEpoch === committed.leaderEpoch
}

function commitOf(
  { partition, position, partitionTime, leaderEpoch }: RecordQueue,
  processorMetadata: ReadonlyMap<string, number>,
  topicId: string | undefined,
): OffsetCommit {
  const metadata = encodeCommittedMetadata({ partitionTime, processorMetadata, topicId })
  return { ...partition, offset: position, leaderEpoch, metadata }
}

/** Records that wait in caches and buffers keep the bytes of their input record only if dead letters may need them. */
function sourcesOf({ deadLetterTopic, compatibility }: ThreadEnvironment): 'kept' | 'by level' | 'not kept' {
  if (deadLetterTopic === undefined) return 'not kept'
  return compatibility === 'java' ? 'by level' : 'kept'
}
