import { SerializationError } from '../../model/errors.ts'
import type { Headers } from '../../model/headers.ts'
import type { RecordContext } from '../../model/record-context.ts'
import {
  BufferReader,
  bufferValue,
  readBufferValue,
  readRecordContext,
  writeBufferValue,
  type BufferValue,
} from './buffer-value.ts'
import { writeInt64 } from '../key-value/int64.ts'
import type { ChangelogRecord } from '../state-store.ts'

/**
 * A record in the changelog of a change buffer: the change that is held back for the key, and the time by which the buffer orders
 * it.
 */
export interface BufferedChange {
  readonly timeMs: number
  readonly value: BufferValue
}

/** The header that names the version of a record's format. Kafka writes version 3 since 2.4. Deletions have no header. */
export const changeBufferHeaders: Headers = Object.freeze([{ key: 'v', value: Uint8Array.of(3) }])

/** Writes version 3: `value ‖ buffer time int64`. */
export function writeBufferedChange({ timeMs, value }: BufferedChange): Uint8Array {
  const time = Buffer.allocUnsafe(8)
  if (timeMs === Infinity) time.writeBigInt64BE(0x7fffffffffffffffn)
  else writeInt64(time, timeMs, 0)
  return writeBufferValue(value, time)
}

/** Facts about a record that the older versions do not contain. */
export interface ChangelogOrigin {
  readonly topic: string
  readonly partition: number
  /** The prior value that the buffer has for the key; null if it has none. */
  readonly priorValue: Uint8Array | null
}

/** Reads a record of any version, 0 to 3. `bytes` is the value of `record`. */
export function readBufferedChange(record: ChangelogRecord, bytes: Uint8Array, origin: ChangelogOrigin): BufferedChange {
  const reader = new BufferReader(bytes)
  switch (versionOf(record)) {
    case 0:
      return readOldest(record, reader, origin)
    case 1:
      return readWithContext(reader, origin)
    case 2:
      return readVersion2(bytes)
    case 3:
      return readVersion3(reader)
    default:
      throw unknownVersion(record, origin)
  }
}

/** Reads version 0 (Kafka 2.1): `buffer time ‖ old and new value`. The context is that of the changelog record. */
function readOldest({ timestamp, headers }: ChangelogRecord, reader: BufferReader, origin: ChangelogOrigin): BufferedChange {
  const { topic, partition } = origin
  const timeMs = readTime(reader)
  return { timeMs, value: legacyValue(reader, origin.priorValue, { topic, partition, offset: -1, timestamp, headers }) }
}

/** Reads version 1: `buffer time ‖ context ‖ size of the rest ‖ old and new value`. */
function readWithContext(reader: BufferReader, { priorValue }: ChangelogOrigin): BufferedChange {
  const timeMs = readTime(reader)
  const context = readRecordContext(reader)
  return { timeMs, value: legacyValue(new BufferReader(present(reader.sized())), priorValue, context) }
}

/**
 * Reads version 2: `context ‖ size of the rest ‖ old and new value ‖ prior value ‖ buffer time`. Kafka 2.4.0 to 2.5.0 wrote version
 * 3 under this number.
 */
function readVersion2(bytes: Uint8Array): BufferedChange {
  try {
    const reader = new BufferReader(bytes)
    const context = readRecordContext(reader)
    const change = new BufferReader(present(reader.sized()))
    const [oldValue, newValue, priorValue] = [change.sized(), change.sized(), reader.sized()]
    return { timeMs: readTime(reader), value: bufferValue(priorValue, oldValue, newValue, context) }
  } catch {
    return readVersion3(new BufferReader(bytes))
  }
}

function readVersion3(reader: BufferReader): BufferedChange {
  const value = readBufferValue(reader)
  return { timeMs: readTime(reader), value }
}

function legacyValue(reader: BufferReader, priorValue: Uint8Array | null, context: RecordContext): BufferValue {
  const [oldValue, newValue] = [reader.sized(), reader.sized()]
  return bufferValue(priorValue ?? oldValue, oldValue, newValue, context)
}

/** Reads a time. Java's Long.MAX_VALUE is the end of a window without end. */
function readTime(reader: BufferReader): number {
  const timeMs = reader.int64()
  return timeMs >= 2 ** 63 ? Infinity : timeMs
}

function versionOf({ headers }: ChangelogRecord): number {
  const header = headers.findLast(({ key }) => key === 'v')
  if (header === undefined) return 0
  return header.value?.byteLength === 1 ? header.value[0]! : -1
}

function present(bytes: Uint8Array | null): Uint8Array {
  if (bytes !== null) return bytes
  const message =
    'The changelog of a buffer holds a record without a change: reset the application, or give the operator another name.'
  throw new SerializationError('STREAMS_DESERIALIZATION', message)
}

function unknownVersion(record: ChangelogRecord, { topic, partition }: ChangelogOrigin): SerializationError {
  const version = versionOf(record)
  const message =
    `${topic}-${partition} holds a record of version ${version} of suppress buffers, of which 0 to 3 are known. ` +
    'Was it written by a newer release? Run that release, or reset the application.'
  return new SerializationError('STREAMS_UNSUPPORTED_VERSION', message, { facts: { topic, partition, version } })
}
