import { ByteReader } from '../../../model/byte-reader.ts'
import { StreamsError } from '../../../model/errors.ts'
import type { TaskId } from '../../../model/task-id.ts'
import type { TopicPartition } from '../../../model/topic-partition.ts'
import { comparePartitions } from '../../../model/topic-partition.ts'
import type { AssignorError } from './assignor-error.ts'

// Bytes of our userData: `M`, version, then fields; integers big-endian. Kafka Streams' own begin with 0, so that the two are told apart.

const magic = 0x4d

/**
 * Members of different releases are in one group while an application rolls from one to the other. So a later version adds fields behind
 * those of the earlier ones, which read no further. The next line begins where that does not do: members of another line are refused.
 */
const userDataVersion = 1
const versionsOfLine = 16

const errors: readonly AssignorError[] = ['none', 'incomplete-source-topic-metadata', 'shutdown-requested', 'topology-mismatch']

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Writes the fields of user data, one after the other. */
export class UserDataWriter {
  readonly #parts: Buffer[] = [Buffer.from([magic, userDataVersion])]

  finish(): Uint8Array {
    return Buffer.concat(this.#parts)
  }

  error(error: AssignorError): void {
    this.#parts.push(Buffer.from([errors.indexOf(error)]))
  }

  int32(value: number): void {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32BE(value)
    this.#parts.push(bytes)
  }

  int64(value: number): void {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64BE(BigInt(value))
    this.#parts.push(bytes)
  }

  uuid(uuid: string): void {
    if (!uuidPattern.test(uuid)) throw new TypeError(`A process id is a UUID in lower case, not ${JSON.stringify(uuid)}.`)
    this.#parts.push(Buffer.from(uuid.replaceAll('-', ''), 'hex'))
  }

  string(text: string): void {
    const bytes = Buffer.from(text)
    this.int32(bytes.length)
    this.#parts.push(bytes)
  }

  taskId({ subtopology, partition }: TaskId): void {
    this.int32(subtopology)
    this.int32(partition)
  }

  array<T>(items: readonly T[], write: (item: T) => void): void {
    this.int32(items.length)
    items.forEach(write)
  }

  /** Writes partitions by topic, sorted: names are long, and a topic has many partitions. */
  partitions(partitions: readonly TopicPartition[]): void {
    const byTopic = Map.groupBy(partitions.toSorted(comparePartitions), ({ topic }) => topic)
    this.array([...byTopic], ([topic, some]) => {
      this.string(topic)
      this.array(some, ({ partition }) => this.int32(partition))
    })
  }
}

/**
 * Reads what {@link UserDataWriter} wrote. Every item of a list takes bytes, so that hostile input costs no more than its own length.
 */
export class UserDataReader extends ByteReader {
  constructor(bytes: Uint8Array) {
    super(bytes, malformed)
  }

  error(): AssignorError {
    return errors[this.uint8()] ?? this.fail('an unknown error code')
  }

  /** Reads a number that is never negative. Offset sums are the only numbers that may be. */
  override int32(): number {
    const value = super.int32()
    return value >= 0 ? value : this.fail('a negative number')
  }

  override int64(): number {
    const value = super.int64()
    return Number.isSafeInteger(value) ? value : this.fail('an unsafe number')
  }

  uuid(): string {
    const hex = this.slice(16).toString('hex')
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  }

  string(): string {
    const bytes = this.slice(this.int32())
    const text = bytes.toString()
    return Buffer.from(text).equals(bytes) ? text : this.fail('a text that is not UTF-8')
  }

  taskId(): TaskId {
    return { subtopology: this.int32(), partition: this.int32() }
  }

  array<T>(read: () => T): T[] {
    return this.items(this.int32(), read)
  }

  partitions(): TopicPartition[] {
    const topics = this.array(() => ({ topic: this.string(), partitions: this.array(() => this.int32()) }))
    return topics.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })))
  }

  end(): void {
    if (!this.isAtEnd) this.fail('bytes behind its end')
  }
}

/**
 * Checks the magic byte and the version, and reads the fields. Behind them a later version may have more, and no other. Throws as
 * `decodeSubscriptionInfo` says.
 */
export function decodeUserData<T>(bytes: Uint8Array, read: (reader: UserDataReader) => T): T {
  const reader = new UserDataReader(bytes)
  if (reader.uint8() !== magic) reader.fail('another beginning')
  const version = reader.uint8()
  if (lineOf(version) !== lineOf(userDataVersion)) throw unknownVersion(version)
  const value = read(reader)
  if (version <= userDataVersion) reader.end()
  return value
}

function lineOf(version: number): number {
  return Math.floor(version / versionsOfLine)
}

function unknownVersion(version: number): StreamsError {
  const message =
    `A member of the group speaks version ${version} of the assignment, this one version ${userDataVersion}: ` +
    'let all instances of the application run the same release of Millrace.'
  return new StreamsError('STREAMS_ASSIGNMENT_VERSION', message, { facts: { version, supported: userDataVersion } })
}

function malformed(what: string): StreamsError {
  const message =
    `A member of the group sent assignment data that is not Millrace's (${what}): give this application an ` +
    'application id (= consumer group) of its own.'
  return new StreamsError('STREAMS_ASSIGNMENT_CORRUPT', message)
}
