import { asBuffer } from '../model/bytes.ts'

/** Kafka's murmur2 hash (`Utils.murmur2`, seed 0x9747b28c), as a signed 32-bit integer. */
export function murmur2(bytes: Uint8Array): number {
  const data = asBuffer(bytes)
  const length = data.byteLength
  const multiplier = 0x5bd1e995
  let hash = 0x9747b28c ^ length
  const words = length & ~3
  for (let at = 0; at < words; at += 4) {
    let word = Math.imul(data.readInt32LE(at), multiplier)
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
export function partitionForKey(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions
}
