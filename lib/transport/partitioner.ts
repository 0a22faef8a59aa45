import type { ByteSpan } from '../model/byte-span.ts'
import { asBuffer } from '../model/bytes.ts'

/** Kafka's murmur2 hash (`Utils.murmur2`, seed 0x9747b28c), as a signed 32-bit integer. */
export function murmur2(bytes: Uint8Array, at = 0, length = bytes.byteLength): number {
  const data = asBuffer(bytes)
  const multiplier = 0x5bd1e995
  let hash = 0x9747b28c ^ length
  const words = at + (length & ~3)
  for (let index = at; index < words; index += 4) {
    let word = Math.imul(data.readInt32LE(index), multiplier)
    word ^= word >>> 24
    hash = Math.imul(hash, multiplier) ^ Math.imul(word, multiplier)
  }
  const rest = length & 3
  if (rest > 2) hash ^= data[words + 2]! << 16
  if (rest > 1) hash ^= data[words + 1]! << 8
  if (rest > 0) hash = Math.imul(hash ^ data[words]!, multiplier)
  hash ^= hash >>> 13
  hash = Math.imul(hash, multiplier)
  return (hash ^ (hash >>> 15)) | 0
}

/** Chooses the partition of a key as Java's default partitioner does (`BuiltInPartitioner.partitionForKey`). */
export function partitionForKey(key: Uint8Array | ByteSpan, partitions: number): number {
  const hash = key instanceof Uint8Array ? murmur2(key) : murmur2(key.bytes, key.at, key.length)
  return (hash & 0x7fffffff) % partitions
}
