import { TransportError } from '../../../model/errors.ts'
import type { TransportErrorKind } from '../../../model/errors.ts'
import type { FetchPosition } from '../../fetcher.ts'
import type { VersionRange } from '../connection/connection.ts'

/**
 * Kafka's error codes (Java: `Errors`), each with its name and the kind of error that clients get. Codes that are missing here are
 * `fatal`.
 */
const table: ReadonlyMap<number, readonly [name: string, kind: TransportErrorKind]> = new Map([
  [-1, ['UNKNOWN_SERVER_ERROR', 'fatal']],
  [1, ['OFFSET_OUT_OF_RANGE', 'out-of-range']],
  [2, ['CORRUPT_MESSAGE', 'retriable']],
  [3, ['UNKNOWN_TOPIC_OR_PARTITION', 'retriable']],
  [5, ['LEADER_NOT_AVAILABLE', 'retriable']],
  [6, ['NOT_LEADER_OR_FOLLOWER', 'retriable']],
  [7, ['REQUEST_TIMED_OUT', 'retriable']],
  [8, ['BROKER_NOT_AVAILABLE', 'retriable']],
  [9, ['REPLICA_NOT_AVAILABLE', 'retriable']],
  [10, ['MESSAGE_TOO_LARGE', 'fatal']],
  [12, ['OFFSET_METADATA_TOO_LARGE', 'fatal']],
  [13, ['NETWORK_EXCEPTION', 'retriable']],
  [14, ['COORDINATOR_LOAD_IN_PROGRESS', 'retriable']],
  [15, ['COORDINATOR_NOT_AVAILABLE', 'retriable']],
  [16, ['NOT_COORDINATOR', 'retriable']],
  [17, ['INVALID_TOPIC_EXCEPTION', 'fatal']],
  [18, ['RECORD_LIST_TOO_LARGE', 'fatal']],
  [19, ['NOT_ENOUGH_REPLICAS', 'retriable']],
  [20, ['NOT_ENOUGH_REPLICAS_AFTER_APPEND', 'retriable']],
  [22, ['ILLEGAL_GENERATION', 'fenced']],
  [23, ['INCONSISTENT_GROUP_PROTOCOL', 'fatal']],
  [24, ['INVALID_GROUP_ID', 'fatal']],
  [25, ['UNKNOWN_MEMBER_ID', 'fenced']],
  [26, ['INVALID_SESSION_TIMEOUT', 'fatal']],
  [27, ['REBALANCE_IN_PROGRESS', 'rebalance']],
  [28, ['INVALID_COMMIT_OFFSET_SIZE', 'fatal']],
  [29, ['TOPIC_AUTHORIZATION_FAILED', 'fatal']],
  [30, ['GROUP_AUTHORIZATION_FAILED', 'fatal']],
  [31, ['CLUSTER_AUTHORIZATION_FAILED', 'fatal']],
  [32, ['INVALID_TIMESTAMP', 'fatal']],
  [35, ['UNSUPPORTED_VERSION', 'fatal']],
  [36, ['TOPIC_ALREADY_EXISTS', 'fatal']],
  [37, ['INVALID_PARTITIONS', 'fatal']],
  [38, ['INVALID_REPLICATION_FACTOR', 'fatal']],
  [40, ['INVALID_CONFIG', 'fatal']],
  [41, ['NOT_CONTROLLER', 'retriable']],
  [42, ['INVALID_REQUEST', 'fatal']],
  [43, ['UNSUPPORTED_FOR_MESSAGE_FORMAT', 'fatal']],
  [44, ['POLICY_VIOLATION', 'fatal']],
  [45, ['OUT_OF_ORDER_SEQUENCE_NUMBER', 'fatal']],
  [46, ['DUPLICATE_SEQUENCE_NUMBER', 'fatal']],
  [47, ['INVALID_PRODUCER_EPOCH', 'fenced']],
  [48, ['INVALID_TXN_STATE', 'fatal']],
  [49, ['INVALID_PRODUCER_ID_MAPPING', 'abortable']],
  [50, ['INVALID_TRANSACTION_TIMEOUT', 'fatal']],
  [51, ['CONCURRENT_TRANSACTIONS', 'retriable']],
  [52, ['TRANSACTION_COORDINATOR_FENCED', 'fatal']],
  [53, ['TRANSACTIONAL_ID_AUTHORIZATION_FAILED', 'fatal']],
  [56, ['KAFKA_STORAGE_ERROR', 'retriable']],
  [58, ['SASL_AUTHENTICATION_FAILED', 'fatal']],
  [59, ['UNKNOWN_PRODUCER_ID', 'abortable']],
  [68, ['NON_EMPTY_GROUP', 'fatal']],
  [69, ['GROUP_ID_NOT_FOUND', 'fatal']],
  [73, ['TOPIC_DELETION_DISABLED', 'fatal']],
  [74, ['FENCED_LEADER_EPOCH', 'retriable']],
  [75, ['UNKNOWN_LEADER_EPOCH', 'retriable']],
  [76, ['UNSUPPORTED_COMPRESSION_TYPE', 'fatal']],
  [78, ['OFFSET_NOT_AVAILABLE', 'retriable']],
  [79, ['MEMBER_ID_REQUIRED', 'retriable']],
  [81, ['GROUP_MAX_SIZE_REACHED', 'fatal']],
  [82, ['FENCED_INSTANCE_ID', 'fenced']],
  [87, ['INVALID_RECORD', 'fatal']],
  [88, ['UNSTABLE_OFFSET_COMMIT', 'retriable']],
  [89, ['THROTTLING_QUOTA_EXCEEDED', 'retriable']],
  [90, ['PRODUCER_FENCED', 'fenced']],
  [100, ['UNKNOWN_TOPIC_ID', 'retriable']],
  [103, ['INCONSISTENT_TOPIC_ID', 'retriable']],
  [106, ['OFFSET_MOVED_TO_TIERED_STORAGE', 'retriable']],
  [110, ['FENCED_MEMBER_EPOCH', 'fenced']],
  [113, ['STALE_MEMBER_EPOCH', 'retriable']],
  [120, ['TRANSACTION_ABORTABLE', 'abortable']],
] as const)

/** The codes that the clients of this folder treat in a special way. */
export const errorCode = Object.freeze({
  brokerNotAvailable: 8,
  coordinatorNotAvailable: 15,
  duplicateSequenceNumber: 46,
  invalidProducerEpoch: 47,
  leaderNotAvailable: 5,
  memberIdRequired: 79,
  notCoordinator: 16,
  offsetOutOfRange: 1,
  outOfOrderSequenceNumber: 45,
  unknownProducerId: 59,
  unknownServerError: -1,
  unknownTopicOrPartition: 3,
})

const nextStep: Readonly<Record<TransportErrorKind, string>> = {
  retriable: 'This error may pass: try again, and check the brokers if it stays.',
  fenced: 'A newer client has taken over: close this one, and start again.',
  rebalance: 'Join the group again.',
  'out-of-range': 'The log no longer, or not yet, has this offset: seek to its start or end.',
  abortable: 'Abort the transaction and begin it again.',
  fatal: 'Trying again does not help: mend the request or the cluster.',
}

export interface ErrorContext {
  readonly topic?: string
  readonly partition?: number
  readonly groupId?: string
  /** The broker's own message. */
  readonly message?: string | null
  /** The records of a batch for which the broker refuses it, by their indexes. */
  readonly recordErrors?: readonly { readonly index: number; readonly message: string | null }[]
}

/** Makes the error of a refused request. `what` is the beginning of its message, e.g. `Cannot read transfers-0`. */
export function kafkaError(
  code: number,
  what: string,
  { message = null, recordErrors = [], ...facts }: ErrorContext = {},
): TransportError {
  const [name, kind] = table.get(code) ?? [`ERROR_${code}`, 'fatal' as const]
  const words = message === null ? '' : ` (${message})`
  return new TransportError(`TRANSPORT_${name}`, kind, `${what}: ${name}${words}. ${nextStep[kind]}`, {
    facts: { errorCode: code, ...facts, ...(recordErrors.length === 0 ? {} : { recordErrors }) },
  })
}

export function throwOnError(code: number, what: string, context: ErrorContext = {}): void {
  if (code !== 0) throw kafkaError(code, what, context)
}

export function isRetriable(error: unknown): error is TransportError {
  return error instanceof TransportError && error.kind === 'retriable'
}

/** Makes the error of a connection that broke, or could not be opened. Its kind is `retriable`. */
export function disconnected(address: string, cause: unknown): TransportError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const message = `No answer from broker ${address}: ${reason}. Check that it runs and that this machine reaches it.`
  return new TransportError('TRANSPORT_NETWORK_EXCEPTION', 'retriable', message, { facts: { address }, cause })
}

/** Makes the error of a request that the broker supports in no version that this client can send it in. */
export function unsupportedVersion(
  address: string,
  apiName: string,
  needed: VersionRange,
  offered: VersionRange | undefined,
): TransportError {
  const facts = { address, apiName, needed, offered: offered ?? null }
  const offer = offered === undefined ? 'it does not offer this request' : `it offers ${rangeText(offered)}`
  const isNewer = offered !== undefined && offered.min > needed.max
  const message = isNewer
    ? `Broker ${address} is too new for this version of Millrace: ${apiName} needs one of the versions ${rangeText(needed)}, ${offer}. Update Millrace.`
    : `Broker ${address} is too old for ${apiName}: it needs one of the versions ${rangeText(needed)}, ${offer}. ` +
      'Use brokers of Kafka 2.5 or newer, and check that the address is a broker and not a proxy.'
  return new TransportError('TRANSPORT_UNSUPPORTED_VERSION', 'fatal', message, { facts })
}

function rangeText({ min, max }: VersionRange): string {
  return min === max ? `${min}` : `${min} to ${max}`
}

/**
 * Makes the error of a position whose records are no longer the log's: a leader without them was elected, and others took their
 * offsets (KIP-320; Java: `LogTruncationException`). What was read before `endOffset` is still there.
 */
export function truncated({ topic, partition, offset }: FetchPosition, endOffset: number): TransportError {
  const message =
    `The log of ${topic}-${partition} was truncated to offset ${endOffset}, before the position ${offset}: records that were read are lost. ` +
    'Go on at that offset, or undo what came of the lost records. Unclean leader elections cause this.'
  return new TransportError('TRANSPORT_LOG_TRUNCATION', 'out-of-range', message, {
    facts: { topic, partition, offset, endOffset },
  })
}

export function unreachable(addresses: readonly string[], cause: unknown): TransportError {
  const reason = cause instanceof Error ? ` Last: ${cause.message}` : ''
  const message = `No Kafka broker can be reached at ${addresses.join(', ')}. Check the addresses, and that the brokers run.${reason}`
  return new TransportError('TRANSPORT_BROKER_UNREACHABLE', 'retriable', message, { facts: { addresses }, cause })
}

export function closed(what: string): TransportError {
  return new TransportError('TRANSPORT_CLOSED', 'fatal', `The ${what} is closed. Open another one.`)
}
