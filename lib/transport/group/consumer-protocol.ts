import { ByteReader } from '../../model/byte-reader.ts'
import { TransportError } from '../../model/errors.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import { comparePartitions } from '../../model/topic-partition.ts'

/** The metadata that a member sends to the leader of its group (Kafka: `ConsumerProtocolSubscription`). */
export interface MemberSubscription {
  readonly topics: readonly string[]
  readonly userData: Uint8Array | null
  readonly ownedPartitions: readonly TopicPartition[]
  /** The generation in which the member got `ownedPartitions`. −1 if it is not known. */
  readonly generationId: number
}

/** The assignment that the leader sends to a member (Kafka: `ConsumerProtocolAssignment`). */
export interface MemberAssignment {
  readonly partitions: readonly TopicPartition[]
  readonly userData: Uint8Array | null
}

const subscriptionVersion = 3
const assignmentVersion = 1

/** Encodes a subscription in version 3, as Kafka's consumers do. Later versions may only add fields at the end. */
export function encodeSubscription({ topics, userData, ownedPartitions, generationId }: MemberSubscription): Uint8Array {
  const noRack = int16(-1)
  const parts = [int16(subscriptionVersion), int32(topics.length), ...topics.map(string), nullableBytes(userData)]
  return Buffer.concat([...parts, topicPartitions(ownedPartitions), int32(generationId), noRack])
}

/** Decodes a subscription of any version. Throws `TRANSPORT_INCONSISTENT_GROUP_PROTOCOL` if the bytes are not a subscription. */
export function decodeSubscription(bytes: Uint8Array): MemberSubscription {
  const reader = new ProtocolReader(bytes)
  const version = reader.int16()
  const topics = reader.array(() => reader.string())
  const userData = reader.nullableBytes()
  const ownedPartitions = version >= 1 ? reader.topicPartitions() : []
  return { topics, userData, ownedPartitions, generationId: version >= 2 ? reader.int32() : -1 }
}

export function encodeAssignment({ partitions, userData }: MemberAssignment): Uint8Array {
  return Buffer.concat([int16(assignmentVersion), topicPartitions(partitions), nullableBytes(userData)])
}

/**
 * Decodes an assignment. A member that the leader has left out gets no bytes, which means no partitions. Throws as
 * {@link decodeSubscription} does.
 */
export function decodeAssignment(bytes: Uint8Array): MemberAssignment {
  if (bytes.length === 0) return { partitions: [], userData: null }
  const reader = new ProtocolReader(bytes)
  reader.int16()
  return { partitions: reader.topicPartitions(), userData: reader.nullableBytes() }
}

function notOfTheProtocol(what: string): TransportError {
  const message = `A member of the group sent metadata that is not of the consumer protocol (${what}). Give this application a group id that no other uses.`
  return new TransportError('TRANSPORT_INCONSISTENT_GROUP_PROTOCOL', 'fatal', message)
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function string(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([int16(bytes.length), bytes])
}

function nullableBytes(value: Uint8Array | null): Buffer {
  return value === null ? int32(-1) : Buffer.concat([int32(value.length), value])
}

function topicPartitions(partitions: readonly TopicPartition[]): Buffer {
  const byTopic = Object.entries(Object.groupBy(partitions.toSorted(comparePartitions), ({ topic }) => topic))
  const topics = byTopic.map(([topic, some = []]) => [
    string(topic),
    int32(some.length),
    ...some.map(({ partition }) => int32(partition)),
  ])
  return Buffer.concat([int32(byTopic.length), ...topics.flat()])
}

class ProtocolReader extends ByteReader {
  constructor(bytes: Uint8Array) {
    super(bytes, notOfTheProtocol)
  }

  string(): string {
    return this.utf8(this.int16())
  }

  nullableBytes(): Uint8Array | null {
    const length = this.int32()
    return length === -1 ? null : this.slice(length)
  }

  array<T>(read: () => T): T[] {
    return this.items(this.int32(), read)
  }

  topicPartitions(): TopicPartition[] {
    const topics = this.array(() => ({ topic: this.string(), partitions: this.array(() => this.int32()) }))
    return topics.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })))
  }
}
