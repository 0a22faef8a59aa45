import { within } from '../../clock/within.ts'
import { StreamsError, type TransportError } from '../../model/errors.ts'
import { sentenceOf } from '../../model/sentence.ts'
import type { TaskId } from '../../model/task-id.ts'
import { compareTaskIds, parseTaskId, taskIdString } from '../../model/task-id.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import type { OffsetReset, TopologyPlan } from '../../topology/topology-plan.ts'
import type { Admin } from '../../transport/admin.ts'
import { endOf, type IsolationLevel } from '../../transport/fetcher.ts'
import type { OffsetCommit } from '../../transport/group-coordinator.ts'
import { endOfTruncated, type LogEnd } from '../../transport/log-truncation.ts'
import type { Changelog } from '../restore/changelog.ts'
import type { ChangelogReader } from '../restore/changelog-reader.ts'
import type { InputFetcher } from '../loop/input-fetcher.ts'
import type { LoopJobs } from '../loop/loop-jobs.ts'
import type { AssignedTasks } from '../membership/membership.ts'
import type { ManagedTask } from './managed-task.ts'
import type { PartitionStart } from './task.ts'
import { patiently, type Patience } from '../patience.ts'
import type { AssignedTopics } from '../topics/assigned-topics.ts'
import { idsOf, isAnother, type KnownTopics } from '../../transport/topics/known-topics.ts'
import type { ThreadMeter } from '../metrics/thread-meter.ts'
import { prepareWrites } from '../serdes/prepare-serdes.ts'
import type { ProducerOutput } from '../output/producer-output.ts'
import { isOffsetOf, resetOf, resetOffsets } from './start-offsets.ts'
import { logEmptied, type StateDirectory } from '../restore/state-directory.ts'
import type { GlobalStores } from './stream-task.ts'
import { StreamTask } from './stream-task.ts'
import type { ThreadEnvironment } from '../environment/thread-environment.ts'
import type { StoreRestore } from './task-stores.ts'

export interface TaskManagerOptions {
  readonly plan: TopologyPlan
  readonly environment: ThreadEnvironment
  readonly admin: Pick<Admin, 'committedOffsets' | 'listOffsets'>
  readonly input: Pick<InputFetcher, 'assign' | 'unassign'>
  readonly output: Pick<ProducerOutput, 'ofTask'>
  readonly changelogs: Pick<ChangelogReader, 'register' | 'unregister'>
  readonly directory: Pick<StateDirectory, 'openTask' | 'closeTask' | 'destroyTask'>
  readonly globalStores: GlobalStores
  readonly offsetReset: OffsetReset
  readonly jobs: Pick<LoopJobs, 'postAfter'>
  readonly topics: Pick<AssignedTopics, 'look'>
  /** What is read of the input. */
  readonly isolationLevel: IsolationLevel
  /** For questions to brokers that fail. */
  readonly patience: Patience
  /** A task that cannot start for longer than this ends the thread. */
  readonly maxPollIntervalMs: number
  /** Told which tasks there are. Default: nobody is. */
  readonly meter?: Pick<ThreadMeter, 'owned' | 'closed'> | undefined
}

/** Makes, starts and closes the tasks of a thread. All calls come from the thread's loop, one after the other. */
export class TaskManager {
  readonly #options: TaskManagerOptions
  readonly #tasks = new Map<string, ManagedTask>()
  readonly #owners = new Map<string, ManagedTask>()
  /** The tasks that start, each with what ends its waiting. */
  readonly #starting = new Map<ManagedTask, AbortController>()
  #running: readonly ManagedTask[] = []

  constructor(options: TaskManagerOptions) {
    this.#options = options
  }

  /** The tasks that process, in order of their ids. */
  get running(): readonly ManagedTask[] {
    return this.#running
  }

  /** The tasks that run, or are made and restored, in order of their ids. */
  get all(): readonly ManagedTask[] {
    return [...this.#tasks.values()].sort((left, right) => compareTaskIds(left.id, right.id))
  }

  /** About how many bytes the stores of all tasks hold in memory. */
  get storeBytes(): number {
    return [...this.#tasks.values()].reduce((bytes, { task }) => bytes + task.storeBytes, 0)
  }

  /** Writes a slice of the first checkpoint that is under way. Returns whether there was one. */
  continueCheckpoint(): boolean {
    for (const { task } of this.#tasks.values()) if (task.continueCheckpoint()) return true
    return false
  }

  /**
   * Writes what is left of the checkpoints of these tasks, a slice in each turn of the event loop. So nothing is left that a close would have
   * to write at once.
   */
  async endCheckpoints(tasks: readonly ManagedTask[]): Promise<void> {
    const { clock } = this.#options.environment
    for (const { task } of tasks) {
      do await clock.yield()
      while (task.continueCheckpoint())
    }
  }

  /** Bytes of the batches whose records wait to be processed. */
  get inputBytes(): number {
    return this.#running.reduce((bytes, { task }) => bytes + task.inputBytes, 0)
  }

  get isRestoring(): boolean {
    return this.#running.length < this.#tasks.size
  }

  owner(partition: TopicPartition): ManagedTask | undefined {
    return this.#owners.get(partitionKey(partition))
  }

  /** The tasks with these id strings. Ids of tasks that the thread does not have are left out. */
  withIds(ids: readonly string[]): readonly ManagedTask[] {
    return ids.flatMap((id) => this.#tasks.get(id) ?? [])
  }

  /**
   * Asks where the tasks begin that the thread does not have yet. It touches no task. `topics`: the topics that these tasks read, as
   * they are now.
   */
  startsOf(assigned: AssignedTasks, topics: KnownTopics): Promise<TaskStarts> {
    return this.#startsOf(
      this.#newIn(assigned).flatMap(([, each]) => each),
      topics,
    )
  }

  /** Creates the tasks that the thread does not have yet. The other tasks go on. */
  assign(assigned: AssignedTasks, starts: TaskStarts): void {
    for (const [id, partitions] of this.#newIn(assigned)) this.#begin(this.#create(parseTaskId(id), partitions), starts)
  }

  /** Notes that these changelogs are restored. A task starts to run when all its changelogs are restored. */
  restored(changelogs: readonly Changelog[]): void {
    for (const { partition, taskId } of changelogs) {
      const managed = taskId === null ? undefined : this.#tasks.get(taskIdString(taskId))
      if (managed?.restoring.delete(partitionKey(partition)) !== true || managed.restoring.size > 0) continue
      managed.task.restored()
      this.#start(managed)
    }
  }

  /**
   * Closes tasks without a commit, and makes them anew (Java: `closeDirtyAndRevive`). They begin at the offsets that the group has
   * committed by now, which are asked for beside the loop. `kept`: their stores begin with the rows in storage. `destroyed`: their stores
   * begin empty.
   */
  recreate(tasks: readonly ManagedTask[], state: 'kept' | 'destroyed'): void {
    if (tasks.length === 0) return
    this.closeDirty(tasks)
    if (state === 'destroyed') for (const { id } of tasks) this.#options.directory.destroyTask(id)
    const again = tasks.map(({ id, partitions }) => this.#create(id, partitions))
    const abandoned = allAborted(again.map((managed) => this.#startOf(managed).signal))
    const partitions = tasks.flatMap((managed) => managed.partitions)
    const ask = async () => this.#startsOf(partitions, await this.#options.topics.look())
    const asked = patiently(ask, this.#options.patience, abandoned)
    for (const managed of again) this.#step(managed, asked, (starts) => this.#begin(managed, starts))
  }

  /**
   * Tasks whose work since the last commit is undone begin again at that commit. Where all is known of it, they keep their rows, and nothing
   * is closed or restored.
   */
  beginAgain(tasks: readonly ManagedTask[], lastCommit: 'known' | 'unknown'): void {
    const isKept = ({ state, task }: ManagedTask): boolean => lastCommit === 'known' && state === 'running' && task.canRollBack
    const lost = tasks.filter((managed) => !isKept(managed))
    this.recreate([...lost, ...tasks.filter((managed) => isKept(managed) && !this.#rollBack(managed))], 'kept')
  }

  /**
   * Called if the broker no longer has the next offset of a partition. Reading goes on at the offset that the reset policy gives, or
   * at the end of what is left of a log that was truncated (KIP-320). The offset is asked for beside the loop; the loop then calls the
   * function that this resolves to. Where the topic was created again, the task stays as it is until it is assigned anew.
   */
  async reset(partition: TopicPartition, error: TransportError): Promise<() => void> {
    const managed = this.owner(partition)
    if (managed === undefined) return () => undefined
    const { admin, environment } = this.#options
    const { endOffset: offset, leaderEpoch } = await this.#resetPlace(managed, partition, error)
    const [end] = await admin.listOffsets([partition], endOf(this.#options.isolationLevel))
    if (await this.#readsAnother(managed)) return () => undefined
    environment.logger.warn(`Reading of ${partitionKey(partition)} goes on at offset ${offset}. ${error.message}`, error.facts)
    return () => this.#beginAt(managed, { partition, offset, leaderEpoch, end: end?.offset ?? offset })
  }

  async #resetPlace({ subtopology }: ManagedTask, partition: TopicPartition, error: TransportError): Promise<LogEnd> {
    const { offsetReset, admin, environment } = this.#options
    const isTruncated = error.code === 'TRANSPORT_LOG_TRUNCATION'
    if (isTruncated && resetOf(partition.topic, subtopology, offsetReset) === 'none') throw truncatedLog(error)
    const end = endOfTruncated(error)
    if (end !== undefined) return end
    const offsets = await resetOffsets([partition], subtopology, offsetReset, admin, environment.clock)
    return { endOffset: offsets.get(partitionKey(partition)) ?? 0, leaderEpoch: -1 }
  }

  /** Closes tasks whose uncommitted work is given up. An error of one is logged, and the others are closed all the same. */
  closeDirty(tasks: readonly ManagedTask[]): void {
    for (const each of tasks) {
      try {
        if (each.state !== 'closed') this.close(each)
      } catch (error) {
        this.#options.environment.logger.error(`Task ${taskIdString(each.id)} did not close well: ${sentenceOf(error)}`)
      }
    }
  }

  /** Closes a task without writing anything. Its work is kept only if it was committed before. */
  close(managed: ManagedTask): void {
    const { input, changelogs, directory } = this.#options
    managed.state = 'closed'
    this.#starting.get(managed)?.abort()
    this.#starting.delete(managed)
    this.#tasks.delete(taskIdString(managed.id))
    this.#setRunning()
    for (const partition of managed.partitions) {
      this.#owners.delete(partitionKey(partition))
      input.unassign(partition)
    }
    for (const { partition } of managed.task.restores()) changelogs.unregister(partition)
    managed.output.discard()
    try {
      managed.task.close()
    } finally {
      this.#options.meter?.closed(managed.id)
      directory.closeTask(managed.id, managed.storage)
    }
  }

  /** What still waits for the task as it was sees one that is closed. Returns false if the task cannot go on. */
  #rollBack(managed: ManagedTask): boolean {
    try {
      managed.output.discard()
      const starts = managed.task.rollBack()
      const again: ManagedTask = { ...managed, state: 'restoring' }
      managed.state = 'closed'
      this.#own(again)
      this.#setRunning()
      for (const partition of again.partitions) this.#options.input.unassign(partition)
      this.#step(again, again.task.prepare(), () => this.#run(again, starts.map(placeOf)))
      return true
    } catch (error) {
      this.#options.environment.logger.error(
        `Task ${taskIdString(managed.id)} did not roll back, and is made anew: ${sentenceOf(error)}`,
      )
      return false
    }
  }

  #own(managed: ManagedTask): void {
    this.#tasks.set(taskIdString(managed.id), managed)
    this.#options.meter?.owned(managed)
    for (const partition of managed.partitions) this.#owners.set(partitionKey(partition), managed)
  }

  #newIn(assigned: AssignedTasks) {
    return [...assigned].filter(([id]) => !this.#tasks.has(id))
  }

  async #startsOf(partitions: readonly TopicPartition[], topics: KnownTopics): Promise<TaskStarts> {
    const { admin, environment } = this.#options
    const { applicationId, logger } = environment
    const committed = partitions.length === 0 ? [] : await admin.committedOffsets(applicationId, partitions, 'stable')
    return { topics, committed: committed.filter((offset) => isOffsetOf(topics, offset, logger)) }
  }

  #create(id: TaskId, partitions: readonly TopicPartition[]): ManagedTask {
    const { plan, environment, directory, globalStores } = this.#options
    const subtopology = plan.subtopologies[id.subtopology]!
    using opened = new DisposableStack()
    const storage = opened.adopt(directory.openTask(id), (each) => directory.closeTask(id, each))
    logEmptied(storage, `task ${taskIdString(id)}`, environment.logger)
    const subtopologies = [subtopology]
    const topicIds = new Map<string, string>()
    const output = this.#options.output.ofTask()
    const task = new StreamTask({ id, environment, subtopologies, partitions, topicIds, storage, output, globalStores })
    const begun = { committed: [], topicIds, restoring: new Set<string>(), state: 'created' } as const
    const managed: ManagedTask = { id, subtopology, partitions, task, output, storage, ...begun }
    this.#own(managed)
    // From here on `close` also closes the storage.
    opened.move()
    task.open()
    return managed
  }

  /** The task begins at its places among these. */
  #begin(managed: ManagedTask, { committed, topics }: TaskStarts): void {
    const keys = new Set(managed.partitions.map(partitionKey))
    managed.committed = committed.filter((offset) => keys.has(partitionKey(offset)))
    for (const [topic, topicId] of idsOf(managed.partitions, topics)) managed.topicIds.set(topic, topicId)
    managed.state = 'restoring'
    for (const restore of managed.task.restores()) {
      managed.restoring.add(partitionKey(restore.partition))
      this.#options.changelogs.register(this.#changelog(managed, restore))
    }
    if (managed.restoring.size === 0) this.#start(managed)
  }

  #changelog(
    { id, committed }: ManagedTask,
    { storeName, partition, from, stored, isSource, records, begin, restore: apply, relieve, accept, prepare }: StoreRestore,
  ): Changelog {
    const { logger } = this.#options.environment
    const facts = { store: storeName, task: taskIdString(id), changelog: partitionKey(partition), position: from ?? 0 }
    logger.info(`Store ${storeName} of task ${facts.task} opened at position ${facts.position} of ${facts.changelog}.`, facts)
    const committedOffset = committed.find((offset) => partitionKey(offset) === partitionKey(partition))?.offset ?? 0
    return {
      partition,
      storeName,
      taskId: id,
      start: from ?? 'earliest',
      stored,
      begin,
      ...(isSource ? { endOffsetMax: Math.max(committedOffset, from ?? 0) } : {}),
      records,
      apply,
      relieve,
      accept,
      prepare,
    }
  }

  /**
   * Starts a task. Brokers and schema registries are asked beside the loop: other tasks go on meanwhile. Each step that touches the task
   * is a job of the loop.
   */
  #start(managed: ManagedTask): void {
    const { patience } = this.#options
    const { signal } = this.#startOf(managed)
    const asked = patiently(() => this.#places(managed), patience, signal)
    this.#step(managed, asked, (places) => {
      if (places === 'of-another-topic') return this.recreate([managed], 'kept')
      managed.task.start(managed.committed)
      this.#step(managed, managed.task.prepare(), () => this.#run(managed, places))
    })
  }

  #step<T>(managed: ManagedTask, asked: Promise<T>, proceed: (answer: T) => void): void {
    const { jobs, environment, maxPollIntervalMs: limitMs } = this.#options
    const { signal } = this.#startOf(managed)
    const limited = within(asked, { clock: environment.clock, limitMs, late: () => startTimeout(managed.id, limitMs), signal })
    jobs.postAfter(limited, (answer) => {
      if (managed.state !== 'closed') proceed(answer())
    })
  }

  #startOf(managed: ManagedTask): AbortController {
    const start = this.#starting.get(managed) ?? new AbortController()
    this.#starting.set(managed, start)
    return start
  }

  /**
   * Where reading begins in each partition of the task, and where the partitions end. Brokers list offsets by a topic's name. So they are
   * those of the topic that the task began with only if it is there when they have been listed.
   */
  async #places(managed: ManagedTask): Promise<readonly Place[] | 'of-another-topic'> {
    const { subtopology, partitions, committed } = managed
    const { environment, admin, offsetReset } = this.#options
    await prepareWrites([subtopology], environment.serdes, environment.applicationId)
    const known = new Map(committed.map((each) => [partitionKey(each), each]))
    const unknown = partitions.filter((partition) => !known.has(partitionKey(partition)))
    const resets = await resetOffsets(unknown, subtopology, offsetReset, admin, environment.clock)
    const ends = await admin.listOffsets(partitions, endOf(this.#options.isolationLevel))
    if (unknown.length > 0 && (await this.#readsAnother(managed))) return 'of-another-topic'
    return ends.map(({ topic, partition, offset: end }) => {
      const at = { topic, partition }
      const { offset, leaderEpoch } = known.get(partitionKey(at)) ?? {
        offset: resets.get(partitionKey(at)) ?? 0,
        leaderEpoch: -1,
      }
      return { partition: at, offset, leaderEpoch, end }
    })
  }

  async #readsAnother({ topicIds }: ManagedTask): Promise<boolean> {
    return topicIds.size > 0 && isAnother(topicIds, await this.#options.topics.look())
  }

  #run(managed: ManagedTask, places: readonly Place[]): void {
    this.#starting.delete(managed)
    managed.state = 'running'
    this.#setRunning()
    for (const place of places) this.#beginAt(managed, place)
  }

  #beginAt({ task, topicIds }: ManagedTask, { partition, offset, leaderEpoch, end }: Place): void {
    task.seek(partition, offset, leaderEpoch)
    if (end !== undefined) task.setLag(partition, Math.max(0, end - offset))
    this.#options.input.assign(partition, { offset, leaderEpoch, topicId: topicIds.get(partition.topic) })
  }

  #setRunning(): void {
    this.#running = this.all.filter(({ state }) => state === 'running')
  }
}

/** Where tasks begin. */
export interface TaskStarts {
  /** The topics of the tasks, as they are. */
  readonly topics: KnownTopics
  /** What the group has committed of these topics. */
  readonly committed: readonly OffsetCommit[]
}

interface Place {
  readonly partition: TopicPartition
  readonly offset: number
  readonly leaderEpoch: number
  readonly end: number | undefined
}

function placeOf({ topic, partition, offset, leaderEpoch, end }: PartitionStart): Place {
  return { partition: { topic, partition }, offset, leaderEpoch, end }
}

/** A signal that is aborted when all of these are. */
function allAborted(signals: readonly AbortSignal[]): AbortSignal {
  const all = new AbortController()
  let left = signals.length
  const count = (): void => {
    if (--left === 0) all.abort()
  }
  for (const signal of signals) signal.addEventListener('abort', count, { once: true })
  return all.signal
}

function truncatedLog({ message, facts }: TransportError): StreamsError {
  const text = `The offset reset is none, and ${message.charAt(0).toLowerCase()}${message.slice(1)} Then commit the offset at which to go on.`
  return new StreamsError('STREAMS_LOG_TRUNCATED', text, { facts })
}

function startTimeout(id: TaskId, limitMs: number): StreamsError {
  const task = taskIdString(id)
  const message =
    `Task ${task} has waited for ${limitMs} ms (maxPollIntervalMs) for its serdes or for the offsets where it begins. ` +
    'Check that the schema registry and the brokers answer.'
  return new StreamsError('STREAMS_SERDE_TIMEOUT', message, { facts: { task, limitMs } })
}
