import { TransportError } from '../../model/errors.ts'
import type { Membership } from '../membership/membership.ts'
import type { ProducerOutput } from '../output/producer-output.ts'
import { unlessFull } from '../restore/checkpoint-writer.ts'
import type { ManagedTask } from '../task/managed-task.ts'
import type { CommitOutcome, Committer, CommitterParts, Undone } from './committer.ts'

export interface AtLeastOnceCommitterOptions extends CommitterParts {
  readonly membership: Pick<Membership, 'commit'>
  readonly output: Pick<ProducerOutput, 'settle'>
  /** Commits that fail for longer than this end the thread. Java: `task.timeout.ms`. */
  readonly taskTimeoutMs: number
}

const nothing: CommitOutcome = { committed: [], aborted: [], lastCommit: 'known' }

/**
 * Commits tasks at least once. Caches are flushed first; then the broker acknowledges all output; then offsets are committed; and
 * only then may stores be written to storage. A crash in between repeats records, and loses none. Tasks whose output a broker does not
 * acknowledge are left out.
 */
export class AtLeastOnceCommitter implements Committer {
  /** The coordinator refuses a commit between a join and its assignment. */
  readonly waitsForAssignment = true
  readonly urgency = 'by-schedule'
  readonly #options: AtLeastOnceCommitterOptions
  /** The time of the first of the commits that fail in a row; null after a commit that succeeded. */
  #troubleSinceMs: number | null = null

  constructor(options: AtLeastOnceCommitterOptions) {
    this.#options = options
  }

  async commit(tasks: readonly ManagedTask[], checkpoint: 'if-due' | 'always'): Promise<CommitOutcome> {
    const { directory, purge, clock } = this.#options
    const running = tasks.filter(({ state }) => state === 'running')
    let leftOut: readonly ManagedTask[]
    try {
      // Waits until earlier writes of stores are on disk: a slow disk then slows the loop down, and does not fill memory.
      await directory.flush().catch(unlessFull)
      leftOut = await this.#commit(running, checkpoint)
      this.#troubleSinceMs = null
    } catch (error) {
      this.#endure(error)
      return nothing
    }
    void purge.purge(clock.monotonic())
    return { ...nothing, committed: running.filter((each) => !leftOut.includes(each)) }
  }

  /** Without a transaction, written records stay written: the tasks read their input again, and write again. */
  abort(tasks: readonly ManagedTask[]): Promise<Undone> {
    return Promise.resolve({ aborted: tasks, lastCommit: 'unknown' })
  }

  /** Returns the tasks that are left out, because what they have written is not acknowledged. */
  async #commit(running: readonly ManagedTask[], checkpoint: 'if-due' | 'always'): Promise<readonly ManagedTask[]> {
    const { topics, output, membership, purge } = this.#options
    const asked = running.filter(({ task }) => checkpoint === 'always' || task.isCommitNeeded || task.isCommitRequested)
    const prepared = asked.map((managed) => ({ managed, output: managed.output, offsets: managed.task.prepareCommit() }))
    if (prepared.length === 0) return []
    const settled = await output.settle(prepared)
    // A broker refuses the offsets of a topic that was deleted, and with them those of others.
    const offsets = settled.flatMap((each) => each.offsets).filter(({ topic }) => !topics.isGone(topic))
    if (offsets.length > 0) await membership.commit(offsets)
    for (const each of settled) each.managed.task.postCommit(each.offsets, checkpoint)
    purge.committed(offsets)
    return asked.filter((managed) => !settled.some((each) => each.managed === managed))
  }

  /**
   * After an error that may pass the offsets stay uncommitted. A later commit includes them, or the next owner of the task reads
   * the records again.
   */
  #endure(error: unknown): void {
    if (!(error instanceof TransportError) || error.kind === 'fatal' || error.kind === 'abortable') throw error
    const { clock, logger, taskTimeoutMs } = this.#options
    this.#troubleSinceMs ??= clock.monotonic()
    if (clock.monotonic() - this.#troubleSinceMs >= taskTimeoutMs) throw error
    // A rebalance has begun while the commit was prepared: that is no trouble.
    const level = error.kind === 'rebalance' ? 'info' : 'warn'
    logger[level](`A commit did not go through, and is tried again: ${error.message}`, error.facts)
  }
}
