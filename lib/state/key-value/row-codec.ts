import { asBuffer } from '../../model/bytes.ts'
import { valueAndTimestamp, type ValueAndTimestamp } from '../../model/value-and-timestamp.ts'
import { row, type Row } from './row.ts'
import type { StoreSerde } from '../store-serde.ts'

/** Turns rows into the bytes that storage keeps, and back. Timestamped stores write `timestamp int64 ‖ value`, as Java's do. */
export interface RowFormat {
  write(row: Row): Uint8Array
  read(bytes: Uint8Array): Row
}

/** Turns rows into values of the user's type, and back. V is the value itself, or `ValueAndTimestamp`. */
export interface RowCodec<V> extends RowFormat {
  toRow(value: V): Row | null
  fromRow(row: Row): V
  /** The value without its timestamp, as operators forward it. */
  valueOf(row: Row): unknown
  /** Null if the store keeps no timestamps. */
  timestampOf(row: Row): number | null
  /** The row of a changelog record. The record has the value alone, and the row's timestamp as its own. */
  restored(value: Uint8Array, timestamp: number): Row
}

/** The format of rows without timestamps: the bytes of the value. */
export const bytesFormat: RowFormat = { write: (stored) => stored.bytes, read: (bytes) => row(bytes, 0) }

/** The codec of stores that keep values without timestamps. */
export function plainCodec<V>(serde: StoreSerde<V>): RowCodec<V> {
  const restored = (bytes: Uint8Array): Row => bytesFormat.read(bytes)
  const valueOf = decoder(serde)
  return {
    toRow: (value) => row(serde.serialize(value), 0, serde.kept(value)),
    fromRow: valueOf,
    valueOf,
    timestampOf: () => null,
    restored,
    ...bytesFormat,
  }
}

/** The codec of stores that keep a timestamp beside each value. */
export function timestampedCodec<V>(serde: StoreSerde<V>): RowCodec<ValueAndTimestamp<V>> {
  const valueOf = decoder(serde)
  return {
    toRow: ({ value, timestamp }) => (value === null ? null : row(serde.serialize(value), timestamp, serde.kept(value))),
    fromRow: (stored) => valueAndTimestamp(valueOf(stored), stored.timestamp),
    valueOf,
    timestampOf: ({ timestamp }) => timestamp,
    restored: (bytes, timestamp) => row(bytes, timestamp),
    write: writeTimestamped,
    read: (bytes) => row(bytes.subarray(8), readInt64(bytes, 0)),
  }
}

/**
 * The codec of Java's timestamped store over a plain supplier. Storage has no place for timestamps, so they are read back as −1.
 */
export function untimedCodec<V>(serde: StoreSerde<V>): RowCodec<ValueAndTimestamp<V>> {
  const restored = (bytes: Uint8Array): Row => row(bytes, -1)
  return { ...timestampedCodec(serde), restored, write: (stored) => stored.bytes, read: restored }
}

function decoder<V>(serde: StoreSerde<V>): (row: Row) => V {
  return (stored) => (stored.value === undefined ? serde.deserialize(stored.bytes) : (stored.value as V))
}

function writeTimestamped({ bytes, timestamp }: Row): Uint8Array {
  const written = Buffer.allocUnsafe(8 + bytes.byteLength)
  writeInt64(written, timestamp, 0)
  written.set(bytes, 8)
  return written
}

/** Writes a safe integer as a big-endian int64. It writes two halves, because a BigInt for each row would be slow. */
export function writeInt64(target: Buffer, value: number, at: number): void {
  const high = Math.floor(value / 2 ** 32)
  target.writeInt32BE(high, at)
  target.writeUInt32BE(value - high * 2 ** 32, at + 4)
}

/** Reads a big-endian int64. A number beyond the safe integers loses its last digits. */
export function readInt64(source: Uint8Array, at: number): number {
  const buffer = asBuffer(source)
  return buffer.readInt32BE(at) * 2 ** 32 + buffer.readUInt32BE(at + 4)
}
