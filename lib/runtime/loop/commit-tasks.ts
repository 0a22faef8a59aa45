import type { GroupMember } from '../../transport/group/group-member.ts'
import type { OffsetCommit } from '../../transport/group-coordinator.ts'
import type { ManagedTask } from '../task/managed-task.ts'
import type { ProducerOutput } from '../output/producer-output.ts'

/**
 * Commits tasks, at least once: caches are flushed, then all output is acknowledged, then offsets are committed, and only then
 * stores may be written. A crash anywhere in between repeats records, and loses none. Rejects with nothing committed.
 */
export async function commitTasks(
  tasks: readonly ManagedTask[],
  output: Pick<ProducerOutput, 'flush'>,
  member: Pick<GroupMember, 'commit'>,
  checkpoint: 'if-due' | 'always',
): Promise<readonly OffsetCommit[]> {
  const prepared = tasks
    .filter(({ task }) => checkpoint === 'always' || task.isCommitNeeded || task.isCommitRequested)
    .map(({ task }) => ({ task, offsets: task.prepareCommit() }))
  if (prepared.length === 0) return []
  await output.flush()
  const offsets = prepared.flatMap((each) => each.offsets)
  if (offsets.length > 0) await member.commit(offsets)
  for (const each of prepared) each.task.postCommit(each.offsets, checkpoint)
  return offsets
}
