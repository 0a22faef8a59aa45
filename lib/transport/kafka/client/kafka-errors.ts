import { TransportError } from '../../../model/errors.ts'
import type { TransportErrorKind } from '../../../model/errors.ts'
import type { VersionRange } from '../connection/connection.ts'
import { errorCodes } from '../wire/error-codes.ts'
import type { ErrorName } from '../wire/error-codes.ts'

/** The kind of error that clients get. A code that `errorCodes` lacks is `fatal`. */
const kinds: Readonly<Record<ErrorName, TransportErrorKind>> = {
  UNKNOWN_SERVER_ERROR: 'fatal',
  OFFSET_OUT_OF_RANGE: 'out-of-range',
  CORRUPT_MESSAGE: 'retriable',
  UNKNOWN_TOPIC_OR_PARTITION: 'retriable',
  LEADER_NOT_AVAILABLE: 'retriable',
  NOT_LEADER_OR_FOLLOWER: 'retriable',
  REQUEST_TIMED_OUT: 'retriable',
  BROKER_NOT_AVAILABLE: 'retriable',
  REPLICA_NOT_AVAILABLE: 'retriable',
  MESSAGE_TOO_LARGE: 'fatal',
  OFFSET_METADATA_TOO_LARGE: 'fatal',
  NETWORK_EXCEPTION: 'retriable',
  COORDINATOR_LOAD_IN_PROGRESS: 'retriable',
  COORDINATOR_NOT_AVAILABLE: 'retriable',
  NOT_COORDINATOR: 'retriable',
  INVALID_TOPIC_EXCEPTION: 'fatal',
  RECORD_LIST_TOO_LARGE: 'fatal',
  NOT_ENOUGH_REPLICAS: 'retriable',
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 'retriable',
  ILLEGAL_GENERATION: 'fenced',
  INCONSISTENT_GROUP_PROTOCOL: 'fatal',
  INVALID_GROUP_ID: 'fatal',
  UNKNOWN_MEMBER_ID: 'fenced',
  INVALID_SESSION_TIMEOUT: 'fatal',
  REBALANCE_IN_PROGRESS: 'rebalance',
  INVALID_COMMIT_OFFSET_SIZE: 'fatal',
  TOPIC_AUTHORIZATION_FAILED: 'fatal',
  GROUP_AUTHORIZATION_FAILED: 'fatal',
  CLUSTER_AUTHORIZATION_FAILED: 'fatal',
  INVALID_TIMESTAMP: 'fatal',
  UNSUPPORTED_VERSION: 'fatal',
  TOPIC_ALREADY_EXISTS: 'fatal',
  INVALID_PARTITIONS: 'fatal',
  INVALID_REPLICATION_FACTOR: 'fatal',
  INVALID_CONFIG: 'fatal',
  NOT_CONTROLLER: 'retriable',
  INVALID_REQUEST: 'fatal',
  UNSUPPORTED_FOR_MESSAGE_FORMAT: 'fatal',
  POLICY_VIOLATION: 'fatal',
  OUT_OF_ORDER_SEQUENCE_NUMBER: 'fatal',
  DUPLICATE_SEQUENCE_NUMBER: 'fatal',
  INVALID_PRODUCER_EPOCH: 'fenced',
  INVALID_TXN_STATE: 'fatal',
  INVALID_PRODUCER_ID_MAPPING: 'abortable',
  INVALID_TRANSACTION_TIMEOUT: 'fatal',
  CONCURRENT_TRANSACTIONS: 'retriable',
  TRANSACTION_COORDINATOR_FENCED: 'fatal',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'fatal',
  OPERATION_NOT_ATTEMPTED: 'abortable',
  KAFKA_STORAGE_ERROR: 'retriable',
  SASL_AUTHENTICATION_FAILED: 'fatal',
  UNKNOWN_PRODUCER_ID: 'abortable',
  NON_EMPTY_GROUP: 'fatal',
  GROUP_ID_NOT_FOUND: 'fatal',
  TOPIC_DELETION_DISABLED: 'fatal',
  FENCED_LEADER_EPOCH: 'retriable',
  UNKNOWN_LEADER_EPOCH: 'retriable',
  UNSUPPORTED_COMPRESSION_TYPE: 'fatal',
  OFFSET_NOT_AVAILABLE: 'retriable',
  MEMBER_ID_REQUIRED: 'retriable',
  GROUP_MAX_SIZE_REACHED: 'fatal',
  FENCED_INSTANCE_ID: 'fenced',
  INVALID_RECORD: 'fatal',
  UNSTABLE_OFFSET_COMMIT: 'retriable',
  THROTTLING_QUOTA_EXCEEDED: 'retriable',
  PRODUCER_FENCED: 'fenced',
  UNKNOWN_TOPIC_ID: 'retriable',
  INCONSISTENT_TOPIC_ID: 'retriable',
  OFFSET_MOVED_TO_TIERED_STORAGE: 'retriable',
  FENCED_MEMBER_EPOCH: 'fenced',
  STALE_MEMBER_EPOCH: 'retriable',
  TRANSACTION_ABORTABLE: 'abortable',
}

const names = new Map<number, ErrorName>(Object.entries(errorCodes).map(([name, code]) => [code, name as ErrorName]))

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
  const known = names.get(code)
  const name = known ?? `ERROR_${code}`
  const kind = known === undefined ? 'fatal' : kinds[known]
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

export function unreachable(addresses: readonly string[], cause: unknown): TransportError {
  const reason = cause instanceof Error ? ` Last: ${cause.message}` : ''
  const message = `No Kafka broker can be reached at ${addresses.join(', ')}. Check the addresses, and that the brokers run.${reason}`
  return new TransportError('TRANSPORT_BROKER_UNREACHABLE', 'retriable', message, { facts: { addresses }, cause })
}

export function closed(what: string): TransportError {
  return new TransportError('TRANSPORT_CLOSED', 'fatal', `The ${what} is closed. Open another one.`)
}
