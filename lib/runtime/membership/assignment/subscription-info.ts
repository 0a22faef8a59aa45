import type { TaskId } from '../../../model/task-id.ts'
import { parseTaskId, taskIdString } from '../../../model/task-id.ts'
import type { AssignorError } from './assignor-error.ts'
import { decodeUserData, UserDataWriter } from './wire.ts'

/** The offset sum of a task that runs on this member: it is caught up by definition (Java: `Task.LATEST_OFFSET`). */
export const latestOffset = -2

/**
 * The user data of a subscription: what a member tells the leader when it joins (Java: `SubscriptionInfo`; the bytes are our own).
 */
export interface SubscriptionInfo {
  /** The id of the process, a UUID that lasts as long as its state directory. Members with one id share stored state. */
  readonly processId: string
  /** Tasks that this member ran actively until now. */
  readonly previousTasks: readonly TaskId[]
  /**
   * By task id string: the sum of the changelog offsets held on this process's disk; {@link latestOffset} for tasks that run.
   * Tasks without state here are missing.
   */
  readonly taskOffsetSums: ReadonlyMap<string, number>
  /** The digest of the member's topology (`topologyHash`). The group runs one topology, and refuses members with another. */
  readonly topologyHash: string
  /** `host:port` where the process answers queries; null: it answers none. */
  readonly userEndpoint: string | null
  readonly error: AssignorError
}

/** Throws a `TypeError` if the process id is no UUID. */
export function encodeSubscriptionInfo(info: SubscriptionInfo): Uint8Array {
  const writer = new UserDataWriter()
  writer.error(info.error)
  writer.uuid(info.processId)
  writer.array(info.previousTasks, (task) => writer.taskId(task))
  writer.array([...info.taskOffsetSums], ([task, sum]) => {
    writer.taskId(parseTaskId(task))
    writer.int64(sum)
  })
  writer.string(info.topologyHash)
  // Empty text stands for null, because an endpoint is never empty.
  writer.string(info.userEndpoint ?? '')
  return writer.finish()
}

/**
 * Throws a `StreamsError` of code `STREAMS_ASSIGNMENT_VERSION` for bytes of another line of versions, and `STREAMS_ASSIGNMENT_CORRUPT` for
 * bytes that another program of this group has written.
 */
export function decodeSubscriptionInfo(bytes: Uint8Array): SubscriptionInfo {
  return decodeUserData(bytes, (reader) => ({
    error: reader.error(),
    processId: reader.uuid(),
    previousTasks: reader.array(() => reader.taskId()),
    taskOffsetSums: new Map(reader.array(() => [taskIdString(reader.taskId()), reader.int64()] as const)),
    topologyHash: reader.string(),
    userEndpoint: reader.string() || null,
  }))
}
