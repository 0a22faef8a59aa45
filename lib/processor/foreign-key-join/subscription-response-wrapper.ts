import { SerializationError } from '../../model/errors.ts'
import { bindSerde, type Serde, type SerdeContext } from '../../model/serde.ts'

/** The answer to a subscription: the right table's current value, or null (Java: `SubscriptionResponseWrapper`). */
export interface SubscriptionResponseWrapper<V> {
  /** The hash of the subscription. By it the left side recognizes whether its row has changed since. */
  readonly hash: Uint8Array | null
  readonly foreignValue: V | null
  /** The partition that the response goes to. It is not part of the bytes. */
  readonly primaryPartition: number | null
}

const hashIsNull = 0x80
const hashBytes = 16
const nothing = new Uint8Array(0)

/**
 * Returns the serde of responses: `version 0, with a bit for "no hash" ‖ hash? ‖ foreign value?` (Java:
 * `SubscriptionResponseWrapperSerde`). A null value has no bytes. If `value` is undefined, the default serde of the application
 * is used.
 */
export function subscriptionResponseWrapperSerde<V>(value: Serde<V> | undefined): Serde<SubscriptionResponseWrapper<V>> {
  const unbound = value === undefined ? { serialize: notBound, deserialize: notBound } : codec(value)
  return {
    name: 'subscription-response',
    ...unbound,
    bind: (environment) => {
      const serde = value ?? (environment.defaultValue as Serde<V> | undefined)
      return serde === undefined ? notBound() : { name: 'subscription-response', ...codec(bindSerde(serde, environment)) }
    },
  }
}

function notBound(): never {
  throw new SerializationError(
    'STREAMS_SERDE_NOT_BOUND',
    'The serde of foreign-key responses is used before it is bound: bind it, or set defaultValueSerde.',
  )
}

type Codec<T> = Pick<Serde<T>, 'serialize' | 'deserialize' | 'prepareRead' | 'prepareWrite'>

function codec<V>(value: Serde<V>): Codec<SubscriptionResponseWrapper<V>> {
  return {
    serialize: ({ hash, foreignValue }, context) =>
      encode(hash, foreignValue === null ? nothing : value.serialize(foreignValue, context)),
    deserialize: (bytes, context) => {
      const at = valueOffset(bytes)
      const foreignValue = at === bytes.byteLength ? null : value.deserialize(bytes.subarray(at), context)
      return { hash: at === 1 ? null : bytes.subarray(1, at), foreignValue, primaryPartition: null }
    },
    prepareRead: (batch, context) => prepareRead(value, batch, context),
    prepareWrite: async (context) => value.prepareWrite?.(context),
  }
}

function encode(hash: Uint8Array | null, value: Uint8Array): Uint8Array {
  const at = hash === null ? 1 : 1 + hashBytes
  const bytes = Buffer.allocUnsafe(at + value.byteLength)
  bytes[0] = hash === null ? hashIsNull : 0
  if (hash !== null) bytes.set(hash, 1)
  bytes.set(value, at)
  return bytes
}

async function prepareRead<V>(value: Serde<V>, batch: readonly Uint8Array[], context: SerdeContext): Promise<void> {
  const values = batch.map((bytes) => bytes.subarray(valueOffset(bytes))).filter((bytes) => bytes.byteLength > 0)
  await value.prepareRead?.(values, context)
}

function valueOffset(bytes: Uint8Array): number {
  const offset = (bytes[0]! & hashIsNull) === 0 ? 1 + hashBytes : 1
  const version = bytes[0]! & 0x7f
  if (version === 0 && bytes.byteLength >= offset) return offset
  const message =
    `These ${bytes.byteLength} bytes are no foreign-key response of version 0 (version byte ${version}). ` +
    'Was the topic written by a newer release? Run that release, or reset the application.'
  throw new SerializationError('STREAMS_UNSUPPORTED_VERSION', message, { facts: { version, size: bytes.byteLength } })
}
