import { createHash } from 'node:crypto'
import { incrementBytes } from '../../model/bytes.ts'

/** LMDB takes keys of 1 to 1978 bytes. A stored key begins with a type byte, so that an empty key can be stored. */
const maxKeyLength = 1978
const typeByte = 1
const hashLength = 32
/**
 * Keys of this length and more are *long*. The stored key is their beginning and a hash; the row has the whole key before the
 * value.
 */
const longKeyLength = maxKeyLength - 1 - hashLength
const longStoredLength = maxKeyLength

export function isLongKey(key: Uint8Array): boolean {
  return key.byteLength >= longKeyLength
}

/** Whether a stored key is that of a long key. Stored keys of short keys have fewer bytes. */
export function isStoredLong(stored: Uint8Array): boolean {
  return stored.byteLength === longStoredLength
}

/**
 * The key under which LMDB stores a row: the type byte, then the key, or of a long key its beginning and its hash. It is valid until the next
 * call.
 */
export function storedKey(key: Uint8Array): Buffer {
  const isLong = isLongKey(key)
  const stored = bufferOf(isLong ? longStoredLength : 1 + key.byteLength)
  stored[0] = typeByte
  stored.set(isLong ? key.subarray(0, longKeyLength) : key, 1)
  if (isLong) stored.set(createHash('sha256').update(key).digest(), 1 + longKeyLength)
  return stored
}

/** One buffer of each length: LMDB copies a key before its call returns, so that the next key may have the same. */
const buffers: (Buffer | undefined)[] = []

function bufferOf(length: number): Buffer {
  return (buffers[length] ??= Buffer.alloc(length))
}

/**
 * The stored key at which a scan begins. Of a long `from` it has the beginning without the hash, because a key behind `from` may
 * have a smaller hash.
 */
export function lowestStored(from: Uint8Array | undefined): Buffer {
  return from === undefined ? Buffer.of(typeByte) : beginning(from)
}

/** The stored key before which a scan ends, so that it has met all keys below `to`. */
export function highestStored(to: Uint8Array | undefined): Uint8Array {
  if (to === undefined) return Buffer.of(typeByte + 1)
  // `incrementBytes` finds a larger key, because the type byte is not 255.
  return isLongKey(to) ? incrementBytes(beginning(to))! : beginning(to)
}

/** The type byte and the beginning of a stored long key, which other long keys may share. */
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
