import { asBuffer, equalBytes } from '../../model/bytes.ts'
import { SerializationError } from '../../model/errors.ts'
import type { Header, Headers } from '../../model/headers.ts'
import { noHeaders } from '../../model/headers.ts'
import type { RecordContext } from '../../model/record-context.ts'
import { readInt64, writeInt64 } from '../key-value/row-codec.ts'

/** What a buffer of records holds for one of them, and where it came from (Java: `BufferValue`). */
export interface BufferValue {
  /** Of the table before the first update that the buffer holds back; of a stream's record null. */
  readonly priorValue: Uint8Array | null
  readonly oldValue: Uint8Array | null
  readonly newValue: Uint8Array | null
  readonly context: RecordContext
}

const nullLength = -1
/** The old value is the prior one, and not written again. */
const sameAsPrior = -2

/**
 * `context ‖ prior ‖ old ‖ new`, each value after its length as int32, with room for `padding` bytes behind; the context is
 * `timestamp int64 ‖ offset int64 ‖ topic ‖ partition int32 ‖ number of headers int32 ‖ (key ‖ value)…`.
 */
export function writeBufferValue({ priorValue, oldValue, newValue, context }: BufferValue, padding: Uint8Array): Uint8Array {
  const old = oldValue !== null && equalBytes(priorValue, oldValue) ? [int32(sameAsPrior)] : sized(oldValue)
  return Buffer.concat([...contextParts(context), ...sized(priorValue), ...old, ...sized(newValue), padding])
}

/** Reads what {@link writeBufferValue} wrote, and leaves the reader before the padding. */
export function readBufferValue(reader: BufferReader): BufferValue {
  const context = readRecordContext(reader)
  const priorValue = reader.sized()
  const oldLength = reader.int32()
  const oldValue = oldLength === sameAsPrior ? priorValue : reader.bytes(oldLength)
  return { priorValue, oldValue, newValue: reader.sized(), context }
}

/** Java's estimate of what the value takes in memory (`residentMemorySizeEstimate`): limits of buffers in bytes are measured by it. */
export function bufferValueBytes({ priorValue, oldValue, newValue, context }: BufferValue): number {
  const oldBytes = equalBytes(priorValue, oldValue) ? 0 : bytesOf(oldValue)
  let bytes = bytesOf(priorValue) + oldBytes + bytesOf(newValue) + 20 + (context.topic ?? '').length
  for (const { key, value } of context.headers) bytes += key.length + bytesOf(value)
  return bytes
}

export function readRecordContext(reader: BufferReader): RecordContext {
  const timestamp = reader.int64()
  const offset = reader.int64()
  const topic = reader.text()
  const partition = reader.int32()
  return { timestamp, offset, topic, partition, headers: readHeaders(reader) }
}

function readHeaders(reader: BufferReader): Headers {
  const count = reader.int32()
  if (count <= 0) return noHeaders
  return Array.from({ length: count }, (): Header => ({ key: reader.text() ?? '', value: reader.sized() }))
}

/** Java has no way to write a record without topic (made by a punctuation) and fails; here the length says that there is none. */
function contextParts({ timestamp, offset, topic, partition, headers }: RecordContext): Uint8Array[] {
  const times = Buffer.allocUnsafe(16)
  writeInt64(times, timestamp, 0)
  writeInt64(times, offset, 8)
  const headerParts = headers.flatMap(({ key, value }) => [...sized(Buffer.from(key)), ...sized(value)])
  return [times, ...sized(topic === null ? null : Buffer.from(topic)), int32(partition), int32(headers.length), ...headerParts]
}

function sized(bytes: Uint8Array | null): Uint8Array[] {
  return bytes === null ? [int32(nullLength)] : [int32(bytes.byteLength), bytes]
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeInt32BE(value, 0)
  return bytes
}

function bytesOf(bytes: Uint8Array | null): number {
  return bytes === null ? 0 : bytes.byteLength
}

/** Reads one value of a changelog from its beginning. What it gives are copies: a restored buffer must not keep whole fetches. */
export class BufferReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = asBuffer(bytes)
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#advance(4))
  }

  int64(): number {
    return readInt64(this.#bytes, this.#advance(8))
  }

  /** Null where the length says so. */
  bytes(length: number): Uint8Array | null {
    if (length === nullLength) return null
    const from = this.#advance(length)
    return Uint8Array.from(this.#bytes.subarray(from, from + length))
  }

  sized(): Uint8Array | null {
    return this.bytes(this.int32())
  }

  text(): string | null {
    const bytes = this.sized()
    return bytes === null ? null : asBuffer(bytes).toString()
  }

  #advance(length: number): number {
    const from = this.#at
    if (length < 0 || from + length > this.#bytes.byteLength) throw this.#tooShort(length)
    this.#at = from + length
    return from
  }

  #tooShort(length: number): SerializationError {
    const size = this.#bytes.byteLength
    const message =
      `The changelog of a buffer holds ${size} bytes that are no record of it: ${length} are announced at ${this.#at}. ` +
      'Was the topic written by something else? Reset the application, or name the operator anew.'
    return new SerializationError('STREAMS_DESERIALIZATION', message, { facts: { size, at: this.#at, length } })
  }
}
