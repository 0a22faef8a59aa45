import type { TopicPartition } from '../../model/topic-partition.ts'
import type { ChangelogRecord, StateStore, StateStoreContext } from '../../state/state-store.ts'
import type { StoreKind } from '../../state/store-kind.ts'
import { storeMedium } from '../../state/store-medium.ts'
import type { StorageWrite } from '../../storage/storage.ts'
import type { StoreNode } from '../../topology/topology-plan.ts'
import { storedSchemas, type StoredSchemas } from '../serdes/known-schemas.ts'
import type { RecordCollector } from '../output/record-collector.ts'
import { whileFlushing } from '../errors/processing-error.ts'
import { BoundSerde } from '../serdes/serialization.ts'
import { storeContext } from './store-context.ts'
import { positionWrite, readPosition } from '../restore/store-positions.ts'
import type { TaskScope } from './task-scope.ts'

/** A store with its changelog, where it has one. */
interface OpenStore {
  readonly store: StateStore
  readonly kind: StoreKind
  readonly changelog: string | undefined
  /** The source topic is the changelog: it is read, never written. */
  readonly isSource: boolean
  /** Its writes reach storage, so its position may. */
  readonly isDurable: boolean
  /** Changelog offset up to which the committed generation goes; undefined while nothing was read or written. */
  position: number | undefined
}

/** What has to be read before a store is complete. */
export interface StoreRestore {
  readonly storeName: string
  readonly partition: TopicPartition
  /** Undefined: from the start of the changelog. */
  readonly from: number | undefined
  /** The changelog is a source topic: it belongs to the store up to what is committed of it. */
  readonly isSource: boolean
  /** Which records matter: all, where more than the last of a key says something. */
  readonly records: 'last-of-key' | 'all'
  readonly restore: (records: readonly ChangelogRecord[], nextOffset: number) => void
  /** Lets the store's serdes fetch what they need to read these records. */
  readonly prepare: (records: readonly ChangelogRecord[]) => Promise<void>
}

/** Checkpoint when this much would be freed by it. */
const checkpointBytes = 16 * 1024 * 1024

/**
 * The stores of one task and their positions. What a checkpoint gives to storage, data and positions of all stores, is one
 * transaction: a process that dies has both or neither, and what is missing is replayed from the changelog.
 */
export class TaskStores {
  readonly #nodes: readonly StoreNode[]
  readonly #scope: TaskScope
  readonly #collector: RecordCollector
  readonly #stores = new Map<string, OpenStore>()
  #schemas: StoredSchemas | undefined

  constructor(nodes: readonly StoreNode[], scope: TaskScope, collector: RecordCollector) {
    this.#nodes = nodes
    this.#scope = scope
    this.#collector = collector
  }

  open(): void {
    if (this.#nodes.length > 0) this.#schemas = storedSchemas(this.#scope)
    for (const node of this.#nodes) {
      const changelog = changelogTopic(node)
      const { kind } = node
      const store = kind.open(node.spec, this.#context(node))
      const isDurable = mediumOf(node, this.#scope) === 'disk'
      const position =
        changelog === undefined || !isDurable ? undefined : readPosition(this.#scope.storage, this.#partition(changelog))
      this.#stores.set(store.name, { store, kind, changelog, isSource: node.changelog?.kind === 'source', isDurable, position })
    }
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

  get isCheckpointDue(): boolean {
    return this.dirtyBytes >= checkpointBytes
  }

  restores(): readonly StoreRestore[] {
    return [...this.#stores.values()].flatMap((open) => {
      if (open.changelog === undefined) return []
      return [
        {
          storeName: open.store.name,
          partition: this.#partition(open.changelog),
          from: open.position,
          isSource: open.isSource,
          records: open.kind.restores,
          restore: restoreInto(open),
          prepare: (records) => this.#prepare(open.store, open.changelog!, records),
        },
      ]
    })
  }

  /** Caches give up what they hold, to changelogs and downstream. */
  flush(): void {
    const stores = [...this.#stores.values()]
    for (const { store, kind } of stores) if (kind.flushes === 'first') flushStore(store)
    for (const { store, kind } of stores) if (kind.flushes === 'last') flushStore(store)
  }

  /** The Kafka commit has succeeded. `sourceOffset` is what was committed of a source topic that is a changelog. */
  commit(sourceOffset: (topic: string) => number | undefined): void {
    for (const open of this.#stores.values()) {
      open.store.commit()
      if (open.changelog === undefined) continue
      const next = open.isSource ? sourceOffset(open.changelog) : this.#collector.changelogOffset(open.changelog)
      if (next !== undefined && next > (open.position ?? 0)) open.position = next
    }
  }

  /** Gives the committed writes and positions to storage. */
  checkpoint(): void {
    if (this.#stores.size === 0) return
    const writes: StorageWrite[] = []
    for (const { store } of this.#stores.values()) store.checkpoint(writes)
    for (const { changelog, isDurable, position } of this.#stores.values())
      if (changelog !== undefined && isDurable && position !== undefined)
        writes.push(positionWrite(this.#scope.storage, this.#partition(changelog), position))
    if (writes.length > 0) this.#schemas?.checkpoint(writes)
    if (writes.length > 0) this.#scope.storage.transact(writes)
    for (const { store } of this.#stores.values()) store.checkpointed()
  }

  close(): void {
    for (const { store } of this.#stores.values()) store.close()
  }

  async #prepare(store: StateStore, changelog: string, records: readonly ChangelogRecord[]): Promise<void> {
    const { spec } = store
    const { serdes } = this.#scope.environment
    const key = new BoundSerde(serdes.key(spec.key, spec.name), changelog, 'key')
    const value = new BoundSerde(serdes.value(spec.value, spec.name), changelog, 'value')
    const keys = records.map((record) => record.key)
    const values = records.flatMap((record) => store.valuesIn?.(record) ?? record.value ?? [])
    await key.serde.prepareRead?.(keys, key.context)
    await value.serde.prepareRead?.(values, value.context)
  }

  #partition(changelog: string): TopicPartition {
    return { topic: changelog, partition: this.#scope.id.partition }
  }

  #context({ spec, changelog }: StoreNode): StateStoreContext {
    const sink = changelog?.kind === 'internal' ? this.#collector.changelog(changelog.topic.name) : undefined
    return storeContext(spec, changelog?.kind === 'source' ? changelog.topic : undefined, sink, this.#scope)
  }
}

function flushStore(store: StateStore): void {
  try {
    store.flush()
  } catch (error) {
    throw whileFlushing(error, store.name)
  }
}

function restoreInto(open: OpenStore): StoreRestore['restore'] {
  return (records, nextOffset) => {
    if (records.length > 0) open.store.restore(records)
    open.position = nextOffset
  }
}

function changelogTopic({ changelog }: StoreNode): string | undefined {
  if (changelog === undefined) return undefined
  return changelog.kind === 'source' ? changelog.topic : changelog.topic.name
}

function mediumOf({ spec }: StoreNode, { environment }: TaskScope): 'memory' | 'disk' {
  return storeMedium(spec, environment.defaultStoreMedium)
}
