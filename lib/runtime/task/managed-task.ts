import type { TaskId } from '../../model/task-id.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { StorageEnvironment } from '../../storage/storage.ts'
import type { Subtopology } from '../../topology/topology-plan.ts'
import type { OffsetCommit } from '../../transport/group-coordinator.ts'
import type { ActiveTask } from './task.ts'

/** A task, and where it is in its life: `created` → `restoring` → `running` → `closed`. */
export interface ManagedTask {
  readonly id: TaskId
  readonly subtopology: Subtopology
  readonly partitions: readonly TopicPartition[]
  readonly task: ActiveTask
  readonly storage: StorageEnvironment
  /** What the group had committed when the task was created. */
  readonly committed: readonly OffsetCommit[]
  /** Changelogs that are still read, by partition key. */
  readonly restoring: Set<string>
  state: 'created' | 'restoring' | 'running' | 'closed'
}
