import type { Clock } from '../../clock/clock.ts'
import { TransportError } from '../../model/errors.ts'
import type { OffsetCommit } from '../../transport/group-coordinator.ts'
import type { Logger } from '../logger.ts'
import type { Membership } from '../membership/membership.ts'
import type { ProducerOutput } from '../output/producer-output.ts'
import type { RepartitionPurge } from '../output/repartition-purge.ts'
import type { StateDirectory } from '../restore/state-directory.ts'
import type { ManagedTask } from '../task/managed-task.ts'
import type { CommitOutcome, Committer } from './committer.ts'

export interface AtLeastOnceCommitterOptions {
  readonly membership: Pick<Membership, 'commit'>
  readonly output: Pick<ProducerOutput, 'flush'>
  readonly directory: Pick<StateDirectory, 'flush'>
  readonly purge: Pick<RepartitionPurge, 'committed' | 'purge'>
  readonly clock: Clock
  readonly logger: Logger
  /** How long commits may go on failing before that is an error. Java: `task.timeout.ms`. */
  readonly taskTimeoutMs: number
}

const nothing: CommitOutcome = { committed: [], aborted: [] }

/**
 * Commits the tasks that are asked for, at least once: caches are flushed, then all output is acknowledged, then offsets are
 * committed, and only then stores may be written. A crash anywhere in between repeats records, and loses none.
 */
export class AtLeastOnceCommitter implements Committer {
  readonly #options: AtLeastOnceCommitterOptions
  /** Since when commits have failed; null while they do not. */
  #troubleSinceMs: number | null = null

  constructor(options: AtLeastOnceCommitterOptions) {
    this.#options = options
  }

  async commit(tasks: readonly ManagedTask[], checkpoint: 'if-due' | 'always'): Promise<CommitOutcome> {
    const { directory, purge, clock } = this.#options
    const running = tasks.filter(({ state }) => state === 'running')
    try {
      // What was stored before is on its medium before there is more: a slow one slows the loop, and does not fill memory.
      await directory.flush()
      purge.committed(await this.#commit(running, checkpoint))
      this.#troubleSinceMs = null
    } catch (error) {
      this.#endure(error)
      return nothing
    }
    await purge.purge(clock.now())
    return { committed: running, aborted: [] }
  }

  /** What was written stays written: the records are read, and written, again. */
  abort(tasks: readonly ManagedTask[]): Promise<readonly ManagedTask[]> {
    return Promise.resolve(tasks)
  }

  async #commit(running: readonly ManagedTask[], checkpoint: 'if-due' | 'always'): Promise<readonly OffsetCommit[]> {
    const prepared = running
      .filter(({ task }) => checkpoint === 'always' || task.isCommitNeeded || task.isCommitRequested)
      .map(({ task }) => ({ task, offsets: task.prepareCommit() }))
    if (prepared.length === 0) return []
    await this.#options.output.flush()
    const offsets = prepared.flatMap((each) => each.offsets)
    if (offsets.length > 0) await this.#options.membership.commit(offsets)
    for (const each of prepared) each.task.postCommit(each.offsets, checkpoint)
    return offsets
  }

  /** An error that may pass leaves the records uncommitted: they are committed later, or read again by whoever gets the task. */
  #endure(error: unknown): void {
    if (!(error instanceof TransportError) || error.kind === 'fatal' || error.kind === 'abortable') throw error
    const { clock, logger, taskTimeoutMs } = this.#options
    this.#troubleSinceMs ??= clock.now()
    if (clock.now() - this.#troubleSinceMs >= taskTimeoutMs) throw error
    logger.warn(`A commit did not go through, and is tried again: ${error.message}`, error.facts)
  }
}
