import { ConfigError, TopologyError } from '../../model/errors.ts'
import { bindSerde, type Serde, type SerdeContext, type SerdeEnvironment } from '../../model/serde.ts'
import { listSerde } from '../../serde/list-serde.ts'
import { readInt64, writeInt64 } from '../../state/key-value/int64.ts'
import type { JoinSide } from './join-side.ts'

/** The key of records that wait for a partner. Rows are sorted by timestamp, then by side, then by key. */
export interface WaitingKey<K> {
  readonly timestamp: number
  readonly side: JoinSide
  readonly key: K
}

export interface WaitingValue<V> {
  readonly side: JoinSide
  readonly value: V
}

/**
 * Returns the serde of waiting keys: `timestamp int64 ‖ side ‖ key` (Java: `TimestampedKeyAndJoinSideSerde`). If `key` is
 * undefined, the application's default serde is used.
 */
export function waitingKeySerde<K>(key: Serde<K> | undefined): Serde<WaitingKey<K>> {
  return boundLater('waiting-key', (environment) =>
    aroundKey(bindSerde(key ?? missing(environment.defaultKey, 'key'), environment)),
  )
}

/**
 * Returns the serde of the waiting values of one key, time and side: a list of `side ‖ value` (Java: `LeftOrRightValueSerde` in a
 * `ListValueStore`).
 */
export function waitingValuesSerde<V>(left: Serde<V> | undefined, right: Serde<V> | undefined): Serde<WaitingValue<V>[]> {
  return boundLater('waiting-values', (environment) => {
    const bound = (serde: Serde<V> | undefined): Serde<V> =>
      bindSerde(serde ?? missing(environment.defaultValue, 'value'), environment)
    return listSerde(aroundValue({ left: bound(left), right: bound(right) }))
  })
}

function aroundKey<K>(inner: Serde<K>): Serde<WaitingKey<K>> {
  const { prepareRead, prepareWrite } = inner
  return {
    name: `waiting(${inner.name})`,
    serialize: ({ timestamp, side, key }, context) => {
      const keyBytes = inner.serialize(key, context)
      const bytes = Buffer.allocUnsafe(9 + keyBytes.byteLength)
      writeInt64(bytes, timestamp, 0)
      bytes[8] = byteOf(side)
      bytes.set(keyBytes, 9)
      return bytes
    },
    deserialize: (bytes, context) => ({
      timestamp: readInt64(bytes, 0),
      side: sideOf(bytes[8]),
      key: inner.deserialize(bytes.subarray(9), context),
    }),
    ...(prepareRead && {
      prepareRead: (keys, context) =>
        prepareRead(
          keys.map((bytes) => bytes.subarray(9)),
          context,
        ),
    }),
    ...(prepareWrite && { prepareWrite }),
  }
}

function aroundValue<V>(inner: Readonly<Record<JoinSide, Serde<V>>>): Serde<WaitingValue<V>> {
  const ofSide = (values: readonly Uint8Array[], side: JoinSide): Uint8Array[] =>
    values.filter((bytes) => sideOf(bytes[0]) === side).map((bytes) => bytes.subarray(1))
  return {
    name: `left-or-right(${inner.left.name}, ${inner.right.name})`,
    serialize: ({ side, value }, context) => {
      const valueBytes = inner[side].serialize(value, context)
      const bytes = Buffer.allocUnsafe(1 + valueBytes.byteLength)
      bytes[0] = byteOf(side)
      bytes.set(valueBytes, 1)
      return bytes
    },
    deserialize: (bytes, context) => {
      const side = sideOf(bytes[0])
      return { side, value: inner[side].deserialize(bytes.subarray(1), context) }
    },
    prepareRead: async (values, context) => {
      await inner.left.prepareRead?.(ofSide(values, 'left'), context)
      await inner.right.prepareRead?.(ofSide(values, 'right'), context)
    },
    prepareWrite: async (context) => {
      await inner.left.prepareWrite?.(context)
      await inner.right.prepareWrite?.(context)
    },
  }
}

/** Returns the byte of a side. The right side sorts before the left one. */
function byteOf(side: JoinSide): number {
  return side === 'left' ? 1 : 0
}

function sideOf(byte: number | undefined): JoinSide {
  return byte === 1 ? 'left' : 'right'
}

/** Makes a serde that can be used only after it is bound, because it may need default serdes. */
function boundLater<T>(name: string, bind: (environment: SerdeEnvironment) => Serde<T>): Serde<T> {
  const notBound = (_: unknown, { topic }: SerdeContext): never => {
    throw new ConfigError('STREAMS_SERDE_NOT_BOUND', `The serde ${name} of ${topic} is used without its environment: bind it.`)
  }
  return { name, serialize: notBound, deserialize: notBound, bind }
}

function missing<T>(serde: Serde<unknown> | undefined, component: 'key' | 'value'): Serde<T> {
  if (serde !== undefined) return serde as Serde<T>
  const setting = component === 'key' ? 'defaultKeySerde' : 'defaultValueSerde'
  const message = `A stream of a join has no ${component} serde: give its topic or the join's options one, or set ${setting}.`
  throw new TopologyError('STREAMS_SERDE_MISSING', message, { facts: { component } })
}
