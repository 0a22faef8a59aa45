import { createHash } from 'node:crypto'
import { incrementBytes } from '../../model/bytes.ts'

/** LMDB takes keys of 1 to 1978 bytes; ours begin with a type byte, so that an empty key is one byte. */
const maxKeyLength = 1978
const typeByte = 1
const hashLength = 32
/** Keys of this length and more are *long*: stored as their first bytes and a hash, with the whole key in front of the value. */
const longKeyLength = maxKeyLength - 1 - hashLength
const longStoredLength = maxKeyLength

export function isLongKey(key: Uint8Array): boolean {
  return key.byteLength >= longKeyLength
}

/** No short key is stored in as many bytes as a long one. */
export function isStoredLong(stored: Uint8Array): boolean {
  return stored.byteLength === longStoredLength
}

export function storedKey(key: Uint8Array): Buffer {
  const isLong = isLongKey(key)
  const stored = Buffer.allocUnsafe(isLong ? longStoredLength : 1 + key.byteLength)
  stored[0] = typeByte
  stored.set(isLong ? key.subarray(0, longKeyLength) : key, 1)
  if (isLong) stored.set(createHash('sha256').update(key).digest(), 1 + longKeyLength)
  return stored
}

/** Where a scan begins that has to see `from`: long keys with the same beginning are stored in the order of their hashes. */
export function lowestStored(from: Uint8Array | undefined): Buffer {
  return from === undefined ? Buffer.of(typeByte) : beginning(from)
}

/** The end of a scan, excluded, that has to see everything below `to`. */
export function highestStored(to: Uint8Array | undefined): Uint8Array {
  if (to === undefined) return Buffer.of(typeByte + 1)
  // Beginnings all start with the type byte, which can be incremented.
  return isLongKey(to) ? incrementBytes(beginning(to))! : beginning(to)
}

/** The first bytes of a stored long key: those that others may share. */
export function sharedBeginning(stored: Uint8Array): Uint8Array {
  return stored.subarray(0, 1 + longKeyLength)
}

function beginning(key: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(typeByte), key.subarray(0, longKeyLength)])
}

/** The row of a long key: `length uint32 ‖ key ‖ value`. */
export function packLong(key: Uint8Array, value: Uint8Array): Buffer {
  const packed = Buffer.allocUnsafe(4 + key.byteLength + value.byteLength)
  packed.writeUInt32BE(key.byteLength, 0)
  packed.set(key, 4)
  packed.set(value, 4 + key.byteLength)
  return packed
}

export function unpackLong(packed: Buffer): { readonly key: Uint8Array; readonly value: Uint8Array } {
  const end = 4 + packed.readUInt32BE(0)
  return { key: packed.subarray(4, end), value: packed.subarray(end) }
}
