import { MemoryBudget } from '../../model/memory-budget.ts'
import type { TopologyPlan } from '../../topology/topology-plan.ts'
import type { Admin } from '../../transport/admin.ts'
import type { Cluster } from '../../transport/cluster.ts'
import type { FetchLimits } from '../../transport/fetcher.ts'
import type { ThreadEnvironment } from '../environment/thread-environment.ts'
import type { RefusalHandling } from '../errors/refused-records.ts'
import type { Membership } from '../membership/membership.ts'
import { openMembership, type OpenMembership } from '../membership/open-membership.ts'
import { ThreadMeter } from '../metrics/thread-meter.ts'
import { ProducerOutput } from '../output/producer-output.ts'
import { ThreadTransaction } from '../output/thread-transaction.ts'
import { RepartitionPurge } from '../output/repartition-purge.ts'
import type { Patience } from '../patience.ts'
import type { StateRestoreListener } from '../restore/changelog.ts'
import { ChangelogReader } from '../restore/changelog-reader.ts'
import type { StateDirectory } from '../restore/state-directory.ts'
import { FailurePauses } from '../failure-pauses.ts'
import type { ResolvedConfig, UncaughtExceptionAnswer } from '../streams-config.ts'
import type { GlobalStores } from '../task/stream-task.ts'
import { TaskManager } from '../task/task-manager.ts'
import { AssignedTopics } from '../topics/assigned-topics.ts'
import { prepareInternalTopics } from '../topics/internal-topic-manager.ts'
import { AtLeastOnceCommitter, type AtLeastOnceCommitterOptions } from './at-least-once-committer.ts'
import { CommitSchedule } from './commit-schedule.ts'
import type { Committer } from './committer.ts'
import { ExactlyOnceCommitter, mayBeUndone } from './exactly-once-committer.ts'
import { CrashRecovery } from './crash-recovery.ts'
import { HeldUpPartitions } from './held-up-partitions.ts'
import { InputFetcher } from './input-fetcher.ts'
import { LoopJobs } from './loop-jobs.ts'
import { MemoryGate } from './memory-gate.ts'
import { RebalanceListener } from './rebalance-listener.ts'
import { StatePublisher, type ThreadState } from './state-publisher.ts'
import { StateUpdater } from './state-updater.ts'
import { PauseSwitch } from './pause-switch.ts'
import { ProgressWatch } from './progress-watch.ts'
import { StreamThread } from './stream-thread.ts'
import { SlowRecords } from './slow-records.ts'
import { TaskExecutor } from './task-executor.ts'
import { TaskInput } from './task-input.ts'

export interface OpenStreamThreadOptions {
  readonly plan: TopologyPlan
  readonly config: ResolvedConfig
  readonly cluster: Cluster
  readonly admin: Admin
  readonly environment: ThreadEnvironment
  readonly directory: StateDirectory
  readonly globalStores: GlobalStores
  readonly restoreListener: StateRestoreListener
  /** Default: no limit. */
  readonly memoryBudget?: MemoryBudget
  /** Default: the thread never pauses. */
  readonly pauses?: PauseSwitch
  readonly onStateChange: (state: ThreadState) => void
  /** What the application says about an error of user code. Default: the thread ends by it, and nobody is asked. */
  readonly decide?: (error: unknown) => UncaughtExceptionAnswer
  /** Default: {@link openMembership}. */
  readonly openMembership?: OpenMembership
  /** Default: an {@link AtLeastOnceCommitter}. */
  readonly makeCommitter?: (options: CommitterOptions) => Committer
}

export interface CommitterOptions extends AtLeastOnceCommitterOptions {
  readonly membership: Membership
  readonly output: ProducerOutput
  readonly tasks: TaskManager
}

/** A thread with its clients. Either `run` or `close` closes them. */
export interface OpenStreamThread {
  readonly thread: StreamThread
  readonly tasks: TaskManager
  readonly heldUp: HeldUpPartitions
  readonly progress: ProgressWatch
  run(): Promise<void>
  /** Closes the clients of a thread that `run` was never called on. */
  close(): Promise<void>
  /** Closes the clients of a thread that does not end by itself, and ends its `run`. */
  abandon(): Promise<void>
}

/** The parts of a thread that have connections. */
interface Connected {
  readonly topics: AssignedTopics
  readonly membership: Membership
  readonly input: InputFetcher
  readonly output: ProducerOutput
  /** Null at least once: what is written is in no transaction. */
  readonly transaction: ThreadTransaction | null
  readonly changelogs: ChangelogReader
}

/** What the other parts of a thread are made with. */
interface LoopParts {
  readonly jobs: LoopJobs
  readonly memory: MemoryBudget
  readonly gate: MemoryGate
  readonly heldUp: HeldUpPartitions
  /** Undefined: nothing is timed. */
  readonly meter: ThreadMeter | undefined
}

/** Makes the internal topics, then opens a thread and its clients. If it rejects, nothing stays open. */
export async function openStreamThread(options: OpenStreamThreadOptions): Promise<OpenStreamThread> {
  await prepareTopics(options)
  await using opened = new AsyncDisposableStack()
  const memory = options.memoryBudget ?? new MemoryBudget(Infinity)
  const loop: LoopParts = {
    jobs: new LoopJobs(),
    memory,
    gate: new MemoryGate({ ...options.environment, memory }),
    // By then this thread has committed what it has open itself.
    heldUp: new HeldUpPartitions({ ...options.environment, afterMs: options.config.transactionTimeoutMs / 2 }),
    meter: options.environment.metrics.level === 'off' ? undefined : new ThreadMeter(options.environment),
  }
  const connected = await connect(options, loop, opened)
  const { autoOffsetReset: offsetReset, maxPollIntervalMs } = options.config
  const patience = patienceOf(options)
  const { isolationLevel } = fetchLimits(options.config)
  const tasks = new TaskManager({ ...options, ...connected, ...loop, isolationLevel, offsetReset, maxPollIntervalMs, patience })
  const input = makeInput(options, connected, loop, tasks)
  const { fetchMaxWaitMs, maxTaskIdleMs } = options.config
  const { clock } = options.environment
  const progress = new ProgressWatch({ clock, tasks, input, fetcher: connected.input, fetchMaxWaitMs, maxTaskIdleMs })
  const thread = makeThread(options, connected, loop, { tasks, input, progress })
  const open = opened.move()
  return {
    thread,
    tasks,
    heldUp: loop.heldUp,
    progress,
    async run() {
      await using _clients = open
      await thread.run()
    },
    close: () => open.disposeAsync(),
    async abandon() {
      thread.abandon()
      await open.disposeAsync()
    },
  }
}

async function connect(options: OpenStreamThreadOptions, loop: LoopParts, opened: AsyncDisposableStack): Promise<Connected> {
  const { plan, config, cluster, admin, environment, directory } = options
  const { clock, threadId, logger: log, metrics } = environment
  const { retryBackoffMs, bufferMemory, taskTimeoutMs } = config
  const topics = new AssignedTopics({ plan, admin, clock, logger: log, intervalMs: config.metadataMaxAgeMs })
  const limits = fetchLimits(config)
  const fetcher = opened.adopt(await cluster.fetcher({ clientId: `${threadId}-consumer`, log, metrics }), close)
  const onNews = (): void => loop.jobs.wake()
  const input = opened.adopt(
    new InputFetcher({
      ...loop,
      fetcher,
      clock,
      limits,
      retryBackoffMs,
      logger: log,
      onNews,
      onUnknownTopic: () => topics.lookSoon(),
    }),
    close,
  )
  const isExactlyOnce = config.processingGuarantee === 'exactly_once_v2'
  const transaction = isExactlyOnce ? opened.adopt(await openTransaction(options), close) : null
  const plain = { clientId: `${threadId}-producer`, log, metrics, acks: 'all', idempotence: 'enabled' } as const
  const producer = transaction ?? opened.adopt(await cluster.producer({ ...plain, ...producerOptions(config) }), close)
  const onSettled = (): void => loop.jobs.wake()
  const bufferBytesMax = Math.min(bufferMemory, memoryShare(config))
  const { metadataMaxAgeMs } = config
  const output = new ProducerOutput({
    ...refusals(environment),
    ...(isExactlyOnce ? { isTransactional: true, undoes: mayBeUndone } : {}),
    producer,
    admin,
    clock,
    metadataMaxAgeMs,
    bufferBytesMax,
    patience: patienceOf(options),
    onSettled,
  })
  await output.lookUp(writtenTopics(plan))
  const openFetcher = () => cluster.fetcher({ clientId: `${threadId}-restore-consumer`, log, metrics })
  const { logger } = environment
  const listener = options.restoreListener
  const restoring = { ...loop, openFetcher, admin, clock, logger, listener, limits, retryBackoffMs, taskTimeoutMs }
  const changelogs = opened.adopt(new ChangelogReader(restoring), close)
  const { processId } = directory
  const open = options.openMembership ?? openMembership
  const prepare = async () => {
    // What changes from here on is noticed as a change: the tasks are assigned by the topics of now, or of later.
    await topics.assigning()
    return prepareTopics(options)
  }
  const membership = await open({ ...options, processId, memory: directory, prepareTopics: prepare }, opened)
  return { topics, membership, input, output, transaction, changelogs }
}

/** The transactional id stays the same over restarts, so that the next thread ends what this one leaves open. */
async function openTransaction(options: OpenStreamThreadOptions): Promise<ThreadTransaction> {
  const { config, cluster, environment, directory } = options
  const { applicationId, threadId, clock, logger: log, metrics } = environment
  const { transactionTimeoutMs } = config
  const transactionalId = `${applicationId}-${directory.processId}-1`
  const named = { clientId: `${threadId}-producer`, log, metrics, transactionalId, transactionTimeoutMs }
  await using opened = new AsyncDisposableStack()
  const producer = opened.adopt(await cluster.transactionalProducer({ ...named, ...producerOptions(config) }), close)
  await producer.init()
  opened.move()
  return new ThreadTransaction({ producer, clock, patience: patienceOf(options) })
}

function makeInput(
  { config, environment }: OpenStreamThreadOptions,
  connected: Connected,
  loop: LoopParts,
  tasks: TaskManager,
): TaskInput {
  const { bufferedRecordsPerPartition, maxPollIntervalMs } = config
  const { isolationLevel } = fetchLimits(config)
  const { clock } = environment
  const reading = { isolationLevel, bufferedRecordsPerPartition, maxPollIntervalMs }
  return new TaskInput({ ...loop, fetcher: connected.input, tasks, clock, ...reading })
}

/** What of a thread works with its tasks. */
interface TaskParts {
  readonly tasks: TaskManager
  readonly input: TaskInput
  readonly progress: ProgressWatch
}

function makeThread(
  options: OpenStreamThreadOptions,
  connected: Connected,
  loop: LoopParts,
  { tasks, input, progress }: TaskParts,
): StreamThread {
  const { plan, config, admin, environment, directory, makeCommitter = atLeastOnce } = options
  const { topics, membership, input: fetcher, output, transaction, changelogs } = connected
  const { clock, logger } = environment
  const { commitIntervalMs, pollMs, taskTimeoutMs, retryBackoffMs, maxPollIntervalMs } = config
  const purge = new RepartitionPurge({ plan, admin, logger, intervalMs: config.repartitionPurgeIntervalMs })
  const patience = patienceOf(options)
  const parts = { membership, topics, tasks, output, directory, purge, clock, logger, taskTimeoutMs }
  const committer = transaction === null ? makeCommitter(parts) : new ExactlyOnceCommitter({ ...config, ...parts, transaction })
  const pausesAfterCrash = new FailurePauses(clock, retryBackoffMs)
  const { decide = () => 'shutdown-client' as const } = options
  // At least once, what was written stays, and stores cannot go back behind their changelogs.
  const recovery = transaction === null ? null : new CrashRecovery({ ...parts, committer, decide, pauses: pausesAfterCrash })
  const drainedIntervalMs = transaction === null ? undefined : drainedMs
  const { jobs, memory, meter } = loop
  memory.add('stores', () => tasks.storeBytes)
  memory.add('fetched records', () => fetcher.heldBytes + input.heldBytes + tasks.inputBytes)
  memory.add('restores', () => changelogs.heldBytes)
  memory.add('output', () => output.heldBytes)
  meter?.watch({ tasks, remaining: (task) => changelogs.remaining(task) })
  return new StreamThread({
    clock,
    jobs,
    membership,
    topics,
    tasks,
    output,
    committer,
    pollMs,
    maxPollIntervalMs,
    meter,
    progress,
    listener: new RebalanceListener({ meter, jobs, tasks, topics, committer, output, directory, logger, patience }),
    input,
    executor: new TaskExecutor({
      tasks,
      clock,
      meter,
      slow: new SlowRecords({ logger, sessionTimeoutMs: config.sessionTimeoutMs }),
    }),
    updater: new StateUpdater({ changelogs, tasks, committer, jobs, logger }),
    schedule: new CommitSchedule({
      clock,
      commitIntervalMs,
      drainedIntervalMs,
      retryBackoffMs,
      dirtyBytesMax: memoryShare(config),
    }),
    state: new StatePublisher((state) => {
      meter?.becomes(state)
      options.onStateChange(state)
    }),
    pauses: options.pauses ?? new PauseSwitch(),
    recovery,
  })
}

function patienceOf({ environment, config }: OpenStreamThreadOptions): Patience {
  const { retryBackoffMs, taskTimeoutMs } = config
  return { clock: environment.clock, retryBackoffMs, taskTimeoutMs }
}

/** The most that one of several holders of memory takes by itself. */
function memoryShare({ memoryMaxBytes = Infinity }: ResolvedConfig): number {
  return memoryMaxBytes / 8
}

function atLeastOnce(options: CommitterOptions): Committer {
  return new AtLeastOnceCommitter(options)
}

function close(client: { close(): Promise<void> }): Promise<void> {
  return client.close()
}

function refusals({ productionHandler, deadLetterTopic, metrics, logger, threadId }: ThreadEnvironment): RefusalHandling {
  // The tasks of a thread share its producer, so a refused record cannot be counted for one task.
  const droppedRecords = metrics.counter('dropped-records', 'stream-thread-metrics', { 'thread-id': threadId })
  return { productionHandler, deadLetterTopic, droppedRecords, logger }
}

function prepareTopics({ plan, config, admin, environment }: OpenStreamThreadOptions): Promise<ReadonlyMap<string, number>> {
  const { replicationFactor, retryBackoffMs, maxPollIntervalMs } = config
  const times = { clock: environment.clock, retryBackoffMs, withinMs: maxPollIntervalMs / 2 }
  return prepareInternalTopics(plan, admin, { replicationFactor, ...times })
}

/** Exactly once, a thread that has processed all of its input commits after this long, so that readers need not wait. */
const drainedMs = 10

/** The limits of each fetch. At-least-once reads uncommitted records too, as Kafka's consumers do by default. */
export function fetchLimits(config: ResolvedConfig): Omit<FetchLimits, 'signal'> {
  const { fetchMaxWaitMs, fetchMaxBytes, maxPartitionFetchBytes } = config
  return {
    maxWaitMs: fetchMaxWaitMs,
    minBytes: 1,
    maxBytes: Math.min(fetchMaxBytes, memoryShare(config)),
    maxBytesPerPartition: maxPartitionFetchBytes,
    isolationLevel: config.processingGuarantee === 'exactly_once_v2' ? 'read_committed' : 'read_uncommitted',
  }
}

function producerOptions({ compressionType, requestTimeoutMs, deliveryTimeoutMs }: ResolvedConfig) {
  return { compression: compressionType, requestTimeoutMs, deliveryTimeoutMs }
}

function writtenTopics({ subtopologies }: TopologyPlan): readonly string[] {
  return [...new Set(subtopologies.flatMap(({ sinkTopics }) => sinkTopics))].sort()
}
