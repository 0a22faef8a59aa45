import type { ErrorFacts, TransportErrorKind } from '../../model/errors.ts'
import { TransportError } from '../../model/errors.ts'
import type { ErrorName } from '../kafka/wire/error-codes.ts'

/** The protocol errors that the embedded broker answers with, each with the kind of error that clients get. */
const kinds = {
  UNKNOWN_TOPIC_OR_PARTITION: 'retriable',
  UNKNOWN_TOPIC_ID: 'retriable',
  TOPIC_ALREADY_EXISTS: 'fatal',
  INVALID_PARTITIONS: 'fatal',
  INVALID_CONFIG: 'fatal',
  INVALID_RECORD: 'fatal',
  INVALID_TOPIC_EXCEPTION: 'fatal',
  POLICY_VIOLATION: 'fatal',
  MESSAGE_TOO_LARGE: 'fatal',
  OFFSET_OUT_OF_RANGE: 'out-of-range',
  INVALID_PRODUCER_EPOCH: 'fenced',
  OUT_OF_ORDER_SEQUENCE_NUMBER: 'fatal',
  UNKNOWN_MEMBER_ID: 'fenced',
  ILLEGAL_GENERATION: 'fenced',
  FENCED_INSTANCE_ID: 'fenced',
  REBALANCE_IN_PROGRESS: 'rebalance',
  INCONSISTENT_GROUP_PROTOCOL: 'fatal',
  NON_EMPTY_GROUP: 'fatal',
  NOT_COORDINATOR: 'retriable',
  GROUP_ID_NOT_FOUND: 'fatal',
  KAFKA_STORAGE_ERROR: 'fatal',
  INVALID_REQUEST: 'fatal',
  INVALID_TXN_STATE: 'fatal',
  INVALID_TRANSACTION_TIMEOUT: 'fatal',
  INVALID_PRODUCER_ID_MAPPING: 'abortable',
  TRANSACTION_ABORTABLE: 'abortable',
  CONCURRENT_TRANSACTIONS: 'retriable',
  UNSTABLE_OFFSET_COMMIT: 'retriable',
  PRODUCER_FENCED: 'fenced',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'fatal',
  NETWORK_EXCEPTION: 'fatal',
} as const satisfies Partial<Record<ErrorName, TransportErrorKind>>

type RefusalName = keyof typeof kinds

/** Makes the error of a request that the embedded broker refuses. */
export function refusal(name: RefusalName, message: string, facts: ErrorFacts = {}, cause?: unknown): TransportError {
  return new TransportError(`TRANSPORT_${name}`, kinds[name], message, { facts, cause })
}
