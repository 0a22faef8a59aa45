import { asBuffer } from '../model/bytes.ts'
import type { Serde } from '../model/serde.ts'
import { checkSize, unreadable, unwritable } from './serialization-error.ts'

const highUnit = 2 ** 32

function checkInteger(serde: string, value: number, from: number, to: number): void {
  if (Number.isInteger(value) && value >= from && value <= to) return
  throw unwritable(serde, `${String(value)} is no integer from ${from} to ${to}.`)
}

/** Writes a safe integer as 8 bytes, big-endian. */
export function writeLong(target: Buffer, value: number, at: number): void {
  const high = Math.floor(value / highUnit)
  target.writeInt32BE(high, at)
  target.writeUInt32BE(value - high * highUnit, at + 4)
}

/** Reads 8 bytes, big-endian. Beyond 2^53 it returns the nearest double; callers check for that. */
export function readLong(source: Buffer, at: number): number {
  return source.readInt32BE(at) * highUnit + source.readUInt32BE(at + 4)
}

/**
 * Java's long as a number: 8 bytes, big-endian. Beyond ±(2^53 − 1), reading and writing are refused, because a number would
 * silently round. For such values use `bigLong`, which has the same bytes.
 */
export const longSerde: Serde<number> = Object.freeze({
  name: 'long',
  immutable: true,
  canonical: true,
  accepts: (bytes: Uint8Array) => bytes.byteLength === 8 && Number.isSafeInteger(readLong(asBuffer(bytes), 0)),
  serialize: (value: number) => {
    checkInteger('long', value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
    const bytes = Buffer.allocUnsafe(8)
    writeLong(bytes, value, 0)
    return bytes
  },
  deserialize: (bytes: Uint8Array) => {
    checkSize('long', bytes, 8)
    const value = readLong(asBuffer(bytes), 0)
    if (Number.isSafeInteger(value)) return value
    throw unreadable('long', `${asBuffer(bytes).readBigInt64BE(0)} is beyond what a number holds exactly. Use Serdes.bigLong.`)
  },
})

/** Java's long as a bigint with all 64 bits. */
export const bigLongSerde: Serde<bigint> = Object.freeze({
  name: 'bigLong',
  immutable: true,
  canonical: true,
  accepts: (bytes: Uint8Array) => bytes.byteLength === 8,
  serialize: (value: bigint) => {
    if (typeof value !== 'bigint') throw unwritable('bigLong', `it is of type ${typeof value}, not bigint.`)
    if (BigInt.asIntN(64, value) !== value) throw unwritable('bigLong', `${value} does not fit into 64 bits.`)
    const bytes = Buffer.allocUnsafe(8)
    bytes.writeBigInt64BE(value, 0)
    return bytes
  },
  deserialize: (bytes: Uint8Array) => {
    checkSize('bigLong', bytes, 8)
    return asBuffer(bytes).readBigInt64BE(0)
  },
})

/** Java's int: 4 bytes, big-endian. */
export const intSerde: Serde<number> = Object.freeze({
  name: 'int',
  immutable: true,
  canonical: true,
  accepts: (bytes: Uint8Array) => bytes.byteLength === 4,
  serialize: (value: number) => {
    checkInteger('int', value, -(2 ** 31), 2 ** 31 - 1)
    const bytes = Buffer.allocUnsafe(4)
    bytes.writeInt32BE(value, 0)
    return bytes
  },
  deserialize: (bytes: Uint8Array) => {
    checkSize('int', bytes, 4)
    return asBuffer(bytes).readInt32BE(0)
  },
})

/** Java's short: 2 bytes, big-endian. */
export const shortSerde: Serde<number> = Object.freeze({
  name: 'short',
  immutable: true,
  canonical: true,
  accepts: (bytes: Uint8Array) => bytes.byteLength === 2,
  serialize: (value: number) => {
    checkInteger('short', value, -(2 ** 15), 2 ** 15 - 1)
    const bytes = Buffer.allocUnsafe(2)
    bytes.writeInt16BE(value, 0)
    return bytes
  },
  deserialize: (bytes: Uint8Array) => {
    checkSize('short', bytes, 2)
    return asBuffer(bytes).readInt16BE(0)
  },
})
