import type { Timer } from '../../clock/clock.ts'
import type { GroupProtocol, JoinResponse } from '../group-coordinator.ts'

/** Who waits for an answer of a group. */
interface Waiter<T> {
  resolve(answer: T): void
  reject(reason: unknown): void
}

/** A member of an embedded group, and what it waits for. */
export interface GroupMemberState {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  sessionTimeoutMs: number
  rebalanceTimeoutMs: number
  protocols: readonly GroupProtocol[]
  assignment: Uint8Array
  joining: Waiter<JoinResponse> | null
  syncing: Waiter<Uint8Array> | null
  session: Timer | null
}

/** The client that a member is in. */
export interface GroupClient {
  readonly clientId: string
  readonly clientHost: string
}

/** A member as its group describes it (Kafka: `DescribeGroups`). */
export interface GroupMemberDescription {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly metadata: Uint8Array
  readonly assignment: Uint8Array
}
