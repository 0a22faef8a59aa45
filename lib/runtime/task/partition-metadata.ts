const magic = 2
const headerBytes = 13
const topicIdBytes = 16

/** The metadata that Kafka Streams commits with an offset (Java: `TopicPartitionMetadata`). */
export interface CommittedMetadata {
  /** Largest timestamp seen in the partition, in ms; −1 before the first record. */
  readonly partitionTime: number
  /** Numbers that processors keep by name, such as the window up to which an operator has emitted. */
  readonly processorMetadata: ReadonlyMap<string, number>
  /** The id of the topic that the offset is of. Undefined if the broker gives topics no ids, or another program has committed. */
  readonly topicId?: string | undefined
}

export const noCommittedMetadata: CommittedMetadata = Object.freeze({ partitionTime: -1, processorMetadata: new Map() })

/**
 * Base64 of `0x02 ‖ partitionTime int64 ‖ count int32 ‖ (key length int32 ‖ key ‖ value int64)*`, and of the topic's id behind it: Java and
 * earlier releases do not read that far.
 */
export function encodeCommittedMetadata({ partitionTime, processorMetadata, topicId = '' }: CommittedMetadata): string {
  const header = Buffer.alloc(headerBytes)
  header.writeInt8(magic, 0)
  header.writeBigInt64BE(BigInt(partitionTime), 1)
  header.writeInt32BE(processorMetadata.size, 9)
  return Buffer.concat([header, ...[...processorMetadata].map(encodeEntry), Buffer.from(topicId, 'base64url')]).toString('base64')
}

/** Also reads version 1, which has only the time. Texts of other programs count as no metadata, as in Java. */
export function decodeCommittedMetadata(metadata: string): CommittedMetadata {
  const bytes = Buffer.from(metadata, 'base64')
  const version = bytes[0]
  if (version === 1 && bytes.length >= 9) return { ...noCommittedMetadata, partitionTime: readTime(bytes) }
  if (version !== magic || bytes.length < headerBytes) return noCommittedMetadata
  return { partitionTime: readTime(bytes), ...decodeEntries(bytes) }
}

function encodeEntry([key, value]: readonly [string, number]): Buffer {
  const keyBytes = Buffer.from(key)
  const entry = Buffer.alloc(keyBytes.length + 12)
  entry.writeInt32BE(keyBytes.length, 0)
  keyBytes.copy(entry, 4)
  entry.writeBigInt64BE(BigInt(value), entry.length - 8)
  return entry
}

function decodeEntries(bytes: Buffer): Pick<CommittedMetadata, 'processorMetadata' | 'topicId'> {
  const entries = new Map<string, number>()
  let at = headerBytes
  for (let left = bytes.readInt32BE(9); left > 0 && at + 4 <= bytes.length; left--) {
    const end = at + 4 + bytes.readInt32BE(at)
    if (end < at + 4 || end + 8 > bytes.length) break
    entries.set(bytes.toString('utf8', at + 4, end), Number(bytes.readBigInt64BE(end)))
    at = end + 8
  }
  const topicId = bytes.length - at === topicIdBytes ? bytes.toString('base64url', at) : undefined
  return { processorMetadata: entries, topicId }
}

function readTime(bytes: Buffer): number {
  return Number(bytes.readBigInt64BE(1))
}
