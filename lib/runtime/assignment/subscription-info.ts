import type { TaskId } from '../../model/task-id.ts'
import type { AssignorError } from './assignor-error.ts'

/** An offset sum of a task that runs here: it is caught up by definition (Java: `Task.LATEST_OFFSET`). */
export const latestOffset = -2

/** What a member tells the leader when it joins (Java: `SubscriptionInfo`; the bytes are our own). */
export interface SubscriptionInfo {
  /** The process, a UUID that lasts as long as its state directory: its members share stores. */
  readonly processId: string
  /** Tasks that this member ran actively until now. */
  readonly previousTasks: readonly TaskId[]
  /**
   * By task id string: the sum of the changelog offsets held on this process's disk; {@link latestOffset} for tasks that run.
   * Tasks without state here are missing.
   */
  readonly taskOffsetSums: ReadonlyMap<string, number>
  /** Of the topology: members whose hashes differ must not share a group's tasks silently. */
  readonly topologyHash: string
  /** `host:port` where this process answers queries; null: it does not. */
  readonly userEndpoint: string | null
  readonly error: AssignorError
}

export function encodeSubscriptionInfo(_info: SubscriptionInfo): Uint8Array {
  throw new Error('The body follows.')
}

/**
 * Throws a `StreamsError` of code `STREAMS_ASSIGNMENT_VERSION` for bytes of a later version, and `STREAMS_ASSIGNMENT_CORRUPT` for
 * bytes that are none of ours (another program in this group).
 */
export function decodeSubscriptionInfo(_bytes: Uint8Array): SubscriptionInfo {
  throw new Error('The body follows.')
}
