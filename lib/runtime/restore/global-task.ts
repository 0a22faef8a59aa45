import { assert } from '../../model/assert.ts'
import type { TaskId } from '../../model/task-id.ts'
import { taskIdString } from '../../model/task-id.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import type { StateStore } from '../../state/state-store.ts'
import { forgetStore } from '../../state/forget-store.ts'
import { storeMedium } from '../../state/store-medium.ts'
import type { StorageEnvironment, StorageWrite } from '../../storage/storage.ts'
import type { StoreNode, Subtopology } from '../../topology/topology-plan.ts'
import type { RecordBatch } from '../../transport/record-batch/record-batch.ts'
import { logAndFail } from '../errors/error-handlers.ts'
import { CurrentRecord } from '../task/current-record.ts'
import { noDeadLetters } from '../errors/dead-letters.ts'
import { storedSchemas, type StoredSchemas } from '../serdes/known-schemas.ts'
import type { RunningSource } from '../task/processor-topology.ts'
import { ProcessorTopology } from '../task/processor-topology.ts'
import { RecordCollector } from '../output/record-collector.ts'
import type { RecordOutput } from '../output/record-output.ts'
import { RecordReader } from '../task/record-reader.ts'
import { storeContext } from '../task/store-context.ts'
import type { Task } from '../task/task.ts'
import type { StoreRestore } from '../task/task-stores.ts'
import { CheckpointWriter } from './checkpoint-writer.ts'
import { StoreFormats } from './store-formats.ts'
import { positionRemoval, positionWrite, readPosition, type StorePosition } from './store-positions.ts'
import type { ThreadEnvironment } from '../environment/thread-environment.ts'
import { SkippedRecords } from '../task/skipped-records.ts'
import type { TaskScope } from '../task/task-scope.ts'

export interface GlobalTaskOptions {
  readonly environment: ThreadEnvironment
  readonly subtopologies: readonly Subtopology[]
  readonly storage: StorageEnvironment
}

interface GlobalPartition {
  readonly reader: RecordReader
  readonly source: RunningSource
  readonly partition: TopicPartition
  /** The position in storage; undefined if there is none, or if it cannot be used. */
  stored: StorePosition | undefined
  position: number | undefined
  topicId: string | undefined
  /** Since when a restore that has not ended may have missed deletions. */
  restoringSinceMs: number | undefined
}

/**
 * Fills the global stores of a process (Java: `GlobalStateUpdateTask`). It reads all partitions of their topics from the stored
 * positions on, and gives each record to the processor of its store. It writes no changelog, forwards nothing to other
 * sub-topologies, and commits no offsets to a group.
 */
export class GlobalTask implements Task {
  /** No other task has this id. Metrics of the global stores are counted under it, as in Java. */
  readonly id: TaskId = { subtopology: -1, partition: -1 }
  readonly #scope: TaskScope
  readonly #writer: CheckpointWriter
  readonly #nodes: readonly StoreNode[]
  readonly #topology: ProcessorTopology
  readonly #stores = new Map<string, StateStore>()
  readonly #partitions = new Map<string, GlobalPartition>()
  #formats: StoreFormats | undefined
  #schemas: StoredSchemas | undefined
  #streamTime = -1

  constructor({ environment, subtopologies, storage }: GlobalTaskOptions) {
    const isHandled = environment.globalProcessingHandler === 'processing'
    this.#scope = this.#makeScope(isHandled ? environment : { ...environment, processingHandler: logAndFail }, storage)
    this.#writer = new CheckpointWriter({ ...environment, storage, owner: 'Global stores' })
    this.#nodes = subtopologies.flatMap(({ stores }) => stores)
    this.#topology = new ProcessorTopology({
      nodes: subtopologies.flatMap(({ nodes }) => nodes),
      scope: this.#scope,
      control: {
        store: (name) => this.#stores.get(name),
        schedule: () => ({ cancel: () => undefined }),
        requestCommit: () => undefined,
      },
      collector: new RecordCollector(this.#scope, noOutput),
      globalStores: this.names,
    })
  }

  get names(): ReadonlySet<string> {
    return new Set(this.#nodes.map(({ spec }) => spec.name))
  }

  get topics(): readonly string[] {
    return this.#topology.sources.flatMap(({ node }) => node.topics)
  }

  get partitions(): readonly TopicPartition[] {
    return [...this.#partitions.values()].map(({ partition }) => partition)
  }

  addPartition(partition: TopicPartition): void {
    if (this.#partitions.has(partitionKey(partition))) return
    const source = this.#topology.sources.find(({ node }) => node.topics.includes(partition.topic))
    assert(source !== undefined, `A global task only gets partitions of its topics, and ${partition.topic} is none.`)
    const reader = new RecordReader(source.node, partition, this.#scope)
    const stored = this.#isDurable() ? readPosition(this.#scope.storage, partition) : undefined
    const { offset: position, topicId, sinceMs: restoringSinceMs } = stored ?? {}
    this.#partitions.set(partitionKey(partition), { reader, source, partition, stored, position, topicId, restoringSinceMs })
  }

  /** What storage knows of the partition. */
  stored(partition: TopicPartition): StorePosition | undefined {
    return this.#partition(partition).stored
  }

  /** Removes the stored rows of a topic that it cannot go on with, before `open`. The topic is then processed from the start. */
  forget(topic: string, why: string): void {
    const node = this.#nodes.find(({ changelog }) => changelog?.kind === 'source' && changelog.topic === topic)
    if (node !== undefined) this.#forget(node.spec.name, topic, why)
  }

  /** Called when reading of the partition begins, with the id that the broker gives the topic. */
  begin(partition: TopicPartition, topicId: string | undefined): void {
    const entry = this.#partition(partition)
    entry.topicId = topicId
    entry.restoringSinceMs ??= this.#scope.environment.clock.now()
  }

  /** Called when the stores have all that their topics had: the restore has ended. */
  restored(): void {
    for (const entry of this.#partitions.values()) entry.restoringSinceMs = undefined
  }

  open(): void {
    this.#schemas = storedSchemas(this.#scope.storage, this.#scope.environment.serdes.schemas)
    this.#formats = new StoreFormats(this.#scope.storage)
    for (const { spec, kind, changelog } of this.#nodes) {
      const topic = changelog?.kind === 'source' ? changelog.topic : undefined
      const context = storeContext(spec, topic, undefined, this.#scope)
      if (this.#isDurable() && this.#formats.compare(spec.name, kind.format(spec, context)) !== 'nothing')
        this.#forget(spec.name, topic, 'it has another format than before')
      this.#stores.set(spec.name, kind.open(spec, context))
    }
  }

  restores(): readonly StoreRestore[] {
    return []
  }

  start(): void {
    this.#topology.init()
  }

  store(name: string): StateStore | undefined {
    return this.#stores.get(name)
  }

  fetchPosition(partition: TopicPartition): number {
    return this.#partition(partition).position ?? -1
  }

  reader(partition: TopicPartition): RecordReader {
    return this.#partition(partition).reader
  }

  /** Each record is processed at once: a global task has no queues. */
  addRecords(partition: TopicPartition, batch: RecordBatch, from: number, end: number): void {
    const entry = this.#partition(partition)
    for (let index = from; index < end; index++) this.#process(entry, batch, index)
    entry.position = batch.nextOffset
  }

  get dirtyBytes(): number {
    let bytes = 0
    for (const store of this.#stores.values()) bytes += store.dirtyBytes
    return bytes
  }

  get storeBytes(): number {
    let bytes = 0
    for (const store of this.#stores.values()) bytes += store.heldBytes
    return bytes
  }

  checkpoint(): void {
    if (!this.#writer.isReady) return
    const writes: StorageWrite[] = []
    for (const store of this.#stores.values()) {
      store.flush()
      store.commit()
      store.checkpoint(writes)
    }
    if (this.#isDurable()) writes.push(...this.#positionWrites())
    if (writes.length > 0) this.#formats?.checkpoint(writes)
    if (writes.length > 0) this.#schemas?.checkpoint(writes)
    this.#writer.write(writes, () => {
      this.#formats?.checkpointed()
      this.#schemas?.checkpointed()
      for (const store of this.#stores.values()) store.checkpointed()
    })
  }

  close(): void {
    try {
      this.#topology.close()
    } finally {
      for (const store of this.#stores.values()) store.close()
    }
  }

  #process({ reader, source, partition }: GlobalPartition, batch: RecordBatch, index: number): void {
    const record = reader.deserialize(batch, index)
    if (record === null) return
    if (record.timestamp > this.#streamTime) this.#streamTime = record.timestamp
    this.#scope.current.set(partition.topic, partition.partition, batch.offset(index), record.timestamp, record.headers)
    this.#scope.current.from(batch, index)
    source.process(record)
  }

  /** Removes the stored rows and positions of a store. Its topic is then processed again from the start. */
  #forget(store: string, topic: string | undefined, why: string): void {
    const { storage, environment } = this.#scope
    environment.logger.warn(
      `The stored state of the global store ${store} cannot be used: ${why}. Its topic is read from the start.`,
      {
        store,
      },
    )
    const entries = [...this.#partitions.values()].filter(({ partition }) => partition.topic === topic)
    for (const entry of entries) Object.assign(entry, { stored: undefined, position: undefined, restoringSinceMs: undefined })
    storage.transact([forgetStore(storage, store), ...entries.map(({ partition }) => positionRemoval(storage, partition))])
  }

  #partition(partition: TopicPartition): GlobalPartition {
    const entry = this.#partitions.get(partitionKey(partition))
    assert(entry !== undefined, `The global task does not read ${partitionKey(partition)}.`)
    return entry
  }

  /** True if all stores are on disk. Only then are positions stored, because a store in memory needs its topic from the start. */
  #isDurable(): boolean {
    const { defaultStoreMedium } = this.#scope.environment
    return this.#nodes.every(({ spec }) => storeMedium(spec, defaultStoreMedium) === 'disk')
  }

  #positionWrites(): readonly StorageWrite[] {
    const { storage, environment } = this.#scope
    return [...this.#partitions.values()].flatMap(({ partition, position: offset, topicId, restoringSinceMs }) => {
      const sinceMs = restoringSinceMs ?? environment.clock.now()
      return offset === undefined ? [] : [positionWrite(storage, partition, { offset, sinceMs, topicId })]
    })
  }

  #makeScope(environment: ThreadEnvironment, storage: StorageEnvironment): TaskScope {
    const { id } = this
    const tags = { 'thread-id': `${environment.threadId}-global`, 'task-id': taskIdString(id) }
    const droppedRecords = environment.metrics.counter('dropped-records', 'stream-task-metrics', tags)
    const sendDeadLetter = noDeadLetters(environment.logger)
    const current = new CurrentRecord('not kept')
    const streamTime = (): number => this.#streamTime
    const skipped = new SkippedRecords({ ...environment, current, dropped: droppedRecords, streamTime })
    return { environment, id, storage, current, droppedRecords, skipped, sendDeadLetter, shared: new Map(), streamTime }
  }
}

const noOutput: RecordOutput = { topic: refuseOutput, changelog: refuseOutput }

function refuseOutput(name: string): never {
  throw new TypeError(`A global processor writes to its store only, and not to ${name}.`)
}
