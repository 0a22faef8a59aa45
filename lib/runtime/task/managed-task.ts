import type { TaskId } from '../../model/task-id.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { StorageEnvironment } from '../../storage/storage.ts'
import type { Subtopology } from '../../topology/topology-plan.ts'
import type { OffsetCommit } from '../../transport/group-coordinator.ts'
import type { TaskOutput } from '../output/task-output.ts'
import type { ActiveTask } from './task.ts'

/** A task with the state of its life: `created` → `restoring` → `running` → `closed`. */
export interface ManagedTask {
  readonly id: TaskId
  readonly subtopology: Subtopology
  readonly partitions: readonly TopicPartition[]
  readonly task: ActiveTask
  /** What the task writes to. */
  readonly output: TaskOutput
  readonly storage: StorageEnvironment
  /** The offsets that the group had committed when the task was created. Empty until they are known. */
  committed: readonly OffsetCommit[]
  /**
   * By name, the ids of the topics that it reads, as they were when the task was created: its offsets are of those topics. Empty until they
   * are known.
   */
  readonly topicIds: Map<string, string>
  /** The changelogs whose restore has not ended, by partition key. */
  readonly restoring: Set<string>
  state: 'created' | 'restoring' | 'running' | 'closed'
}
