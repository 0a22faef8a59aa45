import { sentenceOf } from './model/sentence.ts'
import { MemoryMetrics } from './metrics/memory-metrics.ts'
import type { Metric, Metrics } from './metrics/metrics.ts'
import { systemClock } from './clock/system-clock.ts'
import { endsWithin } from './clock/within.ts'
import { checkOptions, type OptionNames } from './model/check-options.ts'
import { taskIdString } from './model/task-id.ts'
import { partitionKey, type TopicPartition } from './model/topic-partition.ts'
import type { HeldUpPartition } from './runtime/loop/held-up-partitions.ts'
import { LocalQueryPort } from './query/local-query-port.ts'
import { openQueryableStore } from './query/open-queryable-store.ts'
import type {
  QueryableKeyValueStore,
  QueryableSessionStore,
  QueryableStores,
  StoreQueryOptions,
  QueryableVersionedStore,
  QueryableWindowStore,
} from './query/queryable-stores.ts'
import { unknownStore } from './query/unknown-store.ts'
import { storeKindOf } from './state/store-kinds.ts'
import { ApplicationState } from './runtime/application/application-state.ts'
import { localStores } from './runtime/application/local-stores.ts'
import { openSharedResources, type SharedResources } from './runtime/application/shared-resources.ts'
import { healthOf, type HealthOptions, type StreamsHealth } from './runtime/application/streams-health.ts'
import { ThreadSupervisor } from './runtime/application/thread-supervisor.ts'
import { withSafeCallbacks } from './runtime/application/user-callbacks.ts'
import { openStreamThread } from './runtime/loop/open-stream-thread.ts'
import { PauseSwitch } from './runtime/loop/pause-switch.ts'
import type { Goodbye } from './runtime/membership/membership.ts'
import { addClientMetrics } from './runtime/metrics/client-metrics.ts'
import { loggedRestores } from './runtime/restore/restore-log.ts'
import { StateCleaner } from './runtime/restore/state-cleaner.ts'
import { checkSerdes } from './runtime/serdes/check-serdes.ts'
import { configuredSerdes } from './runtime/serdes/configured-serdes.ts'
import type { SerdeResolver } from './runtime/serdes/serde-resolver.ts'
import type { ResolvedConfig, StreamsConfig, StreamsState, UncaughtExceptionAnswer } from './runtime/streams-config.ts'
import { resolveConfig } from './runtime/streams-config.ts'
import type { StoreSpecBase, StoreView } from './state/store-spec.ts'
import type { Topology } from './topology/topology.ts'
import type { TopologyPlan } from './topology/topology-plan.ts'

/** A task of this process. */
export interface LocalTask {
  /** The sub-topology and the partition, as in `0_3`. */
  readonly taskId: string
  /** How far the task is: made, restoring its stores, processing records, or closed. */
  readonly state: 'created' | 'restoring' | 'running' | 'closed'
  /** The partitions that the task reads. */
  readonly partitions: readonly TopicPartition[]
  /**
   * Exactly once: those of its input and of the changelogs that it restores which wait for a transaction that another producer has left open.
   */
  readonly heldUp: readonly HeldUpPartition[]
}

/** How an application closes (Java: `CloseOptions`, KIP-1153). */
export interface CloseOptions {
  /** How long `close` waits, in ms. Infinity: without a limit. Default 30 000. */
  readonly timeoutMs?: number | undefined
  /**
   * True: the member leaves the group, which rebalances at once. False: the member stays in the group until its session times out,
   * and its tasks wait for it, as suits a restart. Default: a member with `groupInstanceId` stays, any other leaves (KIP-1284).
   */
  readonly leaveGroup?: boolean | undefined
}

/**
 * Runs a topology on a cluster, together with all other processes of the same `applicationId` (Java: `KafkaStreams`).
 *
 * @example
 * await using streams = new KafkaStreams(builder.build(), { applicationId: 'word-count', bootstrapServers: '127.0.0.1:9092' })
 * await streams.start()
 * await streams.closed
 */
export class KafkaStreams implements AsyncDisposable {
  readonly #config: ResolvedConfig
  readonly #topology: Topology
  readonly #plan: TopologyPlan
  readonly #metrics: Metrics
  readonly #serdes: SerdeResolver
  readonly #state: ApplicationState
  readonly #stopping = new AbortController()
  readonly #pauses = new PauseSwitch()
  #starting: Promise<void> | null = null
  #shared: SharedResources | null = null
  #supervisor: ThreadSupervisor | null = null
  #running: Promise<void> = Promise.resolve()
  #closing: Promise<void> | null = null
  readonly #queries = new LocalQueryPort((store, partition) =>
    localStores(
      store,
      {
        state: this.#state.current,
        global: this.#shared?.global?.stores,
        running: this.#supervisor?.current?.tasks.running ?? [],
      },
      partition,
    ),
  )

  /**
   * Checks the configuration and the topology, and opens nothing. Throws a `ConfigError` that names the wrong key, or a
   * `TopologyError`. The error `STREAMS_SERDE_MISSING` names all places that lack a serde.
   */
  constructor(topology: Topology, config: StreamsConfig) {
    if (!('plan' in Object(topology))) throw new TypeError('KafkaStreams takes a topology: pass builder.build().')
    this.#topology = topology
    this.#config = withSafeCallbacks(resolveConfig(config))
    const { applicationId, compatibility, windowStoreChangelogAdditionalRetentionMs, topicConfig } = this.#config
    this.#plan = topology.plan(applicationId, { compatibility, windowStoreChangelogAdditionalRetentionMs, topicConfig })
    this.#metrics = this.#config.metrics ?? new MemoryMetrics(this.#config.metricsRecordingLevel)
    this.#serdes = configuredSerdes(this.#config)
    this.#state = new ApplicationState(this.#config.onStateChange)
    checkSerdes(this.#plan, this.#serdes)
  }

  /** The application's state (Java: `KafkaStreams.State`). */
  get state(): StreamsState {
    return this.#state.current
  }

  /**
   * The end of the application: this promise resolves when the application is closed, and rejects with the error that ended it.
   * Each read gives a new promise, so an error that nobody handles is an unhandled rejection.
   *
   * If `closed` was never read and there is no `uncaughtExceptionHandler`, nobody hears of a failure. The application then sets
   * `process.exitCode` to 1, so that the supervisor of the process sees the failure when the process ends.
   */
  get closed(): Promise<void> {
    return this.#state.closed()
  }

  /**
   * Connects, makes internal topics, restores global stores, and begins to process. Resolves when the application has asked to join
   * its group. `onStateChange` tells when tasks run.
   *
   * Rejects, with everything closed again, if a broker cannot be reached (`TransportError`), a topic is missing
   * (`STREAMS_MISSING_SOURCE_TOPIC`), joined topics differ in partitions (`STREAMS_NOT_COPARTITIONED`), or the state directory is
   * in use (`LockError`). A second `start`, or a `start` after `close`, rejects with a `TypeError`.
   */
  async start(): Promise<void> {
    if (this.#closing !== null) throw new TypeError('This application was closed: make a new KafkaStreams, and start that.')
    if (this.#starting !== null) throw new TypeError('An application starts only once: make a new KafkaStreams, and start that.')
    // `onStateChange` may call `close`, which awaits `#starting`, or `start`, which must be refused. So `#starting` is set before
    // the state.
    const announced = Promise.withResolvers<void>()
    this.#starting = announced.promise.then(() => this.#start())
    this.#state.set('rebalancing')
    announced.resolve()
    await this.#starting
  }

  /**
   * Commits, leaves the group and closes everything. Errors of closing are logged; this promise rejects only for unknown options.
   * If closing takes longer than `timeoutMs`, for example because the cluster is away, it is cut short: connections are closed, what is
   * not committed by then is processed again after the next start, and a warning is logged. A second call waits for the same closing.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    checkOptions('close()', options, closeOptions)
    const { timeoutMs = closeTimeoutMs, leaveGroup } = options
    const goodbye = leaveGroup === undefined ? 'default' : leaveGroup ? 'leave' : 'remain'
    this.#closing ??= this.#close(goodbye).catch((error: unknown) => this.#logCloseFailure(error))
    if (!(await this.#isWithin(timeoutMs, this.#closing))) await this.#cutShort(timeoutMs, this.#closing)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /**
   * Stops processing, punctuation and restores until `resume` (KIP-834). The application stays in its group, keeps its tasks, and
   * commits the records that it has processed. May be called before `start`.
   */
  pause(): void {
    this.#pauses.pause()
  }

  /** Ends a `pause`: processing, punctuation and restores go on. */
  resume(): void {
    this.#pauses.resume()
  }

  /** Whether the application is paused: it keeps its partitions, and processes nothing. */
  get isPaused(): boolean {
    return this.#pauses.isPaused
  }

  /** The tasks of this process, in order of their ids. */
  localTasks(): readonly LocalTask[] {
    const thread = this.#supervisor?.current
    const tasks = thread?.tasks.all ?? []
    return tasks.map(({ id, state, partitions, restoring }) => {
      const heldUp = thread?.heldUp.among(new Set([...partitions.map(partitionKey), ...restoring])) ?? []
      return { taskId: taskIdString(id), state, partitions, heldUp }
    })
  }

  /**
   * Whether the application does its work. It is ready when its tasks run and whatever there is to process is processed, also when there is
   * nothing. It is not ready while it starts, rebalances, restores or is paused; nor if it has a backlog and has processed nothing for
   * `standstillMs`, or brokers or a schema registry have not answered for so long. Probes may ask as often as they like.
   *
   * @example
   * const { isLive, isReady, reasons } = streams.health()
   * response.statusCode = isReady ? 200 : 503
   */
  health(options: HealthOptions = {}): StreamsHealth {
    checkOptions('health()', options, healthOptions)
    const { standstillMs = defaultStandstillMs } = options
    const state = this.#state.current
    const isPaused = this.isPaused
    const isIdle = state !== 'running' || isPaused
    const standstills = isIdle ? [] : (this.#supervisor?.current?.progress.standstills(standstillMs) ?? [])
    return healthOf({ state, isPaused, standstills })
  }

  /** All metrics, with Kafka's names and tags. docs/metrics.md lists them. */
  metrics(): readonly Metric[] {
    return this.#metrics.all()
  }

  /**
   * Opens a store for queries. Queries read the partitions that the running tasks of this process have, or the whole of a global
   * store. Pass the store value, or the name that the store was given, as in `count({ store: 'counts' })`. A name alone means a
   * key-value store; for another kind pass `kind` too. With `partition` only that partition is asked: so it is known where a row is.
   *
   * Queries are asynchronous, because a store may be on another thread. Values come without their timestamps, except in versioned
   * stores.
   *
   * Throws an `InvalidStateStoreError` (`STREAMS_STORE_UNKNOWN`) if the topology has no such store, or has it as another kind.
   * Queries reject with `STREAMS_STORE_NOT_AVAILABLE` while this process has no partition of the store: before the start, during a
   * rebalance, or because other instances have all partitions.
   *
   * @example
   * const counts = streams.store<string, number>('counts')
   * console.log(await counts.get('alice'))
   * for await (const { key, value } of counts.range('a', 'b')) console.log(key, value)
   * const perHour = streams.store<string, number>('per-hour', 'window')
   */
  store<K, V, Kind extends StoreView>(
    store: StoreSpecBase<K, V> & { readonly kind: Kind },
    options?: StoreQueryOptions,
  ): QueryableStores<K, V>[Kind]
  store<K, V>(name: string): QueryableKeyValueStore<K, V>
  // One signature for each kind: a call that says `<K, V>` cannot leave a third type to be inferred.
  store<K, V>(name: string, kind: 'key-value', options?: StoreQueryOptions): QueryableKeyValueStore<K, V>
  store<K, V>(name: string, kind: 'window', options?: StoreQueryOptions): QueryableWindowStore<K, V>
  store<K, V>(name: string, kind: 'session', options?: StoreQueryOptions): QueryableSessionStore<K, V>
  store<K, V>(name: string, kind: 'versioned', options?: StoreQueryOptions): QueryableVersionedStore<K, V>
  store<K, V>(
    store: { readonly name: string; readonly kind: StoreView } | string,
    kindOrOptions?: StoreView | StoreQueryOptions,
    options?: StoreQueryOptions,
  ): unknown {
    const kind = typeof kindOrOptions === 'string' ? kindOrOptions : undefined
    const name = typeof store === 'string' ? store : store.name
    const node = this.#plan.subtopologies.flatMap(({ stores }) => stores).find(({ spec }) => spec.name === name)
    const known = node === undefined ? undefined : storeKindOf(node.spec).view
    const wanted = typeof store === 'string' ? (kind ?? 'key-value') : store.kind
    if (known === undefined || known !== wanted) throw unknownStore(name, wanted, known)
    return openQueryableStore<K, V>(name, known, this.#queries, typeof kindOrOptions === 'object' ? kindOrOptions : options)
  }

  async #start(): Promise<void> {
    try {
      this.#shared = await openSharedResources({
        plan: this.#plan,
        config: this.#config,
        metrics: this.#metrics,
        serdes: this.#serdes,
      })
      this.#addMetrics(this.#shared)
      await this.#shared.global?.restore()
      if (this.#stopping.signal.aborted) return
      this.#supervisor = this.#makeSupervisor(this.#shared)
      await this.#supervisor.open()
      this.#running = this.#run(this.#supervisor)
    } catch (error) {
      if (this.#stopping.signal.aborted) await this.#closeShared('nothing')
      else await this.#fail(error)
      throw error
    }
  }

  #makeSupervisor(shared: SharedResources): ThreadSupervisor {
    const { environment, global } = shared
    const openThread = (decide: (error: unknown) => UncaughtExceptionAnswer) =>
      openStreamThread({
        ...shared,
        plan: this.#plan,
        config: this.#config,
        globalStores: global?.stores ?? { names: new Set(), store: () => undefined },
        pauses: this.#pauses,
        restoreListener: loggedRestores(this.#config.stateRestoreListener, environment.logger, environment.clock),
        onStateChange: (state) => this.#becomes(state),
        decide,
      })
    const onReplace = (): void => this.#becomes('rebalancing')
    const { signal: stopping } = this.#stopping
    return new ThreadSupervisor({ config: this.#config, environment, global, stopping, openThread, onReplace })
  }

  #addMetrics({ clientId, directory }: SharedResources): void {
    addClientMetrics(this.#metrics, {
      clientId,
      processId: directory.processId,
      applicationId: this.#config.applicationId,
      state: () => this.#state.current,
      describe: () => this.#topology.describe(),
      aliveThreads: () => this.#supervisor?.alive ?? 0,
      failedThreads: () => this.#supervisor?.failed ?? 0,
    })
  }

  #makeCleaner({ directory, environment: { clock, logger } }: SharedResources): StateCleaner {
    const isRunning = (): boolean => this.#state.current === 'running'
    return new StateCleaner({ directory, clock, logger, delayMs: this.#config.stateCleanupDelayMs, isRunning })
  }

  /** Runs until the application is closed or has failed for good. Never rejects. */
  async #run(supervisor: ThreadSupervisor): Promise<void> {
    using _cleaner = this.#shared === null ? null : this.#makeCleaner(this.#shared)
    const failure = await supervisor.run()
    if (failure === null || this.#stopping.signal.aborted) return
    await this.#fail(failure.error)
    if (!this.#state.isEndAwaited && this.#config.uncaughtExceptionHandler === undefined) process.exitCode ||= 1
  }

  async #fail(error: unknown): Promise<void> {
    this.#state.set('pending-error')
    await this.#closeShared('nothing')
    this.#state.fail(error)
  }

  async #close(goodbye: Goodbye): Promise<void> {
    this.#stopping.abort()
    if (this.#state.isAlive) this.#state.set('pending-shutdown')
    this.#shared?.global?.stop()
    await this.#starting?.catch(() => undefined)
    await this.#supervisor?.leave(goodbye)
    await this.#running
    await this.#closeShared('checkpoint')
    this.#state.set('not-running')
  }

  async #closeShared(keep: 'checkpoint' | 'nothing'): Promise<void> {
    const shared = this.#shared
    this.#shared = null
    try {
      await using _opened = shared
      await shared?.global?.close(keep)
    } catch (error) {
      this.#logCloseFailure(error)
    }
  }

  #isWithin(timeoutMs: number, closing: Promise<void>): Promise<boolean> {
    return endsWithin(closing, timeoutMs, this.#config.clock ?? this.#config.cluster?.clock ?? systemClock)
  }

  async #cutShort(timeoutMs: number, closing: Promise<void>): Promise<void> {
    this.#config.logger.warn(`Closing takes longer than ${timeoutMs} ms, and is cut short.`, { timeoutMs })
    if (this.#supervisor === null) await this.#shared?.admin.close()
    else await this.#supervisor.abandon()
    await this.#isWithin(cutMs, closing)
  }

  #becomes(state: StreamsState): void {
    if (this.#state.isAlive) this.#state.set(state)
  }

  #logCloseFailure(error: unknown): void {
    this.#config.logger.error(`The application did not close well: ${sentenceOf(error)}`)
  }
}

const healthOptions: OptionNames<HealthOptions> = { standstillMs: true }

/** Probes see a standstill within 5 s of its beginning. */
const defaultStandstillMs = 4000

const closeOptions: OptionNames<CloseOptions> = { timeoutMs: true, leaveGroup: true }

/** `close` waits this long for the end of what was cut short. */
const cutMs = 1000

/** The default of `close`. Java's `close()` without options waits for ever. */
const closeTimeoutMs = 30_000
