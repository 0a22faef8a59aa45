import { assert } from '../../model/assert.ts'
import { StreamsError, TaskCorruptedError, TransportError } from '../../model/errors.ts'
import { taskIdString } from '../../model/task-id.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import { comparePartitions } from '../../model/topic-partition.ts'
import type { MemberAssignment } from '../../transport/group/consumer-protocol.ts'
import type { FetchedPartition } from '../../transport/fetcher.ts'
import type { GroupMember, GroupMemberListener, NewAssignment, SubscribedMember } from '../../transport/group/group-member.ts'
import { readableRanges } from '../../transport/readable-ranges.ts'
import type { AssignorError } from '../membership/assignment/assignor-error.ts'
import { decodeAssignmentInfo } from '../membership/assignment/assignment-info.ts'
import { encodeSubscriptionInfo, latestOffset } from '../membership/assignment/subscription-info.ts'
import type { ChangelogReader } from '../restore/changelog-reader.ts'
import { commitTasks } from './commit-tasks.ts'
import type { InputFetcher } from './input-fetcher.ts'
import type { LoopJobs } from './loop-jobs.ts'
import type { ManagedTask } from '../task/managed-task.ts'
import { prepareReads } from '../serdes/prepare-serdes.ts'
import type { ProducerOutput } from '../output/producer-output.ts'
import type { RepartitionPurge } from '../output/repartition-purge.ts'
import type { StateDirectory } from '../restore/state-directory.ts'
import { topologyMismatch } from '../membership/group-topology.ts'
import type { StreamAssignor } from '../membership/stream-assignor.ts'
import type { TaskManager } from '../task/task-manager.ts'
import type { ThreadEnvironment } from '../environment/thread-environment.ts'

export interface StreamThreadOptions {
  readonly environment: ThreadEnvironment
  readonly topics: readonly string[]
  readonly topologyHash: string
  readonly commitIntervalMs: number
  readonly pollMs: number
  readonly bufferedRecordsPerPartition: number
  /** How long commits may go on failing before that is an error. */
  readonly taskTimeoutMs: number
  readonly input: InputFetcher
  readonly output: ProducerOutput
  readonly changelogs: ChangelogReader
  readonly tasks: TaskManager
  readonly assignor: StreamAssignor
  readonly directory: StateDirectory
  readonly purge: RepartitionPurge
  readonly jobs: LoopJobs
  readonly onStateChange: (state: ThreadState) => void
}

/** `running`: all assigned tasks process. `rebalancing`: the group, or a restore, is under way. */
export type ThreadState = 'rebalancing' | 'running'

/** Processing stops for heartbeats and fetches after this long. */
const sliceMs = 5

/** So many records of a task, then the next task has its turn. */
const recordsPerTurn = 100

/** Dirty bytes of all stores above which a commit does not wait for its interval. */
const dirtyBytesMax = 64 * 1024 * 1024

/** Written at least this often, so that a restart has little to replay. */
const checkpointIntervalMs = 30_000

/**
 * The loop of an application: hands over what was fetched, lets tasks process for a bounded slice of time, punctuates, commits
 * (Java: `StreamThread`). Membership of the group and restores run beside it; what they want of tasks are jobs of the loop, so that
 * tasks are touched by one thing at a time.
 */
export class StreamThread implements GroupMemberListener {
  readonly #options: StreamThreadOptions
  readonly #paused = new Map<TopicPartition, ManagedTask>()
  #member: GroupMember | null = null
  #membership: 'open' | 'over' = 'open'
  #failure: unknown = undefined
  #isRebalancing = true
  #isDirty = false
  #restoring: Promise<void> | null = null
  #error: AssignorError = 'none'
  #state: ThreadState = 'rebalancing'
  /** Since when commits have failed; null while they do not. */
  #troubleSinceMs: number | null = null
  #lastCommitMs: number
  #lastCheckpointMs: number

  constructor(options: StreamThreadOptions) {
    this.#options = options
    this.#lastCommitMs = options.environment.clock.now()
    this.#lastCheckpointMs = this.#lastCommitMs
  }

  /** The thread's life: resolves after `leave`, rejects with the error that ended it. Tasks are closed in both cases. */
  async run(member: GroupMember): Promise<void> {
    this.#member = member
    const membership = member.run().then(
      () => this.#endMembership(undefined),
      (error: unknown) => this.#endMembership(error),
    )
    try {
      while (this.#membership === 'open') await this.#turn()
      if (this.#failure !== undefined) throw this.#failure
    } catch (error) {
      this.#isDirty = true
      throw error
    } finally {
      this.#options.jobs.close()
      this.#closeDirty(this.#options.tasks.all)
      await member.leave().catch(() => undefined)
      await membership
    }
  }

  /** Commits, gives all tasks back, and leaves the group; `run` then ends. */
  async leave(): Promise<void> {
    await this.#member?.leave().catch(() => undefined)
  }

  /** Tells the whole group to stop (`shutdown-application`). */
  requestShutdown(): void {
    this.#error = 'shutdown-requested'
    this.#member?.requestRejoin()
  }

  // What the membership asks.

  async subscription(): Promise<{ readonly topics: readonly string[]; readonly userData: Uint8Array }> {
    const { topics, topologyHash, directory, tasks } = this.#options
    this.#isRebalancing = true
    const previous = tasks.all.map(({ id }) => id)
    const sums = new Map(directory.closedTaskSums)
    for (const id of previous) sums.set(taskIdString(id), latestOffset)
    const info = { processId: directory.processId, previousTasks: previous, taskOffsetSums: sums, topologyHash }
    return { topics, userData: encodeSubscriptionInfo({ ...info, userEndpoint: null, error: this.#error }) }
  }

  assign(members: readonly SubscribedMember[]): Promise<ReadonlyMap<string, MemberAssignment>> {
    return this.#options.assignor.assign(members)
  }

  onAssigned(assignment: NewAssignment): Promise<void> {
    return this.#options.jobs.run(async () => {
      await this.#options.tasks.assign(tasksOf(assignment))
      this.#isRebalancing = false
    })
  }

  onRevoked(partitions: readonly TopicPartition[]): Promise<void> {
    return this.#options.jobs.run(async () => {
      const revoked = this.#options.tasks.owning(partitions)
      const committed = this.#isDirty ? [] : await this.#commit(revoked, 'always')
      for (const managed of revoked)
        if (committed.includes(managed) || managed.state !== 'running') this.#options.tasks.close(managed)
      this.#closeDirty(revoked)
    })
  }

  onLost(partitions: readonly TopicPartition[]): Promise<void> {
    return this.#options.jobs.run(async () => this.#closeDirty(this.#options.tasks.owning(partitions)))
  }

  // The loop.

  async #turn(): Promise<void> {
    const { jobs, input, output, tasks } = this.#options
    await jobs.runAll()
    this.#restoreOn()
    input.start()
    await this.#handOver(input.take())
    input.start()
    const worked = this.#process()
    const punctuated = this.#punctuate()
    this.#resume()
    await this.#commitIfDue()
    this.#publishState()
    await output.room()
    if (worked || punctuated) return this.#options.environment.clock.yield()
    output.sendAll()
    if (jobs.isEmpty && !input.hasNews && !tasks.running.some(({ task }) => task.isProcessable(this.#now()))) await this.#idle()
  }

  /** A step of restoring beside the loop; what is complete becomes a job of it. */
  #restoreOn(): void {
    const { changelogs, tasks, jobs } = this.#options
    if (this.#restoring !== null || changelogs.isIdle) return
    this.#restoring = changelogs
      .restoreOnce()
      .then(
        (complete) => jobs.post(() => tasks.restored(complete)),
        (error: unknown) => jobs.post(() => this.#onRestoreFailed(error)),
      )
      .finally(() => {
        this.#restoring = null
        jobs.wake()
      })
  }

  async #onRestoreFailed(error: unknown): Promise<void> {
    if (!(error instanceof TaskCorruptedError)) throw error
    this.#options.environment.logger.warn(error.message, error.facts)
    await this.#options.tasks.recreate(error.tasks)
  }

  async #handOver(fetched: readonly FetchedPartition[]): Promise<void> {
    for (const each of fetched) {
      const managed = this.#options.tasks.owner(each)
      if (managed === undefined || managed.state !== 'running') continue
      if (each.error === null) await this.#add(managed, each)
      else if (each.error.kind === 'out-of-range')
        await this.#options.tasks.reset({ topic: each.topic, partition: each.partition })
      else if (each.error.kind !== 'retriable') throw each.error
    }
  }

  async #add({ task, partitions }: ManagedTask, fetched: FetchedPartition): Promise<void> {
    const partition = partitions.find((each) => each.topic === fetched.topic && each.partition === fetched.partition)!
    const ranges = readableRanges(fetched, task.fetchPosition(partition))
    await prepareReads(task.reader(partition), ranges)
    for (const { batch, from, end } of ranges) task.addRecords(partition, batch, from, end)
    if (ranges.length > 0) task.setLag(partition, Math.max(0, fetched.highWatermark - task.fetchPosition(partition)))
    if (task.bufferedRecords(partition) > this.#options.bufferedRecordsPerPartition) this.#pause(partition)
  }

  #pause(partition: TopicPartition): void {
    const managed = this.#options.tasks.owner(partition)
    assert(managed !== undefined, 'Only partitions of running tasks are paused.')
    this.#options.input.pause(partition)
    this.#paused.set(partition, managed)
  }

  #resume(): void {
    for (const [partition, { task, state }] of this.#paused) {
      if (state === 'running' && task.bufferedRecords(partition) > this.#options.bufferedRecordsPerPartition) continue
      this.#paused.delete(partition)
      if (state === 'running') this.#options.input.resume(partition)
    }
  }

  /** Tasks take turns until nothing can be processed, or the slice is over. */
  #process(): boolean {
    const { running } = this.#options.tasks
    const now = this.#now()
    let worked = false
    for (let progressed = true; progressed && this.#now() < now + sliceMs;) {
      progressed = false
      for (const { task } of running) if (processTurn(task, now)) progressed = true
      worked ||= progressed
      if (running.some(({ task }) => task.isCommitRequested)) break
    }
    return worked
  }

  #punctuate(): boolean {
    const now = this.#now()
    let punctuated = false
    for (const { task } of this.#options.tasks.running) if (task.punctuateWallClock(now)) punctuated = true
    return punctuated
  }

  async #commitIfDue(): Promise<void> {
    const { running } = this.#options.tasks
    const isDue = this.#now() - this.#lastCommitMs >= this.#options.commitIntervalMs
    const isAsked = running.some(({ task }) => task.isCommitRequested)
    const isFull = running.reduce((bytes, { task }) => bytes + task.dirtyBytes, 0) > dirtyBytesMax
    if (!isDue && !isAsked && !isFull) return
    const isCheckpointDue = this.#now() - this.#lastCheckpointMs >= checkpointIntervalMs
    await this.#commit(running, isCheckpointDue ? 'always' : 'if-due')
    this.#lastCommitMs = this.#now()
    if (isCheckpointDue) this.#lastCheckpointMs = this.#lastCommitMs
    await this.#options.purge.purge(this.#now())
  }

  async #commit(managed: readonly ManagedTask[], checkpoint: 'if-due' | 'always'): Promise<readonly ManagedTask[]> {
    const { output, purge, environment, directory } = this.#options
    const running = managed.filter(({ state }) => state === 'running')
    assert(this.#member !== null, 'A thread commits as a member.')
    try {
      // What was stored before is on its medium before there is more: a slow one slows the loop, and does not fill memory.
      await directory.flush()
      const offsets = await commitTasks(running, output, this.#member, checkpoint)
      purge.committed(offsets)
      this.#troubleSinceMs = null
      return running
    } catch (error) {
      if (!(error instanceof TransportError) || error.kind === 'fatal' || error.kind === 'abortable') throw error
      this.#troubleSinceMs ??= this.#now()
      if (this.#now() - this.#troubleSinceMs >= this.#options.taskTimeoutMs) throw error
      // The records stay uncommitted: they are committed after the rebalance, or read again by whoever gets the task.
      environment.logger.warn(`A commit did not go through, and is tried again: ${error.message}`, error.facts)
      return []
    }
  }

  #closeDirty(managed: readonly ManagedTask[]): void {
    for (const each of managed) {
      try {
        if (each.state !== 'closed') this.#options.tasks.close(each)
      } catch (error) {
        this.#options.environment.logger.error(`Task ${taskIdString(each.id)} did not close well: ${String(error)}`)
      }
    }
  }

  /** Sleeps until a job or a fetch comes, or something is due. */
  async #idle(): Promise<void> {
    const { tasks, commitIntervalMs, pollMs, jobs, environment } = this.#options
    const now = this.#now()
    const commitAt = tasks.running.some(({ task }) => task.isCommitNeeded) ? this.#lastCommitMs + commitIntervalMs : Infinity
    // Records that wait for a partition without data (KIP-695) are looked at again.
    const waitingAt = tasks.running.some(({ task }) => task.hasRecords) ? now + pollMs : Infinity
    const punctuateAt = Math.min(Infinity, ...tasks.running.map(({ task }) => task.nextWallClockMs))
    await jobs.wait(Math.max(0, Math.min(commitAt, waitingAt, punctuateAt) - now), environment.clock)
  }

  #publishState(): void {
    const isBusy = this.#isRebalancing || this.#options.tasks.isRestoring
    const state = isBusy ? 'rebalancing' : 'running'
    if (state === this.#state) return
    this.#state = state
    this.#options.onStateChange(state)
  }

  #endMembership(error: unknown): void {
    this.#membership = 'over'
    this.#failure = error
    this.#options.jobs.wake()
  }

  #now(): number {
    return this.#options.environment.clock.now()
  }
}

/** True where a record was processed. */
function processTurn(task: ManagedTask['task'], now: number): boolean {
  let count = 0
  while (count < recordsPerTurn && task.isProcessable(now)) {
    task.process()
    task.punctuateStreamTime()
    count++
  }
  return count > 0
}

function tasksOf({ partitions, userData }: NewAssignment): ReadonlyMap<string, readonly TopicPartition[]> {
  if (userData === null) return new Map()
  const { activeTasks, error } = decodeAssignmentInfo(userData)
  if (error === 'shutdown-requested')
    throw new StreamsError('STREAMS_SHUTDOWN_REQUESTED', 'An instance of this application asked all of them to stop.')
  if (error === 'topology-mismatch') throw topologyMismatch()
  if (error === 'incomplete-source-topic-metadata')
    throw new StreamsError(
      'STREAMS_MISSING_SOURCE_TOPIC',
      'A topic that the topology reads is not there: create it, then start again.',
    )
  const tasks = new Map<string, TopicPartition[]>()
  partitions.toSorted(comparePartitions).forEach((partition, index) => {
    const id = taskIdString(activeTasks[index]!)
    tasks.set(id, [...(tasks.get(id) ?? []), partition])
  })
  return tasks
}
