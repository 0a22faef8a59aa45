import { MemoryMetrics } from './metrics/memory-metrics.ts'
import type { Metric, Metrics } from './metrics/metrics.ts'
import { InvalidStateStoreError, StreamsError, TaskCorruptedError, TaskMigratedError } from './model/errors.ts'
import { taskIdString } from './model/task-id.ts'
import type { TopicPartition } from './model/topic-partition.ts'
import { sleep } from './clock/clock.ts'
import { compositeStore, type ReadOnlyStore } from './query/composite-store.ts'
import type { StateRestoreListener } from './runtime/restore/changelog.ts'
import { checkSerdes } from './runtime/serdes/check-serdes.ts'
import { GlobalThread } from './runtime/restore/global-thread.ts'
import { applicationEnvironment } from './runtime/environment/application-environment.ts'
import type { OpenStreamThread } from './runtime/loop/open-stream-thread.ts'
import { fetchLimits, openStreamThread } from './runtime/loop/open-stream-thread.ts'
import { configuredSerdes } from './runtime/serdes/configured-serdes.ts'
import type { SerdeResolver } from './runtime/serdes/serde-resolver.ts'
import { StateDirectory } from './runtime/restore/state-directory.ts'
import type { ThreadState } from './runtime/loop/stream-thread.ts'
import type { GlobalStores } from './runtime/task/stream-task.ts'
import type { ResolvedConfig, StreamsConfig, StreamsState } from './runtime/streams-config.ts'
import { resolveConfig } from './runtime/streams-config.ts'
import type { ThreadEnvironment } from './runtime/environment/thread-environment.ts'
import { RecordCacheBudget } from './state/layers/record-cache.ts'
import type { ReadOnlyKeyValueStore } from './state/key-value/key-value-store.ts'
import type { StateStore } from './state/state-store.ts'
import type {
  KeyValueStoreSpec,
  SessionStoreSpec,
  StoreSpec,
  VersionedKeyValueStoreSpec,
  WindowStoreSpec,
} from './state/store-spec.ts'
import { storeKinds } from './state/store-kinds.ts'
import type { StoreView } from './state/store-views.ts'
import type { ReadOnlySessionStore } from './state/session/session-store.ts'
import type { ReadOnlyVersionedKeyValueStore } from './state/versioned/versioned-key-value-store.ts'
import type { ReadOnlyWindowStore } from './state/window/window-store.ts'
import type { StorageFactory } from './storage/storage.ts'
import type { Topology } from './topology/topology.ts'
import type { TopologyPlan } from './topology/topology-plan.ts'
import type { Admin } from './transport/admin.ts'
import type { Cluster } from './transport/cluster.ts'

/** A task of this process. */
export interface LocalTask {
  /** `subtopology_partition`. */
  readonly taskId: string
  readonly state: 'created' | 'restoring' | 'running' | 'closed'
  readonly partitions: readonly TopicPartition[]
}

interface Started {
  readonly cluster: Cluster
  readonly admin: Admin
  readonly environment: ThreadEnvironment
  readonly directory: StateDirectory
  readonly global: GlobalThread | null
  /** Closes directory and admin. */
  readonly opened: AsyncDisposableStack
}

const noGlobalStores: GlobalStores = { names: new Set(), store: () => undefined }

/**
 * Runs a topology on a cluster, together with all other processes of the same `applicationId` (Java: `KafkaStreams`).
 *
 * @example
 * await using streams = new KafkaStreams(builder.build(), { applicationId: 'word-count', bootstrapServers: '127.0.0.1:9092' })
 * await streams.start()
 */
export class KafkaStreams implements AsyncDisposable {
  readonly #config: ResolvedConfig
  readonly #plan: TopologyPlan
  readonly #metrics: Metrics
  readonly #serdes: SerdeResolver
  readonly #stopping = new AbortController()
  #state: StreamsState = 'created'
  #starting: Promise<void> | null = null
  #started: Started | null = null
  #open: OpenStreamThread | null = null
  #running: Promise<void> = Promise.resolve()
  #closing: Promise<void> | null = null

  /** Nothing is opened yet. Throws a `ConfigError` that names the key, or a `TopologyError`; `STREAMS_SERDE_MISSING` names all places. */
  constructor(topology: Topology, config: StreamsConfig) {
    this.#config = resolveConfig(config)
    const { applicationId, compatibility, windowStoreChangelogAdditionalRetentionMs, topicConfig } = this.#config
    this.#plan = topology.plan(applicationId, { compatibility, windowStoreChangelogAdditionalRetentionMs, topicConfig })
    this.#metrics = this.#config.metrics ?? new MemoryMetrics()
    this.#serdes = configuredSerdes(this.#config)
    checkSerdes(this.#plan, this.#serdes)
  }

  get state(): StreamsState {
    return this.#state
  }

  /**
   * Connects, makes internal topics, restores global stores, and begins to process. Resolves when the application has asked to
   * join its group; `onStateChange` tells when tasks run.
   *
   * Rejects, with everything closed, where a broker cannot be reached (`TransportError`), a topic is missing
   * (`STREAMS_MISSING_SOURCE_TOPIC`), joined topics differ in partitions (`STREAMS_NOT_COPARTITIONED`), or the state directory
   * is in use (`LockError`).
   */
  async start(): Promise<void> {
    if (this.#starting !== null) throw new TypeError('An application is started once: make another.')
    this.#setState('rebalancing')
    this.#starting = this.#start()
    await this.#starting
  }

  /** Commits, leaves the group and closes all. Idempotent; does not reject. */
  async close(): Promise<void> {
    this.#closing ??= this.#close()
    await this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** The tasks of this process, in order of their ids. */
  localTasks(): readonly LocalTask[] {
    const tasks = this.#open?.tasks.all ?? []
    return tasks.map(({ id, state, partitions }) => ({ taskId: taskIdString(id), state, partitions }))
  }

  metrics(): readonly Metric[] {
    return this.#metrics.all()
  }

  /**
   * What this process has of a store, read only, always as it is now: the partitions of its running tasks, or all of a global
   * store. Reading throws an `InvalidStateStoreError` while there is none: `STREAMS_STORE_UNKNOWN`, or `STREAMS_STORE_NOT_AVAILABLE` (not
   * started, rebalancing, or all partitions elsewhere).
   */
  store<K, V>(store: WindowStoreSpec<K, V>): ReadOnlyWindowStore<K, V>
  store<K, V>(store: SessionStoreSpec<K, V>): ReadOnlySessionStore<K, V>
  store<K, V>(store: VersionedKeyValueStoreSpec<K, V>): ReadOnlyVersionedKeyValueStore<K, V>
  store<K, V>(store: KeyValueStoreSpec<K, V> | string): ReadOnlyKeyValueStore<K, V>
  store<K, V>(
    store: KeyValueStoreSpec<K, V> | WindowStoreSpec<K, V> | SessionStoreSpec<K, V> | VersionedKeyValueStoreSpec<K, V> | string,
  ): ReadOnlyStore<K, V> {
    const { name, kind } = typeof store === 'string' ? { name: store, kind: 'key-value' as const } : store
    return compositeStore(viewOf(name, kind), () => this.#storesNamed(name, kind))
  }

  async #start(): Promise<void> {
    try {
      this.#started = await this.#openShared()
      await this.#started.global?.restore()
      if (this.#stopping.signal.aborted) return
      this.#open = await this.#openThread(this.#started)
      this.#running = this.#supervise(this.#started, this.#open)
    } catch (error) {
      await this.#closeShared('nothing')
      this.#setState(this.#stopping.signal.aborted ? 'pending-shutdown' : 'pending-error')
      this.#setState(this.#stopping.signal.aborted ? 'not-running' : 'error')
      throw error
    }
  }

  async #openShared(): Promise<Started> {
    const { applicationId } = this.#config
    const cluster = await openCluster(this.#config)
    const storage = await openStorage(this.#config)
    await using opened = new AsyncDisposableStack()
    const directory = opened.adopt(new StateDirectory(storage, applicationId, cluster.chance), (each) =>
      each.close().catch((error: unknown) => this.#logFailure(error)),
    )
    const clientId = this.#config.clientId ?? `${applicationId}-${directory.processId}`
    const admin = opened.adopt(await cluster.admin({ clientId: `${clientId}-admin` }), (each) => each.close())
    const environment: ThreadEnvironment = {
      ...applicationEnvironment(this.#config, this.#serdes, storage),
      threadId: `${clientId}-StreamThread-1`,
      clock: this.#config.clock ?? cluster.clock,
      metrics: this.#metrics,
      logger: this.#config.logger,
      cache: new RecordCacheBudget(this.#config.statestoreCacheMaxBytes),
    }
    const global = await this.#openGlobal(cluster, admin, environment, directory)
    return { cluster, admin, environment, directory, global, opened: opened.move() }
  }

  async #openGlobal(
    cluster: Cluster,
    admin: Admin,
    environment: ThreadEnvironment,
    directory: StateDirectory,
  ): Promise<GlobalThread | null> {
    const subtopologies = this.#plan.subtopologies.filter(({ kind }) => kind === 'global')
    if (subtopologies.length === 0) return null
    const fetcher = await cluster.fetcher({ clientId: `${environment.threadId}-GlobalStreamThread` })
    const { retryBackoffMs, commitIntervalMs: checkpointIntervalMs } = this.#config
    const limits = fetchLimits(this.#config)
    const storage = directory.openGlobal()
    return new GlobalThread({ environment, subtopologies, storage, admin, fetcher, limits, retryBackoffMs, checkpointIntervalMs })
  }

  #openThread({ cluster, admin, environment, directory, global }: Started): Promise<OpenStreamThread> {
    return openStreamThread({
      plan: this.#plan,
      config: this.#config,
      cluster,
      admin,
      environment,
      directory,
      globalStores: global?.stores ?? noGlobalStores,
      restoreListener: this.#restoreListener(environment),
      onStateChange: (state) => this.#onThreadState(state),
    })
  }

  /** Runs until the application is closed, or has failed for good. Does not reject. */
  async #supervise(started: Started, first: OpenStreamThread): Promise<void> {
    const global = this.#watchGlobal(started)
    let open: OpenStreamThread | undefined = first
    while (open !== undefined && global.failure === undefined) {
      const failure = await failureOf(open.run())
      if (global.failure === undefined && failure === null) return
      const answer = this.#decide(global.failure ?? failure?.error)
      if (answer === 'shutdown-application') await this.#stopApplication(started)
      // What keeps the global stores cannot be replaced, as in Java: tasks would read stores that stand still.
      if (answer !== 'replace-thread' || global.failure !== undefined) break
      open = await this.#replaceThread(started)
      if (this.#stopping.signal.aborted) return
    }
    await this.#fail()
  }

  /** The global stores run until `stop`; their failure ends the thread. */
  #watchGlobal({ global }: Started): { readonly failure: unknown } {
    const watched: { failure: unknown } = { failure: undefined }
    void global?.run().catch((error: unknown) => {
      watched.failure = error
      return this.#open?.thread.leave()
    })
    return watched
  }

  async #replaceThread(started: Started): Promise<OpenStreamThread | undefined> {
    this.#setState('rebalancing')
    await sleep(started.environment.clock, this.#config.retryBackoffMs, this.#stopping.signal)
    if (this.#stopping.signal.aborted) return undefined
    const open = await this.#openThread(started).catch((error: unknown) => void this.#logFailure(error))
    if (open !== undefined) this.#open = open
    return open
  }

  #decide(error: unknown): ReturnType<NonNullable<StreamsConfig['uncaughtExceptionHandler']>> {
    this.#logFailure(error)
    if (this.#stopping.signal.aborted) return 'shutdown-client'
    if (error instanceof StreamsError && error.code === 'STREAMS_SHUTDOWN_REQUESTED') return 'shutdown-client'
    if (error instanceof TaskMigratedError || error instanceof TaskCorruptedError) return 'replace-thread'
    return this.#config.uncaughtExceptionHandler?.(error) ?? 'shutdown-client'
  }

  #logFailure(error: unknown): void {
    const facts = error instanceof StreamsError ? { code: error.code, ...error.facts } : {}
    this.#config.logger.error(`Processing has ended: ${error instanceof Error ? error.message : String(error)}`, facts)
  }

  /** Joins once more, only to tell the group. */
  async #stopApplication(started: Started): Promise<void> {
    const failure = await failureOf(this.#openThread(started).then(runMessenger))
    if (failure !== null) this.#logFailure(failure.error)
  }

  async #fail(): Promise<void> {
    if (this.#stopping.signal.aborted) return
    this.#setState('pending-error')
    await this.#closeShared('nothing')
    this.#setState('error')
  }

  async #close(): Promise<void> {
    this.#stopping.abort()
    if (this.#starting === null) return this.#setState('not-running')
    const isOver = this.#state === 'error' || this.#state === 'pending-error'
    if (!isOver) this.#setState('pending-shutdown')
    this.#started?.global?.stop()
    await this.#starting.catch(() => undefined)
    await this.#open?.thread.leave()
    await this.#running
    if (this.#state === 'error' || this.#state === 'not-running') return
    await this.#closeShared('checkpoint')
    this.#setState('not-running')
  }

  async #closeShared(keep: 'checkpoint' | 'nothing'): Promise<void> {
    const started = this.#started
    this.#started = null
    if (started === null) return
    started.global?.stop()
    await started.global?.close(keep)
    await started.opened.disposeAsync()
  }

  #storesNamed(name: string, kind: StoreSpec['kind']): readonly StateStore[] {
    const known = this.#plan.subtopologies.flatMap(({ stores }) => stores).find(({ spec }) => spec.name === name)
    if (known === undefined || known.spec.kind !== kind) throw unknownStore(name, kind)
    const global = this.#started?.global?.stores.store(name)
    const running = this.#open?.tasks.running ?? []
    const stores = global === undefined ? running.flatMap(({ task }) => task.store(name) ?? []) : [global]
    if (stores.length === 0) throw unavailableStore(name, this.#state)
    return stores
  }

  #restoreListener({ logger }: ThreadEnvironment): StateRestoreListener {
    const own = this.#config.stateRestoreListener
    const starts = new Map<string, number>()
    return {
      ...own,
      onRestoreStart(partition, storeName, start, end) {
        starts.set(storeName + partition.partition, start)
        own?.onRestoreStart?.(partition, storeName, start, end)
      },
      onBatchRestored: (...batch) => own?.onBatchRestored?.(...batch),
      onRestoreEnd(partition, storeName, total) {
        const start = starts.get(storeName + partition.partition)
        const facts = { store: storeName, ...partition, start, restored: total }
        const changelog = `${partition.topic}-${partition.partition}`
        logger.info(`Store ${storeName} is restored: ${total} records of ${changelog} from offset ${start} on.`, facts)
        own?.onRestoreEnd?.(partition, storeName, total)
      },
      onRestoreSuspended: (...suspended) => own?.onRestoreSuspended?.(...suspended),
    }
  }

  #onThreadState(state: ThreadState): void {
    if (this.#state === 'rebalancing' || this.#state === 'running') this.#setState(state)
  }

  #setState(state: StreamsState): void {
    const previous = this.#state
    if (previous === state) return
    this.#state = state
    this.#config.onStateChange?.(state, previous)
  }
}

async function runMessenger(messenger: OpenStreamThread): Promise<void> {
  messenger.thread.requestShutdown()
  const failure = await failureOf(messenger.run())
  const isHeard = failure?.error instanceof StreamsError && failure.error.code === 'STREAMS_SHUTDOWN_REQUESTED'
  if (failure !== null && !isHeard) throw failure.error
}

async function failureOf(running: Promise<void>): Promise<{ readonly error: unknown } | null> {
  try {
    await running
    return null
  } catch (error) {
    return { error }
  }
}

async function openCluster({ cluster, bootstrapServers }: ResolvedConfig): Promise<Cluster> {
  if (cluster !== undefined) return cluster
  const { kafka } = await import('./transport/kafka/kafka.ts')
  return kafka({ bootstrapServers: bootstrapServers! })
}

async function openStorage({ storage, stateDir }: ResolvedConfig): Promise<StorageFactory> {
  if (storage !== undefined) return storage
  if (stateDir === undefined) {
    const { MemoryStorageFactory } = await import('./storage/memory/memory-storage.ts')
    return new MemoryStorageFactory()
  }
  const { openLmdbStorage } = await import('./storage/lmdb/open-lmdb-storage.ts')
  return openLmdbStorage(stateDir)
}

function viewOf(name: string, kind: StoreSpec['kind']): StoreView {
  const { view } = storeKinds[kind]
  if (view === undefined) throw unknownStore(name, kind)
  return view
}

function unknownStore(name: string, kind: string): InvalidStateStoreError {
  const message = `The topology has no ${kind} store ${name}: name the store where it is materialized.`
  return new InvalidStateStoreError('STREAMS_STORE_UNKNOWN', message, { facts: { store: name, kind } })
}

function unavailableStore(name: string, state: StreamsState): InvalidStateStoreError {
  const message = `No partition of the store ${name} can be read here now: the application is ${state}. Try again, or ask another instance.`
  return new InvalidStateStoreError('STREAMS_STORE_NOT_AVAILABLE', message, { facts: { store: name, state } })
}
