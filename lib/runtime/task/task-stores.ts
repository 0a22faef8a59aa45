import { ProcessorStateError } from '../../model/errors.ts'
import { taskIdString } from '../../model/task-id.ts'
import { partitionKey, type TopicPartition } from '../../model/topic-partition.ts'
import type { RestoreBudget } from '../../state/restore-budget.ts'
import type { ChangelogRecord, StateStore, StateStoreContext } from '../../state/state-store.ts'
import { forgetStore, tablesOf } from '../../state/forget-store.ts'
import { storeMedium } from '../../state/store-medium.ts'
import type { StorageWrite } from '../../storage/storage.ts'
import { changelogTopicOf } from '../../topology/changelog-topic.ts'
import type { SourceNode, StoreNode } from '../../topology/topology-plan.ts'
import { storedSchemas, type StoredSchemas } from '../serdes/known-schemas.ts'
import type { ChangelogOutput } from '../output/task-changelogs.ts'
import { RecordReader } from './record-reader.ts'
import { meteredStore } from '../metrics/metered-store.ts'
import { whileFlushing } from '../errors/processing-error.ts'
import { BoundSerde } from '../serdes/serialization.ts'
import { storeContext } from './store-context.ts'
import type { Changelog, RestoredRecord } from '../restore/changelog.ts'
import { checkpointBytes } from '../restore/checkpoint-bytes.ts'
import { CheckpointWriter } from '../restore/checkpoint-writer.ts'
import { RestorePace } from '../restore/restore-pace.ts'
import { SourceChangelog } from '../restore/source-changelog.ts'
import { StoreFormats } from '../restore/store-formats.ts'
import { positionRemoval, positionWrite, readPosition, type StorePosition } from '../restore/store-positions.ts'
import { taskTags, type TaskScope } from './task-scope.ts'

/** The rows of a slice of a checkpoint: 2 to 5 ms on LMDB. */
const sliceRows = 1500

/** A checkpoint of more than this is written in slices also while a restore goes on. */
const slicedBytes = 1024 * 1024

const oneRecord: RestoreBudget = { spend: () => false }

/** A restore ends if it holds more than this because storage is full. */
const dirtyBytesMax = 64 * 1024 * 1024

/** A store with its changelog, if it has one. */
interface OpenStore {
  readonly node: StoreNode
  readonly store: StateStore
  readonly changelog: TopicPartition | undefined
  /**
   * Set if the changelog is a source topic: a restore reads its records through it. Undefined: records are restored as they are.
   */
  readonly source: SourceChangelog | undefined
  /** True if the store is on disk. Only then is its position stored. */
  readonly isDurable: boolean
  /** The changelog offset up to which the committed rows of the store reach; undefined while it has none. */
  position: number | undefined
  /** The position in storage when the store was opened. */
  readonly stored: StorePosition | undefined
  /** The id of the changelog; undefined if the broker gives none. */
  topicId: string | undefined
  /** Since when a restore that has not ended may have missed deletions. Undefined: the store has all of its changelog. */
  restoringSinceMs: number | undefined
}

/** The changelog that must be read before a store is complete. */
export interface StoreRestore {
  readonly storeName: string
  readonly partition: TopicPartition
  /** Undefined: from the start of the changelog. */
  readonly from: number | undefined
  /** What storage knew of the changelog when the store was opened. */
  readonly stored: StorePosition | undefined
  /** Called when the restore begins. */
  readonly begin: Changelog['begin'] & {}
  /** True if the changelog is a source topic. Only its records before the committed offset belong to the store. */
  readonly isSource: boolean
  /** `all` if more than the last record of a key matters. */
  readonly records: 'last-of-key' | 'all'
  /** Lets the store's serdes fetch what they need to read these records. */
  readonly prepare: Changelog['prepare'] & {}
  /** Of records that follow those of the call before, those that the store took, in its own bytes. */
  readonly accept: Changelog['accept'] & {}
  /** Stores what is restored so far. */
  readonly relieve: Changelog['relieve'] & {}
  /** Applies accepted records, and stores them if it is time. Returns the offset that it has reached. */
  readonly restore: Changelog['apply']
}

export interface TaskStoresOptions {
  readonly nodes: readonly StoreNode[]
  readonly scope: TaskScope
  readonly changelogs: ChangelogOutput
  /** The source node of a topic that also serves as a changelog. */
  readonly sourceOf: (topic: string) => SourceNode
}

/**
 * The stores of one task and their positions. A checkpoint writes the rows and positions of all stores in one transaction. So after
 * a crash storage has both or neither, and missing rows are restored from the changelog.
 */
export class TaskStores {
  readonly #options: TaskStoresOptions
  readonly #scope: TaskScope
  readonly #stores = new Map<string, OpenStore>()
  readonly #pace: RestorePace
  readonly #writer: CheckpointWriter
  /** The checkpoint that is under way. */
  #slices: Generator<void, void> | undefined
  #formats: StoreFormats | undefined
  #schemas: StoredSchemas | undefined

  constructor(options: TaskStoresOptions) {
    this.#options = options
    this.#scope = options.scope
    const { environment, storage, id } = options.scope
    this.#pace = new RestorePace(environment.clock)
    this.#writer = new CheckpointWriter({ ...environment, storage, owner: `Task ${taskIdString(id)}` })
  }

  open(): void {
    const { nodes } = this.#options
    if (nodes.length === 0) return
    this.#schemas = storedSchemas(this.#scope.storage, this.#scope.environment.serdes.schemas)
    this.#formats = new StoreFormats(this.#scope.storage)
    for (const node of nodes) this.#stores.set(node.spec.name, this.#open(node))
  }

  get(name: string): StateStore | undefined {
    return this.#stores.get(name)?.store
  }

  all(): readonly StateStore[] {
    return [...this.#stores.values()].map(({ store }) => store)
  }

  get dirtyBytes(): number {
    let bytes = 0
    for (const { store } of this.#stores.values()) bytes += store.dirtyBytes
    return bytes
  }

  get heldBytes(): number {
    let bytes = 0
    for (const { store } of this.#stores.values()) bytes += store.heldBytes
    return bytes
  }

  get isCheckpointDue(): boolean {
    return this.dirtyBytes >= checkpointBytes
  }

  restores(): readonly StoreRestore[] {
    return [...this.#stores.values()].flatMap((open) => {
      const { node, store, changelog: partition, source, position: from } = open
      if (partition === undefined) return []
      const isSource = node.changelog?.kind === 'source'
      return {
        storeName: store.name,
        partition,
        from,
        stored: open.stored,
        begin: (topicId) => this.#begin(open, topicId),
        isSource,
        records: source === undefined ? node.kind.restores : 'all',
        restore: (records, nextOffset) => this.#restore(open, records, nextOffset),
        relieve: () => {
          if (this.dirtyBytes > 0) this.beginCheckpoint()
        },
        accept: (records) => this.#accept(open, partition, records),
        prepare: (records) => source?.prepare(records) ?? this.#prepare(open, partition, records),
      }
    })
  }

  /**
   * Called when all restores have ended: from now on the stores have all of their changelogs. Their rows are stored at once: where brokers
   * fail before the task can start, the next restore goes on from here.
   */
  restored(): void {
    for (const open of this.#stores.values()) open.restoringSinceMs = undefined
    this.beginCheckpoint()
  }

  /** Flushes all caches and buffers: their updates go to the changelogs and downstream. */
  flush(): void {
    const stores = [...this.#stores.values()]
    for (const { node, store } of stores) if (node.kind.flushes === 'first') flushStore(store)
    for (const { node, store } of stores) if (node.kind.flushes === 'last') flushStore(store)
  }

  /**
   * Called when the Kafka commit has succeeded. `sourceOffset` gives the committed offset of a source topic that serves as
   * changelog.
   */
  commit(sourceOffset: (topic: string) => number | undefined): void {
    for (const open of this.#stores.values()) {
      open.store.commit()
      if (open.changelog === undefined) continue
      const { topic } = open.changelog
      const isSource = open.node.changelog?.kind === 'source'
      const next = isSource ? sourceOffset(topic) : this.#options.changelogs.nextOffset(topic)
      if (next !== undefined && next > (open.position ?? 0)) open.position = next
    }
  }

  /** Whether all stores can go back to the last commit. */
  get canRollBack(): boolean {
    return this.all().every(({ rollBack }) => rollBack !== undefined)
  }

  /** Takes back all writes since the last commit. Positions are of that commit. */
  rollBack(): void {
    this.#endCheckpoint()
    for (const store of this.all()) store.rollBack?.()
  }

  /** Writes the committed rows and positions to storage, at once. If that is full, they wait for a later checkpoint. */
  checkpoint(): void {
    this.#endCheckpoint()
    this.beginCheckpoint()
    this.#endCheckpoint()
  }

  /**
   * Writes the committed rows and positions to storage. Many rows are written in slices: one by each `continueCheckpoint`. Does nothing
   * while that is under way.
   */
  beginCheckpoint(): void {
    if (this.#stores.size === 0 || this.#slices !== undefined || !this.#writer.isReady) return
    this.#slices = this.#checkpoint()
    this.continueCheckpoint()
  }

  /** Writes the next slice of a checkpoint. Returns whether one is still under way. */
  continueCheckpoint(): boolean {
    if (this.#slices?.next().done !== false) this.#slices = undefined
    return this.#slices !== undefined
  }

  /** What is committed is stored, also where the task ends for a failure. */
  close(): void {
    try {
      this.#endCheckpoint()
    } finally {
      for (const { store } of this.#stores.values()) store.close()
    }
  }

  #endCheckpoint(): void {
    while (this.continueCheckpoint());
  }

  /**
   * A store whose rows a replay of its changelog writes again is stored in slices. The positions, those of the beginning, follow in the last
   * transaction, with all that goes together.
   */
  *#checkpoint(): Generator<void, void> {
    const last: StorageWrite[] = []
    const sliced: Generator<StorageWrite[], void>[] = []
    for (const { store, changelog } of this.#stores.values()) {
      const slices = changelog === undefined ? undefined : store.checkpointSlices?.(sliceRows, last)
      if (slices === undefined) store.checkpoint(last)
      else sliced.push(slices)
    }
    for (const open of this.#stores.values()) last.push(...this.#positionWrites(open))
    if (last.length > 0) this.#formats?.checkpoint(last)
    if (last.length > 0) this.#schemas?.checkpoint(last)
    for (const slices of sliced)
      for (const writes of slices) {
        if (writes.length > 0 && !this.#writer.write(writes, nothing)) return
        yield
      }
    this.#writer.write(last, () => {
      this.#formats?.checkpointed()
      this.#schemas?.checkpointed()
      for (const { store } of this.#stores.values()) store.checkpointed()
    })
  }

  #open(node: StoreNode): OpenStore {
    const changelog = this.#changelog(node)
    const isDurable = storeMedium(node.spec, this.#scope.environment.defaultStoreMedium) === 'disk'
    const context = this.#context(node)
    if (isDurable) this.#checkFormat(node, changelog, context)
    const stored = changelog === undefined || !isDurable ? undefined : readPosition(this.#scope.storage, changelog)
    if (changelog !== undefined && isDurable && stored === undefined) this.#forgetUnplaced(node.spec.name)
    const store = this.#metered(node.kind.open(node.spec, context))
    const { offset: position, sinceMs: restoringSinceMs, topicId } = stored ?? {}
    return { node, store, changelog, source: this.#source(node), isDurable, stored, position, topicId, restoringSinceMs }
  }

  #metered(store: StateStore): StateStore {
    const { environment, id } = this.#scope
    if (environment.metrics.level !== 'debug') return store
    const medium = storeMedium(store.spec, environment.defaultStoreMedium)
    return meteredStore(store, { ...environment, tags: taskTags(environment, id), medium })
  }

  #begin(open: OpenStore, topicId: string | undefined): void {
    open.topicId = topicId
    open.restoringSinceMs ??= this.#scope.environment.clock.now()
  }

  #positionWrites({ changelog, isDurable, position: offset, topicId, restoringSinceMs }: OpenStore): StorageWrite[] {
    if (changelog === undefined || !isDurable || offset === undefined) return []
    const sinceMs = restoringSinceMs ?? this.#scope.environment.clock.now()
    return [positionWrite(this.#scope.storage, changelog, { offset, sinceMs, topicId })]
  }

  /**
   * Stored rows of another format are removed and restored from the changelog, which is the same for all formats of a kind of
   * store.
   */
  #checkFormat({ spec, kind }: StoreNode, changelog: TopicPartition | undefined, context: StateStoreContext): void {
    const { storage, environment } = this.#scope
    const { name } = spec
    const format = kind.format(spec, context)
    const changed = this.#formats!.compare(name, format)
    if (changed === 'nothing') return
    if (changed === 'changelog') throw this.#formats!.kindChanged(name, format)
    if (changelog === undefined) throw this.#formats!.rowsChanged(name, format)
    const message = `The rows of the store ${name} are now ${format.rows}: they are restored from ${partitionKey(changelog)}.`
    environment.logger.info(message, { store: name, ...format, ...changelog })
    storage.transact([forgetStore(storage, name), positionRemoval(storage, changelog)])
  }

  /**
   * Removes rows that a checkpoint stored in slices before its end, the first one of the store: nobody knows how old they are. A restore
   * from the start of the changelog would keep a row whose deletion has been compacted away.
   */
  #forgetUnplaced(store: string): void {
    const { storage } = this.#scope
    if (tablesOf(storage, store).length > 0) storage.transact([forgetStore(storage, store)])
  }

  #accept(open: OpenStore, partition: TopicPartition, records: readonly RestoredRecord[]): readonly RestoredRecord[] {
    const accepted = open.source?.accepted(records) ?? records
    if (accepted.length < records.length) this.#logRefused(open.store, partition, records.length - accepted.length)
    checkKind(open.node, partition, accepted)
    return accepted
  }

  /** A checkpoint in the midst of a restore is one of its own right: rows and positions belong together, and a restart goes on there. */
  #restore(open: OpenStore, records: readonly RestoredRecord[], nextOffset: number): number {
    const budget = this.#isBehind() ? oneRecord : this.#pace.budget()
    const applied = records.length === 0 ? 0 : open.store.restore(records, budget)
    open.position = records[applied]?.offset ?? nextOffset
    this.#storeRestored()
    const { full } = this.#writer
    if (full !== undefined && this.dirtyBytes > dirtyBytesMax) throw full
    return open.position
  }

  /**
   * Small checkpoints cost more for each row. So of much in memory an eighth waits for one, which is written in slices. Of little it is written
   * at once, as soon as it takes long enough.
   */
  #storeRestored(): void {
    const waitingBytes = this.heldBytes / 8
    if (waitingBytes < slicedBytes) this.#pace.checkpointIfDue(this.dirtyBytes, () => this.checkpoint())
    else if (this.dirtyBytes >= waitingBytes) this.beginCheckpoint()
  }

  /** Writes a slice of the checkpoint that is under way. Returns whether the restore has to wait for more of them. */
  #isBehind(): boolean {
    return this.continueCheckpoint() && this.dirtyBytes > this.heldBytes / 4
  }

  #logRefused({ name: store }: StateStore, partition: TopicPartition, refused: number): void {
    const message = `The restore of the store ${store} left out ${refused} records of ${partitionKey(partition)}, as its source had done.`
    this.#scope.environment.logger.info(message, { store, ...partition, refused })
  }

  async #prepare({ node, store }: OpenStore, { topic }: TopicPartition, records: readonly ChangelogRecord[]): Promise<void> {
    const { key, value } = this.#serdes(node, topic)
    const keys = records.map((record) => record.key)
    const values = records.flatMap((record) => store.valuesIn?.(record) ?? record.value ?? [])
    await key.serde.prepareRead?.(keys, key.context)
    await value.serde.prepareRead?.(values, value.context)
  }

  #serdes({ spec }: StoreNode, topic: string): { readonly key: BoundSerde; readonly value: BoundSerde } {
    const { serdes } = this.#scope.environment
    return {
      key: new BoundSerde(serdes.key(spec.key, spec.name), topic, 'key'),
      value: new BoundSerde(serdes.value(spec.value, spec.name), topic, 'value'),
    }
  }

  #changelog(node: StoreNode): TopicPartition | undefined {
    const topic = changelogTopicOf(node)
    return topic === undefined ? undefined : { topic, partition: this.#scope.id.partition }
  }

  /**
   * The source changelog of a store; undefined if it has none. In `java` no store has one: Java restores the bytes of a source
   * topic as they are, even those that the source refused.
   */
  #source(node: StoreNode): SourceChangelog | undefined {
    const partition = this.#changelog(node)
    if (partition === undefined || node.changelog?.kind !== 'source') return undefined
    if (this.#scope.environment.compatibility === 'java') return undefined
    const reader = new RecordReader(this.#options.sourceOf(partition.topic), partition, this.#scope)
    const { key, value } = this.#serdes(node, partition.topic)
    return new SourceChangelog(reader, key, value, node.kind.changelog.keys)
  }

  #context({ spec, changelog }: StoreNode): StateStoreContext {
    const sink = changelog?.kind === 'internal' ? this.#options.changelogs.sink(changelog.topic.name) : undefined
    const context = storeContext(spec, changelogTopicOf({ changelog }), sink, this.#scope)
    return { ...context, isTransactional: this.#scope.environment.processingGuarantee === 'exactly_once_v2' }
  }
}

function flushStore(store: StateStore): void {
  try {
    store.flush()
  } catch (error) {
    throw whileFlushing(error, store.name)
  }
}

/**
 * A store in memory has no stored format that names its kind. But the changelog records of another kind can often be recognized.
 */
function checkKind({ spec, kind }: StoreNode, partition: TopicPartition, records: readonly ChangelogRecord[]): void {
  const { changelog } = kind
  if (records.every((record) => changelog.holds(record))) return
  const message =
    `The store ${spec.name} is a ${spec.kind} store, but its changelog ${partitionKey(partition)} was written by another kind of store: ` +
    'give it another name, or remove the changelog topic.'
  throw new ProcessorStateError('STREAMS_STORE_KIND_CHANGED', message, {
    facts: { store: spec.name, kind: spec.kind, ...partition },
  })
}

function nothing(): void {}
