import { TopologyError } from '../model/errors.ts'
import type { TaskId } from '../model/task-id.ts'
import { parseTaskId, taskIdString } from '../model/task-id.ts'
import type { TopicPartition } from '../model/topic-partition.ts'
import { partitionKey } from '../model/topic-partition.ts'
import { applyAll } from '../runtime/restore/changelog.ts'
import { GlobalTask } from '../runtime/restore/global-task.ts'
import { groupPartitions } from '../runtime/membership/assignment/partition-grouper.ts'
import { inputTopics, resolvePartitionCounts } from '../runtime/topics/partition-counts.ts'
import { StreamTask } from '../runtime/task/stream-task.ts'
import type { ThreadEnvironment } from '../runtime/environment/thread-environment.ts'
import type { StateStore } from '../state/state-store.ts'
import { MemoryStorageFactory } from '../storage/memory/memory-storage.ts'
import type { StorageEnvironment, StorageFactory } from '../storage/storage.ts'
import type { Subtopology, TopologyPlan } from '../topology/topology-plan.ts'
import { partitionForKey } from '../transport/partitioner.ts'
import type { SingleRecord } from './single-record-batch.ts'
import { SingleRecordBatch } from './single-record-batch.ts'
import type { ProducedRecord } from './test-output.ts'
import { TestOutput } from './test-output.ts'

export interface TestEngineOptions {
  readonly plan: TopologyPlan
  readonly environment: ThreadEnvironment
  readonly partitions: number
  readonly changelogs: readonly ProducedRecord[]
  readonly storage: StorageFactory | undefined
}

/**
 * Runs the tasks of a topology synchronously. After each piped record it lets tasks process until none has records left. It commits
 * after each record, and feeds records of internal topics back to the tasks that read them.
 */
export class TestEngine {
  readonly #plan: TopologyPlan
  readonly #environment: ThreadEnvironment
  readonly #partitions: number
  readonly #storage: StorageFactory
  readonly #checkpoint: 'if-due' | 'always'
  readonly #environments: StorageEnvironment[] = []
  readonly #output: TestOutput
  readonly #counts: ReadonlyMap<string, number>
  readonly #global: GlobalTask
  readonly #tasks: readonly StreamTask[]
  readonly #offsets = new Map<string, number>()
  readonly #queues = new Map<string, ProducedRecord[]>()
  readonly #produced: ProducedRecord[] = []
  #keyless = 0
  #isClosed = false

  constructor({ plan, environment, partitions, changelogs, storage }: TestEngineOptions) {
    this.#plan = plan
    this.#storage = storage ?? new MemoryStorageFactory()
    this.#checkpoint = storage === undefined ? 'if-due' : 'always'
    this.#output = new TestOutput((topic) => this.#partitionsOf(topic), changelogs)
    this.#environment = environment
    this.#partitions = partitions
    // With one partition every topic has one partition, also if repartition() asks for more, as in Java's driver.
    const existing = new Map(userTopics(plan).map((topic) => [topic, partitions]))
    this.#counts = partitions === 1 ? new Map<string, number>() : resolvePartitionCounts(plan, existing)
    try {
      this.#global = this.#openGlobal()
      this.#tasks = partitions === 1 ? this.#wholeTask() : this.#realTasks()
      for (const task of this.#tasks) this.#open(task, changelogs)
      this.#runDry()
    } catch (error) {
      this.#closeStorage()
      throw error
    }
  }

  pipe(topic: string, record: SingleRecord, partition?: number): void {
    if (this.#isClosed) throw new TypeError('The test driver is closed: make another.')
    const isGlobal = this.#global.topics.includes(topic)
    checkPartition(topic, partition, this.#partitionsOf(topic))
    const target = { topic, partition: partition ?? this.#partitionOf(topic, record.key) }
    const task = this.#taskOf(target)
    if (!isGlobal && task === undefined) throw unknownTopic(topic)
    if (task !== undefined) {
      this.#enqueue(task, target, record)
      this.#runDry()
    }
    if (isGlobal) this.#updateGlobal(target, record)
  }

  punctuateWallClock(): void {
    for (const task of this.#tasks) {
      task.punctuateWallClock(this.#environment.clock.now())
      this.#commit(task)
    }
    this.#runDry()
  }

  output(topic: string): ProducedRecord[] {
    const queue = this.#queues.get(topic) ?? []
    this.#queues.set(topic, queue)
    return queue
  }

  produced(): readonly ProducedRecord[] {
    return this.#produced
  }

  producedTopics(): readonly string[] {
    return [...new Set(this.#produced.map(({ topic }) => topic))].sort()
  }

  store(name: string, partition: number): StateStore | undefined {
    const task = this.#tasks.find((each) => each.id.partition === partition && each.store(name) !== undefined)
    return task?.store(name) ?? this.#global.store(name)
  }

  storeNames(): readonly string[] {
    return [...new Set(this.#plan.subtopologies.flatMap(({ stores }) => stores.map(({ spec }) => spec.name)))].sort()
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    try {
      for (const task of this.#tasks) task.close()
      this.#global.close()
    } finally {
      this.#closeStorage()
    }
  }

  #closeStorage(): void {
    for (const environment of this.#environments) environment.close()
  }

  #regular(): readonly Subtopology[] {
    return this.#plan.subtopologies.filter(({ kind }) => kind === 'regular')
  }

  #openGlobal(): GlobalTask {
    const subtopologies = this.#plan.subtopologies.filter(({ kind }) => kind === 'global')
    const storage = this.#openStorage('global')
    const global = new GlobalTask({ environment: this.#environment, subtopologies, storage })
    for (const topic of global.topics)
      for (const partition of partitionsOf(topic, this.#partitionsOf(topic))) global.addPartition(partition)
    global.open()
    global.start()
    return global
  }

  #wholeTask(): readonly StreamTask[] {
    const subtopologies = this.#regular()
    const topics = new Set(subtopologies.flatMap(({ sourceTopics }) => sourceTopics))
    const partitions = [...topics].map((topic) => ({ topic, partition: 0 }))
    return subtopologies.length === 0 ? [] : [this.#task({ subtopology: 0, partition: 0 }, subtopologies, partitions)]
  }

  #realTasks(): readonly StreamTask[] {
    return [...groupPartitions(this.#plan, this.#counts)].map(([text, partitions]) => {
      const id = parseTaskId(text)
      return this.#task(id, [this.#plan.subtopologies[id.subtopology]!], partitions)
    })
  }

  #task(id: TaskId, subtopologies: readonly Subtopology[], partitions: readonly TopicPartition[]): StreamTask {
    const storage = this.#openStorage(taskIdString(id))
    const globalStores = { names: this.#global.names, store: (name: string) => this.#global.store(name) }
    return new StreamTask({
      id,
      environment: this.#environment,
      subtopologies,
      partitions,
      storage,
      output: this.#output,
      globalStores,
    })
  }

  #openStorage(name: string): StorageEnvironment {
    const environment = this.#storage.open(`${this.#environment.applicationId}/${name}`)
    this.#environments.push(environment)
    return environment
  }

  #open(task: StreamTask, changelogs: readonly ProducedRecord[]): void {
    task.open()
    for (const { partition, from = 0, accept, restore } of task.restores()) {
      const records = changelogs.filter((each) => each.topic === partition.topic && each.partition === partition.partition)
      const restored = records
        .slice(from)
        .flatMap(({ key, value, timestamp, headers }, index) =>
          key === null ? [] : [{ offset: from + index, key, value, timestamp: timestamp ?? -1, headers }],
        )
      applyAll(restore, accept(restored), Math.max(from, records.length))
    }
    task.restored()
    task.start([])
    for (const partition of task.partitions) task.setLag(partition, 0)
  }

  /** Runs tasks until none can process a record. Records that wait for another partition (`maxTaskIdleMs`) stay queued. */
  #runDry(): void {
    do
      for (let task = this.#runnable(); task !== undefined; task = this.#runnable()) {
        task.process()
        task.punctuateStreamTime()
        this.#commit(task)
        this.#feedBack()
      }
    while (this.#feedBack())
  }

  #runnable(): StreamTask | undefined {
    return this.#tasks.find((task) => task.hasRecords && task.isProcessable(this.#environment.clock.monotonic()))
  }

  #commit(task: StreamTask): void {
    task.postCommit(task.prepareCommit(), this.#checkpoint)
  }

  /**
   * Passes on the records that tasks have written: to `produced`, to output topics and to the tasks that read them. False if
   * there were none.
   */
  #feedBack(): boolean {
    const written = this.#output.drain()
    for (const record of written) {
      this.#produced.push(record)
      this.output(record.topic).push(record)
      this.#feed(record)
    }
    return written.length > 0
  }

  #feed(record: ProducedRecord): void {
    const task = this.#taskOf(record)
    const single = { ...record, timestamp: record.timestamp ?? this.#environment.clock.now() }
    if (task !== undefined) this.#enqueue(task, record, single)
    if (this.#global.topics.includes(record.topic)) this.#updateGlobal(record, single)
  }

  #enqueue(task: StreamTask, { topic, partition }: TopicPartition, record: SingleRecord): void {
    task.addRecords({ topic, partition }, this.#batch({ topic, partition }, record), 0, 1)
  }

  #updateGlobal({ topic, partition }: TopicPartition, record: SingleRecord): void {
    this.#global.addRecords({ topic, partition }, this.#batch({ topic, partition }, record), 0, 1)
    if (this.#checkpoint === 'always') this.#global.checkpoint()
  }

  #batch(partition: TopicPartition, record: SingleRecord): SingleRecordBatch {
    const key = partitionKey(partition)
    const offset = this.#offsets.get(key) ?? 0
    this.#offsets.set(key, offset + 1)
    return new SingleRecordBatch(offset, record)
  }

  /** Returns the task that reads the partition. A topic that only a pattern matches is added to its task by its first record. */
  #taskOf({ topic, partition }: TopicPartition): StreamTask | undefined {
    const index = this.#regular().findIndex((each) => inputTopics(each, [topic]).length > 0)
    const subtopology = this.#partitions === 1 ? 0 : this.#regular()[index]?.id
    const task = this.#tasks.find(({ id }) => index >= 0 && id.subtopology === subtopology && id.partition === partition)
    task?.addPartition({ topic, partition })
    task?.setLag({ topic, partition }, 0)
    return task
  }

  #partitionsOf(topic: string): number {
    return this.#counts.get(topic) ?? this.#partitions
  }

  #partitionOf(topic: string, key: Uint8Array | null): number {
    const partitions = this.#partitionsOf(topic)
    return key === null ? this.#keyless++ % partitions : partitionForKey(key, partitions)
  }
}

function userTopics({ subtopologies }: TopologyPlan): readonly string[] {
  const internal = new Set(subtopologies.flatMap(({ repartitionTopics }) => repartitionTopics.map(({ name }) => name)))
  return subtopologies.flatMap(({ sourceTopics }) => sourceTopics).filter((topic) => !internal.has(topic))
}

function partitionsOf(topic: string, count: number): readonly TopicPartition[] {
  return Array.from({ length: count }, (_, partition) => ({ topic, partition }))
}

function checkPartition(topic: string, partition: number | undefined, partitions: number): void {
  if (partition === undefined || (Number.isInteger(partition) && partition >= 0 && partition < partitions)) return
  throw new TypeError(
    `${topic} has no partition ${partition}: this driver has ${partitions} of it, from 0 on. Its option "partitions" says how many.`,
  )
}

function unknownTopic(topic: string): TopologyError {
  const message = `The topology does not read ${topic}: pipe to one of its source topics.`
  return new TopologyError('STREAMS_UNKNOWN_TOPIC', message, { facts: { topic } })
}
