import { sleep } from '../../clock/clock.ts'
import { endsWithin } from '../../clock/within.ts'
import { taskIdString } from '../../model/task-id.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import type { Logger } from '../logger.ts'
import type { AssignedTasks, MembershipListener, TaskReport } from '../membership/membership.ts'
import type { ThreadMeter } from '../metrics/thread-meter.ts'
import type { ProducerOutput } from '../output/producer-output.ts'
import { patiently, type Patience } from '../patience.ts'
import type { StateDirectory } from '../restore/state-directory.ts'
import type { ManagedTask } from '../task/managed-task.ts'
import type { TaskManager } from '../task/task-manager.ts'
import type { AssignedTopics } from '../topics/assigned-topics.ts'
import { isAnother, type KnownTopics } from '../../transport/topics/known-topics.ts'
import type { CommitOutcome, Committer, Undone } from './committer.ts'
import type { LoopJobs } from './loop-jobs.ts'

export interface RebalanceListenerOptions {
  readonly jobs: LoopJobs
  readonly tasks: Pick<
    TaskManager,
    'all' | 'running' | 'withIds' | 'startsOf' | 'assign' | 'beginAgain' | 'endCheckpoints' | 'close' | 'closeDirty'
  >
  readonly topics: Pick<AssignedTopics, 'assigned'>
  readonly committer: Committer
  readonly output: Pick<ProducerOutput, 'discard'>
  readonly directory: Pick<StateDirectory, 'closedTaskSums'>
  readonly logger: Logger
  /** For commits of revoked tasks that are refused, and for questions to brokers that fail. The pauses between commits grow. */
  readonly patience: Patience
  /** Told of rebalances. Default: nobody is. */
  readonly meter?: Pick<ThreadMeter, 'rebalanceBegins' | 'assigned' | 'lost'> | undefined
}

/** A join does not wait for the commit before it for longer than this: others wait for the join. */
const commitBeforeJoinMs = 5000

/** The commit of revoked tasks is not repeated after this long: another member waits for them. */
const lastCommitMs = 2000

/**
 * Makes and closes the tasks of a thread when its membership assigns or revokes them (Java: `StreamsRebalanceListener`). The
 * membership runs beside the loop. So each of its calls becomes a job of the loop, and only the loop touches tasks.
 */
export class RebalanceListener implements MembershipListener {
  readonly #options: RebalanceListenerOptions
  #isRebalancing = true

  constructor(options: RebalanceListenerOptions) {
    this.#options = options
  }

  /** True before the first assignment, and from the beginning of each rebalance to its end. */
  get isRebalancing(): boolean {
    return this.#isRebalancing
  }

  report(): TaskReport {
    const { tasks, directory } = this.#options
    const restoring = tasks.all.filter(({ state }) => state !== 'running')
    const restored = restoring.map((managed) => [taskIdString(managed.id), restoredOffsetSum(managed)] as const)
    return { owned: tasks.all.map(({ id }) => id), storedOffsetSums: new Map([...directory.closedTaskSums, ...restored]) }
  }

  onRebalance(): void {
    if (!this.#isRebalancing) this.#options.meter?.rebalanceBegins()
    this.#isRebalancing = true
  }

  async beforeJoin(): Promise<void> {
    const { jobs, tasks, patience } = this.#options
    if (tasks.running.length === 0) return
    const commit = jobs.run(() => this.#commit(tasks.running, 'if-due'))
    await endsWithin(commit, commitBeforeJoinMs, patience.clock)
  }

  async onAssigned(assigned: AssignedTasks): Promise<void> {
    const { jobs, tasks, patience } = this.#options
    const topics = await patiently(() => this.#options.topics.assigned(), patience)
    // A pattern may match other topics than before, and a topic may have been deleted and created again. The task is then made anew.
    await jobs.run(() => this.#revoke(tasks.all.filter((managed) => readsOthers(managed, assigned, topics))))
    const starts = await patiently(() => tasks.startsOf(assigned, topics), patience)
    await jobs.run(async () => {
      this.#options.logger.info(`Assigned: ${[...assigned.keys()].join(', ') || 'no tasks'}.`)
      tasks.assign(assigned, starts)
      this.#isRebalancing = false
      this.#options.meter?.assigned()
    })
  }

  onRevoked(ids: readonly string[]): Promise<void> {
    return this.#options.jobs.run(() => this.#revoke(this.#options.tasks.withIds(ids)))
  }

  onLost(ids: readonly string[], reason: string): Promise<void> {
    const { jobs, tasks, output, logger } = this.#options
    this.#options.meter?.lost()
    return jobs.run(async () => {
      logger.warn(`Tasks ${ids.join(', ')} are lost, with what they did since their last commit: ${reason}`, { tasks: ids })
      await this.#giveUp(tasks.withIds(ids))
      if (tasks.all.length === 0) output.discard()
    })
  }

  async #commit(tasks: readonly ManagedTask[], checkpoint: 'if-due' | 'always'): Promise<void> {
    const { aborted, lastCommit } = await this.#options.committer.commit(tasks, checkpoint)
    this.#options.tasks.beginAgain(aborted, lastCommit)
  }

  async #revoke(revoked: readonly ManagedTask[]): Promise<void> {
    if (revoked.length === 0) return
    const { tasks } = this.#options
    // A checkpoint that is under way ends first: the last commit begins one of its own.
    await tasks.endCheckpoints(revoked)
    const outcome = await this.#commitLast(revoked)
    const { committed, aborted } = outcome
    await tasks.endCheckpoints(revoked.filter((managed) => !aborted.includes(managed)))
    for (const managed of revoked) if (committed.includes(managed) || managed.state !== 'running') tasks.close(managed)
    const left = revoked.filter((managed) => managed.state !== 'closed' && !aborted.includes(managed))
    await this.#giveUp(left)
    tasks.closeDirty(revoked)
    this.#beginAgain(outcome, revoked)
  }

  /** Closes tasks whose work is not committed, and undoes it. Others that have written together with them begin again. */
  async #giveUp(left: readonly ManagedTask[]): Promise<void> {
    if (left.length === 0) return
    const { tasks, committer } = this.#options
    const undone = await committer.abort(left)
    await tasks.endCheckpoints(left)
    tasks.closeDirty(left)
    this.#beginAgain(undone, left)
  }

  #beginAgain({ aborted, lastCommit }: Undone, gone: readonly ManagedTask[]): void {
    const kept = aborted.filter((managed) => !gone.includes(managed))
    this.#options.tasks.beginAgain(kept, lastCommit)
  }

  /** Commits tasks that go. A commit that is refused, but may pass, is repeated: what it leaves out is processed twice. */
  async #commitLast(revoked: readonly ManagedTask[]): Promise<CommitOutcome> {
    const { committer, patience } = this.#options
    const { clock, retryBackoffMs } = patience
    const endMs = clock.monotonic() + lastCommitMs
    for (let pauseMs = retryBackoffMs; ; pauseMs *= 2) {
      const outcome = await committer.commit(revoked, 'always')
      const isDone = revoked.every((each) => each.state !== 'running' || isIn(outcome, each))
      if (isDone || clock.monotonic() + pauseMs > endMs) return outcome
      await sleep(clock, pauseMs)
    }
  }
}

function isIn({ committed, aborted }: CommitOutcome, managed: ManagedTask): boolean {
  return committed.includes(managed) || aborted.includes(managed)
}

/** The sum of the changelog offsets up to which a task that is restored has its state. */
function restoredOffsetSum({ task }: ManagedTask): number {
  return task.restores().reduce((sum, { from = 0 }) => sum + from, 0)
}

/** Whether the task shall read other partitions than before, or topics of the same names which are others now. */
function readsOthers({ id, partitions, topicIds }: ManagedTask, assigned: AssignedTasks, topics: KnownTopics): boolean {
  const wanted = assigned.get(taskIdString(id))
  if (wanted === undefined) return false
  const keys = new Set(wanted.map(partitionKey))
  if (keys.size !== partitions.length || partitions.some((each) => !keys.has(partitionKey(each)))) return true
  return isAnother(topicIds, topics)
}
