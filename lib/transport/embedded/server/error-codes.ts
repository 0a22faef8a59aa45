import { TransportError } from '../../../model/errors.ts'
import type { RefusalName } from '../refusal.ts'

/** The numbers of the embedded broker's refusals in Kafka's protocol (Java: `Errors`). */
const refusals: Readonly<Record<RefusalName, number>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 3,
  TOPIC_ALREADY_EXISTS: 36,
  INVALID_PARTITIONS: 37,
  INVALID_CONFIG: 40,
  INVALID_RECORD: 87,
  INVALID_TOPIC_EXCEPTION: 17,
  POLICY_VIOLATION: 44,
  MESSAGE_TOO_LARGE: 10,
  OFFSET_OUT_OF_RANGE: 1,
  INVALID_PRODUCER_EPOCH: 47,
  OUT_OF_ORDER_SEQUENCE_NUMBER: 45,
  UNKNOWN_MEMBER_ID: 25,
  ILLEGAL_GENERATION: 22,
  FENCED_INSTANCE_ID: 82,
  REBALANCE_IN_PROGRESS: 27,
  INCONSISTENT_GROUP_PROTOCOL: 23,
  NON_EMPTY_GROUP: 68,
  NOT_COORDINATOR: 16,
  GROUP_ID_NOT_FOUND: 69,
  KAFKA_STORAGE_ERROR: 56,
  NETWORK_EXCEPTION: 13,
}

/** Errors that only the server of requests answers with. */
export const serverError = Object.freeze({
  none: 0,
  corruptMessage: 2,
  unknownTopicOrPartition: 3,
  leaderNotAvailable: 5,
  notLeaderOrFollower: 6,
  coordinatorNotAvailable: 15,
  notCoordinator: 16,
  invalidRequiredAcks: 21,
  invalidGroupId: 24,
  unsupportedVersion: 35,
  invalidReplicationFactor: 38,
  invalidRequest: 42,
  groupIdNotFound: 69,
  fencedLeaderEpoch: 74,
  unknownLeaderEpoch: 75,
  memberIdRequired: 79,
  invalidRecord: 87,
  unknownTopicId: 100,
})

/** The error code of a refused request. An error that is no refusal is a fault of this program, and is thrown. */
export function codeOf(error: unknown): number {
  const name = error instanceof TransportError ? error.code.replace('TRANSPORT_', '') : ''
  if (name === 'CORRUPT_MESSAGE') return serverError.corruptMessage
  if (name in refusals) return refusals[name as RefusalName]
  throw error
}

/** The message of a refused request for the client, which reads it beside the code. */
export function messageOf(error: unknown): string {
  return (error as Error).message
}

/** The error code of what `work` throws. 0 if it does not. */
export function outcomeOf(work: () => void): number {
  try {
    work()
    return serverError.none
  } catch (error) {
    return codeOf(error)
  }
}
