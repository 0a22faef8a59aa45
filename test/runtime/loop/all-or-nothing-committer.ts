import type { CommitOutcome, Committer, Undone } from '../../../lib/runtime/loop/committer.ts'
import type { CommitterOptions } from '../../../lib/runtime/loop/open-stream-thread.ts'
import type { ManagedTask } from '../../../lib/runtime/task/managed-task.ts'

/** As exactly once has it: all tasks of a thread write with one producer, so they are committed, or aborted, together. */
export class AllOrNothingCommitter implements Committer {
  /** The next commit is aborted. */
  isFailing = false
  readonly waitsForAssignment = true
  readonly urgency = 'by-schedule'
  readonly #options: CommitterOptions

  constructor(options: CommitterOptions) {
    this.#options = options
  }

  async commit(_asked: readonly ManagedTask[], checkpoint: 'if-due' | 'always'): Promise<CommitOutcome> {
    const { tasks, output, membership } = this.#options
    const { running } = tasks
    const prepared = running.map(({ task }) => ({ task, offsets: task.prepareCommit() }))
    await output.flush()
    if (this.isFailing) return { committed: [], ...(await this.abort()) }
    const offsets = prepared.flatMap((each) => each.offsets)
    if (offsets.length > 0) await membership.commit(offsets)
    for (const each of prepared) each.task.postCommit(each.offsets, checkpoint)
    return { committed: running, aborted: [], lastCommit: 'known' }
  }

  async abort(): Promise<Undone> {
    this.isFailing = false
    return { aborted: this.#options.tasks.running, lastCommit: 'known' }
  }
}
