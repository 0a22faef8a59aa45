import { SerializationError } from '../../model/errors.ts'
import { bindSerde, type Serde, type SerdeEnvironment } from '../../model/serde.ts'
import { asBuffer } from '../../model/bytes.ts'
import { PseudoTopicSerde } from './pseudo-topic-serde.ts'

/** Tells the right side of a foreign-key join how to handle a subscription (KIP-213). The numbers are part of the wire format. */
export const SubscriptionInstruction = Object.freeze({
  deleteKeyNoPropagate: 0,
  deleteKeyAndPropagate: 1,
  propagateNullIfNoForeignValueAvailable: 2,
  propagateOnlyIfForeignValueAvailable: 3,
} as const)
export type SubscriptionInstruction = (typeof SubscriptionInstruction)[keyof typeof SubscriptionInstruction]

/**
 * A subscription: a row of the left table asks for the row of the right table with its foreign key (Java: `SubscriptionWrapper`).
 */
export interface SubscriptionWrapper<K> {
  /** The hash of the left row's value; null if the row was deleted. The response carries it back. */
  readonly hash: Uint8Array | null
  readonly instruction: SubscriptionInstruction
  readonly primaryKey: K
  /** The partition of the left row, which the response goes to. Null in subscriptions of version 0. */
  readonly primaryPartition: number | null
}

export interface SubscriptionWrapperSerdeOptions<K> {
  /** The name of the registration topic, without the application id. */
  readonly registrationTopic: string
  /** The serde of the left table's keys. Absent: the application's default. */
  readonly primaryKey: Serde<K> | undefined
}

const version1 = 1
const hashIsNull = 0x80
const hashBytes = 16

/**
 * Returns the serde of subscriptions: `version, with a bit for "no hash" ‖ instruction ‖ hash? ‖ primary key ‖ primary partition
 * int32` (Java: `SubscriptionWrapperSerde` version 1). Version 0, which has no partition, is read but not written. The serde must
 * be bound, because it needs the application id.
 */
export function subscriptionWrapperSerde<K>(options: SubscriptionWrapperSerdeOptions<K>): Serde<SubscriptionWrapper<K>> {
  return { ...unboundCodec, bind: (environment) => boundSerde(primaryKeySerde(options, environment)) }
}

const unbound = (): never => {
  throw new SerializationError(
    'STREAMS_SERDE_NOT_BOUND',
    'The serde of foreign-key subscriptions is used before it is bound: bind it, or set defaultKeySerde.',
  )
}

const unboundCodec = { name: 'subscription', serialize: unbound, deserialize: unbound }

function primaryKeySerde<K>(options: SubscriptionWrapperSerdeOptions<K>, environment: SerdeEnvironment): PseudoTopicSerde<K> {
  const serde = options.primaryKey ?? (environment.defaultKey as Serde<K> | undefined)
  if (serde === undefined) return unbound()
  const topic = `${environment.applicationId}-${options.registrationTopic}-pk`
  return new PseudoTopicSerde(bindSerde(serde, environment), topic, 'key')
}

function boundSerde<K>(primaryKey: PseudoTopicSerde<K>): Serde<SubscriptionWrapper<K>> {
  return {
    name: 'subscription',
    serialize: (wrapper) => encode(wrapper, primaryKey.serialize(wrapper.primaryKey)),
    deserialize: (bytes) => {
      const parts = split(bytes)
      return { ...parts.head, primaryKey: primaryKey.deserialize(parts.primaryKey) }
    },
    prepareRead: (batch) => primaryKey.prepareRead(batch.map((bytes) => split(bytes).primaryKey)),
    prepareWrite: () => primaryKey.prepareWrite(),
  }
}

function encode({ hash, instruction, primaryPartition }: SubscriptionWrapper<unknown>, primaryKey: Uint8Array): Uint8Array {
  const keyFrom = hash === null ? 2 : 2 + hashBytes
  const keyTo = keyFrom + primaryKey.byteLength
  const bytes = Buffer.allocUnsafe(keyTo + 4)
  bytes[0] = hash === null ? version1 | hashIsNull : version1
  bytes[1] = instruction
  if (hash !== null) bytes.set(hash, 2)
  bytes.set(primaryKey, keyFrom)
  bytes.writeInt32BE(primaryPartition ?? 0, keyTo)
  return bytes
}

interface Parts {
  readonly head: Omit<SubscriptionWrapper<never>, 'primaryKey'>
  readonly primaryKey: Uint8Array
}

function split(bytes: Uint8Array): Parts {
  const version = bytes[0]! & 0x7f
  const hashed = (bytes[0]! & hashIsNull) === 0
  const keyFrom = hashed ? 2 + hashBytes : 2
  const keyTo = bytes.byteLength - (version === 0 ? 0 : 4)
  if (version > version1 || bytes.byteLength < 2 || keyTo < keyFrom) throw unreadable(version, bytes)
  return {
    head: {
      hash: hashed ? bytes.subarray(2, 2 + hashBytes) : null,
      instruction: instructionOf(bytes),
      primaryPartition: version === 0 ? null : asBuffer(bytes).readInt32BE(keyTo),
    },
    primaryKey: bytes.subarray(keyFrom, keyTo),
  }
}

function instructionOf(bytes: Uint8Array): SubscriptionInstruction {
  const instruction = bytes[1]!
  if (instruction > SubscriptionInstruction.propagateOnlyIfForeignValueAvailable) throw unreadable(bytes[0]! & 0x7f, bytes)
  return instruction as SubscriptionInstruction
}

function unreadable(version: number, bytes: Uint8Array): SerializationError {
  const message =
    `These ${bytes.byteLength} bytes are no foreign-key subscription of version 0 or 1 (version byte ${version}). ` +
    'Was the topic written by a newer release? Run that release, or reset the application.'
  return new SerializationError('STREAMS_UNSUPPORTED_VERSION', message, { facts: { version, size: bytes.byteLength } })
}
