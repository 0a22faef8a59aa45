const spread = 0x9e3779b1
const finish = 0x85ebca6b

/**
 * A key as bytes in a buffer, with its hash. One object is pointed at one key after the other, so that no object is made for a key:
 * nobody keeps it beyond the call that gets it.
 */
export class ByteKey {
  /** @internal */
  bytes: Buffer = Buffer.alloc(0)
  at = 0
  length = 0
  hash = 0

  /** Points at these bytes. @internal */
  set(bytes: Buffer, at: number, length: number): this {
    this.bytes = bytes
    this.at = at
    this.length = length
    this.hash = hashBytes(bytes, at, length)
    return this
  }

  /** Points at bytes whose hash is known. @internal */
  setHashed(bytes: Buffer, at: number, length: number, hash: number): this {
    this.bytes = bytes
    this.at = at
    this.length = length
    this.hash = hash
    return this
  }
}

/**
 * The hash of bytes, as an int32. Kafka's murmur2 would not do: the keys of a partition have the same low bits in it, by which a table
 * of 2ⁿ slots is filled unevenly (with 16 partitions 4.9 probes too many for each key, instead of 0.8).
 */
function hashBytes(bytes: Buffer, at: number, length: number): number {
  let hash = length
  const end = at + length
  const words = end - (length & 3)
  let index = at
  for (; index < words; index += 4) hash = mixed(hash, littleEndian(bytes, index))
  if (index < end) hash = mixed(hash, lastWord(bytes, index, end))
  hash = Math.imul(hash, finish)
  return hash ^ (hash >>> 13)
}

function mixed(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, spread)
  return product ^ (product >>> 15)
}

/** Four bytes as an int32. By shifts: the bytes of a batch begin anywhere, and a DataView costs more. @internal */
export function littleEndian(bytes: Buffer, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}

/** The last one to three bytes as an int32, filled up with zeros. @internal */
export function lastWord(bytes: Buffer, at: number, end: number): number {
  let word = 0
  for (let index = end - 1; index >= at; index--) word = (word << 8) | bytes[index]!
  return word
}
