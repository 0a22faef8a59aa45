import type { TaskId } from '../../../model/task-id.ts'
import { parseTaskId, taskIdString } from '../../../model/task-id.ts'
import type { TopicPartition } from '../../../model/topic-partition.ts'
import type { AssignorError } from './assignor-error.ts'
import { decodeUserData, UserDataWriter } from './wire.ts'

/** The user data of an assignment: what the leader tells a member (Java: `AssignmentInfo`; the bytes are our own). */
export interface AssignmentInfo {
  /**
   * The task of each assigned partition: as many as the assignment has partitions, in the order of `comparePartitions`. A task that
   * reads several partitions stands here several times (as in Java).
   */
  readonly activeTasks: readonly TaskId[]
  /** By task id string, the partitions of tasks whose state this member keeps warm. Empty until standbys come. */
  readonly standbyTasks: ReadonlyMap<string, readonly TopicPartition[]>
  /** By the endpoint of a process, the source partitions of its active tasks: queries find the process of a key by it. */
  readonly partitionsByHost: ReadonlyMap<string, readonly TopicPartition[]>
  readonly error: AssignorError
}

export function encodeAssignmentInfo(info: AssignmentInfo): Uint8Array {
  const writer = new UserDataWriter()
  writer.error(info.error)
  writer.array(info.activeTasks, (task) => writer.taskId(task))
  writer.array([...info.standbyTasks], ([task, partitions]) => {
    writer.taskId(parseTaskId(task))
    writer.partitions(partitions)
  })
  writer.array([...info.partitionsByHost], ([endpoint, partitions]) => {
    writer.string(endpoint)
    writer.partitions(partitions)
  })
  return writer.finish()
}

/** Lists of partitions come in the order of `comparePartitions`. Throws as `decodeSubscriptionInfo`. */
export function decodeAssignmentInfo(bytes: Uint8Array): AssignmentInfo {
  return decodeUserData(bytes, (reader) => ({
    error: reader.error(),
    activeTasks: reader.array(() => reader.taskId()),
    standbyTasks: new Map(reader.array(() => [taskIdString(reader.taskId()), reader.partitions()] as const)),
    partitionsByHost: new Map(reader.array(() => [reader.string(), reader.partitions()] as const)),
  }))
}
