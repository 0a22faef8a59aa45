import { asBuffer } from '../../model/bytes.ts'
import { change, type Change } from '../../model/change.ts'
import { TopologyError } from '../../model/errors.ts'
import { bindSerde, type Serde, type SerdeContext } from '../../model/serde.ts'
import { unreadable, unwritable } from '../../serde/serialization-error.ts'

const name = 'changed'

/**
 * The last byte of a change is its format. In the formats with `latest`, the byte before it tells whether the change is the
 * newest of its key (KIP-914).
 */
const flags = { old: 0, new: 1, both: 2, oldLatest: 3, newLatest: 4, bothLatest: 5 } as const

/**
 * Returns a serde for the values of the repartition topic of a grouped table (Java: `ChangedSerializer`, KIP-904): `old ‖ 0`,
 * `new ‖ 1`, or `varint size of new ‖ new ‖ old ‖ 2`. If `value` is undefined, the default serde of the application is used.
 */
export function changedSerde<V>(value: Serde<V> | undefined): Serde<Change<V>> {
  const unbound = value === undefined ? { serialize: notBound, deserialize: notBound } : codec(value)
  return {
    name,
    ...unbound,
    bind: (environment) => {
      const serde = value ?? (environment.defaultValue as Serde<V> | undefined)
      return serde === undefined ? notBound() : { name, ...codec(bindSerde(serde, environment)) }
    },
  }
}

function notBound(): never {
  throw new TopologyError(
    'STREAMS_SERDE_MISSING',
    'The values of a grouped table have no serde: give one to groupBy, or set defaultValueSerde.',
  )
}

type Codec<T> = Pick<Serde<T>, 'serialize' | 'deserialize' | 'prepareRead' | 'prepareWrite'>

function codec<V>(value: Serde<V>): Codec<Change<V>> {
  const write = (side: V | null, context: SerdeContext): Uint8Array | null =>
    side === null ? null : value.serialize(side, context)
  const read = (bytes: Uint8Array | null, context: SerdeContext): V | null =>
    bytes === null ? null : value.deserialize(bytes, context)
  return {
    serialize: ({ newValue, oldValue }, context) => writeSides(write(newValue, context), write(oldValue, context)),
    deserialize: (bytes, context) => {
      const sides = readSides(bytes)
      return change(read(sides.newValue, context), read(sides.oldValue, context), sides.isLatest)
    },
    prepareRead: async (batch, context) => {
      const sides = batch.map(readSides).flatMap(({ newValue, oldValue }) => [newValue, oldValue])
      await value.prepareRead?.(
        sides.filter((side) => side !== null),
        context,
      )
    },
    prepareWrite: async (context) => value.prepareWrite?.(context),
  }
}

function writeSides(newValue: Uint8Array | null, oldValue: Uint8Array | null): Uint8Array {
  if (newValue !== null && oldValue !== null)
    return Buffer.concat([zigzag(newValue.byteLength), newValue, oldValue, Buffer.of(flags.both)])
  if (newValue !== null) return Buffer.concat([newValue, Buffer.of(flags.new)])
  if (oldValue !== null) return Buffer.concat([oldValue, Buffer.of(flags.old)])
  throw unwritable(name, 'old and new value are both null.')
}

function readSides(bytes: Uint8Array): Change<Uint8Array> {
  const flag = bytes.at(-1)
  const hasLatest = flag === flags.oldLatest || flag === flags.newLatest || flag === flags.bothLatest
  const end = bytes.byteLength - (hasLatest ? 2 : 1)
  if (flag === undefined || flag > flags.bothLatest || end < 0)
    throw unreadable(name, `they end in ${flag}, which is no known format.`)
  const isLatest = !hasLatest || bytes[end] === 1
  const values = bytes.subarray(0, end)
  if (flag === flags.old || flag === flags.oldLatest) return change<Uint8Array>(null, values, isLatest)
  if (flag === flags.new || flag === flags.newLatest) return change<Uint8Array>(values, null, isLatest)
  const { size, at } = readZigzag(values)
  if (size < 0 || at + size > end) throw unreadable(name, `${size} bytes of a new value are announced, ${end - at} are there.`)
  return change(values.subarray(at, at + size), values.subarray(at + size), isLatest)
}

/** Writes a size as Kafka writes an int32 of variable length: zigzag, 7 bits per byte, the lowest first. */
function zigzag(size: number): Buffer {
  const bytes: number[] = []
  let rest = size * 2
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  return Buffer.from([...bytes, rest])
}

function readZigzag(bytes: Uint8Array): { readonly size: number; readonly at: number } {
  let raw = 0
  for (const [index, byte] of asBuffer(bytes).subarray(0, 5).entries()) {
    raw += (byte & 0x7f) * 0x80 ** index
    if (byte < 0x80) return { size: raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2, at: index + 1 }
  }
  throw unreadable(name, 'the size of the new value does not end.')
}
