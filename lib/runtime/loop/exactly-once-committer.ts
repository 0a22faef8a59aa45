import { within } from '../../clock/within.ts'
import { TaskMigratedError, TransportError } from '../../model/errors.ts'
import type { Membership } from '../membership/membership.ts'
import type { ProducerOutput } from '../output/producer-output.ts'
import type { ThreadTransaction } from '../output/thread-transaction.ts'
import { unlessFull } from '../restore/checkpoint-writer.ts'
import type { ManagedTask } from '../task/managed-task.ts'
import type { TaskManager } from '../task/task-manager.ts'
import type { CommitOutcome, Committer, CommitterParts, CommitUrgency, Undone } from './committer.ts'

export interface ExactlyOnceCommitterOptions extends CommitterParts {
  readonly membership: Pick<Membership, 'identity'>
  readonly tasks: Pick<TaskManager, 'running'>
  readonly output: Pick<ProducerOutput, 'flush' | 'failure' | 'discard' | 'renew'>
  readonly transaction: Pick<ThreadTransaction, 'isOpen' | 'openMs' | 'commit' | 'abort'>
  /** The coordinator aborts transactions that take longer. Java: `transaction.timeout.ms`. */
  readonly transactionTimeoutMs: number
}

const nothing: CommitOutcome = { committed: [], aborted: [], lastCommit: 'known' }

/**
 * Commits all tasks of a thread together, exactly once (KIP-447, KIP-892; Java: `TaskExecutor.commitOffsetsOrTransaction`). What tasks have
 * written, their changelogs and the offsets of their input are one transaction. Stores may be written to storage only after that: a crash
 * before it loses memory, a crash after it reads the changelog's tail.
 *
 * A transaction that cannot be committed is undone: all tasks that have written in it begin again at the last commit.
 */
export class ExactlyOnceCommitter implements Committer {
  /** A member that joins commits all the same. If it is of an older generation, the commit is refused, and repeated with the new one. */
  readonly waitsForAssignment = false
  readonly #options: ExactlyOnceCommitterOptions

  constructor(options: ExactlyOnceCommitterOptions) {
    this.#options = options
  }

  /** Nothing may be processed that could not be committed in time. */
  get urgency(): CommitUrgency {
    const { output, transaction, transactionTimeoutMs } = this.#options
    return output.failure !== undefined || transaction.openMs >= transactionTimeoutMs / 2 ? 'at-once' : 'by-schedule'
  }

  async commit(tasks: readonly ManagedTask[], checkpoint: 'if-due' | 'always'): Promise<CommitOutcome> {
    const { directory, purge, clock, output } = this.#options
    const { running } = this.#options.tasks
    // Waits until earlier writes of stores are on disk: a slow disk then slows the loop down, and does not fill memory.
    await directory.flush().catch(unlessFull)
    if (output.failure !== undefined) return this.#undone(output.failure, running)
    const isAsked = (managed: ManagedTask): boolean => checkpoint === 'always' && tasks.includes(managed)
    const asked = running.filter((each) => isAsked(each) || each.task.isCommitNeeded || each.task.isCommitRequested)
    const prepared = asked.map((managed) => ({ managed, offsets: managed.task.prepareCommit() }))
    try {
      const offsets = prepared.flatMap((each) => each.offsets).filter(({ topic }) => !this.#options.topics.isGone(topic))
      if (!(await this.#commit(offsets))) return nothing
      for (const each of prepared) each.managed.task.postCommit(each.offsets, isAsked(each.managed) ? 'always' : 'if-due')
      purge.committed(offsets)
    } catch (error) {
      return this.#undone(error, running)
    }
    void purge.purge(clock.monotonic())
    return { ...nothing, committed: running }
  }

  /** Tasks that do not run have written nothing. */
  async abort(tasks: readonly ManagedTask[]): Promise<Undone> {
    if (tasks.every(({ state }) => state !== 'running')) return { aborted: tasks, lastCommit: 'known' }
    const { running } = this.#options.tasks
    const lastCommit = await this.#undo()
    return { aborted: [...running, ...tasks.filter((each) => !running.includes(each))], lastCommit }
  }

  /** Resolves to false if the group refuses the member for now. */
  async #commit(offsets: Parameters<ThreadTransaction['commit']>[0]): Promise<boolean> {
    const { output, transaction, membership, clock, transactionTimeoutMs: limitMs } = this.#options
    await within(output.flush(), { clock, limitMs, late: () => tooLate(limitMs) })
    if (offsets.length === 0 && !transaction.isOpen) return true
    return transaction.commit(offsets, () => membership.identity)
  }

  async #undone(error: unknown, running: readonly ManagedTask[]): Promise<CommitOutcome> {
    if (!mayBeUndone(error)) throw error
    const message = `A transaction is undone, and its records are processed again: ${error.message}`
    this.#options.logger.warn(message, { ...error.facts, code: error.code })
    return { committed: [], aborted: running, lastCommit: await this.#undo() }
  }

  /** Nothing that was written before may become part of the next transaction. */
  async #undo(): Promise<Undone['lastCommit']> {
    const { output, transaction } = this.#options
    output.discard()
    const lastCommit = await transaction.abort()
    await output.renew()
    return lastCommit
  }
}

/** Errors after which tasks go on from the last commit. All others end the thread, and its transaction with it. */
export function mayBeUndone(error: unknown): error is TransportError | TaskMigratedError {
  return error instanceof TaskMigratedError || (error instanceof TransportError && error.kind !== 'fatal')
}

function tooLate(limitMs: number): TransportError {
  const message = `Records of a transaction were not acknowledged for ${limitMs} ms (transactionTimeoutMs). Check that the brokers answer.`
  return new TransportError('TRANSPORT_TRANSACTION_ABORTABLE', 'abortable', message, { facts: { limitMs } })
}
