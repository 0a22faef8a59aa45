import type { TaskId } from '../../model/task-id.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { AssignorError } from './assignor-error.ts'

/** What the leader tells a member (Java: `AssignmentInfo`; the bytes are our own). */
export interface AssignmentInfo {
  /**
   * The task of each assigned partition: as many as the assignment has partitions, in the order of `comparePartitions`. A task that
   * reads several partitions stands here several times (as in Java).
   */
  readonly activeTasks: readonly TaskId[]
  /** By task id string, the partitions of tasks whose state this member keeps warm. Empty until standbys come. */
  readonly standbyTasks: ReadonlyMap<string, readonly TopicPartition[]>
  /** By endpoint, source partitions of the active tasks of its process: where queries go. */
  readonly partitionsByHost: ReadonlyMap<string, readonly TopicPartition[]>
  readonly error: AssignorError
}

export function encodeAssignmentInfo(_info: AssignmentInfo): Uint8Array {
  throw new Error('The body follows.')
}

/** Throws as `decodeSubscriptionInfo`. */
export function decodeAssignmentInfo(_bytes: Uint8Array): AssignmentInfo {
  throw new Error('The body follows.')
}
