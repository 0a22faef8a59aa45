import type { TopologyPlan } from '../../topology/topology-plan.ts'
import type { Admin } from '../../transport/admin.ts'
import type { Cluster } from '../../transport/cluster.ts'
import type { FetchLimits } from '../../transport/fetcher.ts'
import { GroupMember } from '../../transport/group/group-member.ts'
import type { StateRestoreListener } from '../restore/changelog.ts'
import { ChangelogReader } from '../restore/changelog-reader.ts'
import { InputFetcher } from './input-fetcher.ts'
import { prepareInternalTopics } from '../topics/internal-topic-manager.ts'
import { LoopJobs } from './loop-jobs.ts'
import { ProducerOutput } from '../output/producer-output.ts'
import type { RefusalHandling } from '../errors/refused-records.ts'
import { RepartitionPurge } from '../output/repartition-purge.ts'
import type { StateDirectory } from '../restore/state-directory.ts'
import { protocolName, StreamAssignor } from '../membership/stream-assignor.ts'
import { topologyHash } from '../membership/topology-hash.ts'
import type { GlobalStores } from '../task/stream-task.ts'
import { StreamThread } from './stream-thread.ts'
import type { ThreadState } from './stream-thread.ts'
import type { ResolvedConfig } from '../streams-config.ts'
import { TaskManager } from '../task/task-manager.ts'
import type { ThreadEnvironment } from '../environment/thread-environment.ts'

export interface OpenStreamThreadOptions {
  readonly plan: TopologyPlan
  readonly config: ResolvedConfig
  readonly cluster: Cluster
  readonly admin: Admin
  readonly environment: ThreadEnvironment
  readonly directory: StateDirectory
  readonly globalStores: GlobalStores
  readonly restoreListener: StateRestoreListener
  readonly onStateChange: (state: ThreadState) => void
}

/** A thread with its clients. Either `run` or `close` closes them. */
export interface OpenStreamThread {
  readonly thread: StreamThread
  readonly tasks: TaskManager
  run(): Promise<void>
  /** Of a thread that is not to run after all. */
  close(): Promise<void>
}

/** Makes internal topics, and all that a thread needs to run. What it rejects with has left nothing open. */
export async function openStreamThread(options: OpenStreamThreadOptions): Promise<OpenStreamThread> {
  const { plan, config, cluster, admin, environment } = options
  await prepareTopics(options)
  await using opened = new AsyncDisposableStack()
  const clients = await openClients(options, opened)
  const { clock } = environment
  const { retryBackoffMs, bufferMemory, taskTimeoutMs } = config
  const limits = fetchLimits(config)
  const jobs = new LoopJobs()
  const onNews = (): void => jobs.wake()
  const input = opened.adopt(new InputFetcher({ fetcher: clients.fetcher, clock, limits, retryBackoffMs, onNews }), (each) =>
    each.close(),
  )
  const output = new ProducerOutput({
    ...refusals(environment),
    producer: clients.producer,
    admin,
    clock,
    bufferBytesMax: bufferMemory,
  })
  const openFetcher = () => cluster.fetcher({ clientId: `${environment.threadId}-restore-consumer` })
  const listener = options.restoreListener
  const changelogs = opened.adopt(
    new ChangelogReader({ openFetcher, admin, clock, listener, limits, retryBackoffMs, taskTimeoutMs }),
    (each) => each.close(),
  )
  await output.lookUp(writtenTopics(plan))
  const tasks = new TaskManager({ ...options, input, output, changelogs, offsetReset: config.autoOffsetReset })
  const thread = makeThread(options, { jobs, input, output, changelogs, tasks })
  const open = opened.move()
  return {
    thread,
    tasks,
    async run() {
      await using _clients = open
      await thread.run(makeMember(options, thread, clients.coordinator))
    },
    close: () => open.disposeAsync(),
  }
}

async function openClients({ cluster, config, environment }: OpenStreamThreadOptions, opened: AsyncDisposableStack) {
  const clientId = `${environment.threadId}-consumer`
  const close = (client: { close(): Promise<void> }): Promise<void> => client.close()
  const fetcher = opened.adopt(await cluster.fetcher({ clientId }), close)
  const producerId = { clientId: `${environment.threadId}-producer` }
  const producer = opened.adopt(await cluster.producer({ ...producerId, ...producerOptions(config) }), close)
  const groupId = config.applicationId
  const coordinator = opened.adopt(await cluster.groupCoordinator({ clientId, groupId }), close)
  return { fetcher, producer, coordinator }
}

function refusals({ productionHandler, deadLetterTopic, metrics, logger, threadId }: ThreadEnvironment): RefusalHandling {
  // A thread's tasks share its producer, so that nobody knows whose record it was.
  const droppedRecords = metrics.counter('dropped-records', 'stream-thread-metrics', { 'thread-id': threadId })
  return { productionHandler, deadLetterTopic, droppedRecords, logger }
}

function makeThread(
  options: OpenStreamThreadOptions,
  parts: Pick<ConstructorParameters<typeof StreamThread>[0], 'jobs' | 'input' | 'output' | 'changelogs' | 'tasks'>,
): StreamThread {
  const { plan, config, admin, environment } = options
  const { acceptableRecoveryLag, repartitionPurgeIntervalMs } = config
  return new StreamThread({
    ...parts,
    environment,
    topics: sourceTopics(plan),
    topologyHash: topologyHash(plan),
    commitIntervalMs: config.commitIntervalMs,
    pollMs: config.pollMs,
    bufferedRecordsPerPartition: config.bufferedRecordsPerPartition,
    taskTimeoutMs: config.taskTimeoutMs,
    assignor: new StreamAssignor({ plan, admin, acceptableRecoveryLag, prepareTopics: () => prepareTopics(options) }),
    directory: options.directory,
    purge: new RepartitionPurge({ plan, admin, logger: environment.logger, intervalMs: repartitionPurgeIntervalMs }),
    onStateChange: options.onStateChange,
  })
}

function makeMember(
  { config, environment }: OpenStreamThreadOptions,
  listener: StreamThread,
  coordinator: ConstructorParameters<typeof GroupMember>[0]['coordinator'],
): GroupMember {
  const { applicationId, groupInstanceId, sessionTimeoutMs, rebalanceTimeoutMs, heartbeatIntervalMs, retryBackoffMs } = config
  return new GroupMember({
    coordinator,
    clock: environment.clock,
    groupId: applicationId,
    groupInstanceId: groupInstanceId ?? null,
    protocolName,
    sessionTimeoutMs,
    rebalanceTimeoutMs,
    heartbeatIntervalMs,
    retryBackoffMs,
    listener,
  })
}

function prepareTopics({ plan, config, admin, environment }: OpenStreamThreadOptions): Promise<ReadonlyMap<string, number>> {
  const { replicationFactor, retryBackoffMs } = config
  return prepareInternalTopics(plan, admin, { replicationFactor, clock: environment.clock, retryBackoffMs })
}

/** At-least-once reads what is written, as Kafka's consumers do by default. */
export function fetchLimits(config: ResolvedConfig): Omit<FetchLimits, 'signal'> {
  const { fetchMaxWaitMs, fetchMaxBytes, maxPartitionFetchBytes } = config
  return {
    maxWaitMs: fetchMaxWaitMs,
    minBytes: 1,
    maxBytes: fetchMaxBytes,
    maxBytesPerPartition: maxPartitionFetchBytes,
    isolationLevel: 'read_uncommitted',
  }
}

function producerOptions({ compressionType, requestTimeoutMs, deliveryTimeoutMs }: ResolvedConfig) {
  const options = { acks: 'all', idempotence: 'enabled' } as const
  return { ...options, compression: compressionType, requestTimeoutMs, deliveryTimeoutMs }
}

function sourceTopics({ subtopologies }: TopologyPlan): readonly string[] {
  const regular = subtopologies.filter(({ kind }) => kind === 'regular')
  return [...new Set(regular.flatMap((each) => each.sourceTopics))].sort()
}

function writtenTopics({ subtopologies }: TopologyPlan): readonly string[] {
  return [...new Set(subtopologies.flatMap(({ sinkTopics }) => sinkTopics))].sort()
}
