import { asBuffer, equalBytes } from '../../model/bytes.ts'
import { SerializationError } from '../../model/errors.ts'
import type { Header, Headers } from '../../model/headers.ts'
import { noHeaders } from '../../model/headers.ts'
import type { RecordContext } from '../../model/record-context.ts'
import { readInt64, writeInt64 } from '../key-value/int64.ts'

/** One change, or one record, that a buffer holds back, and the context of its input record (Java: `BufferValue`). */
export interface BufferValue {
  /** The table's value before the first change that the buffer holds back. Null for a record of a stream. */
  readonly priorValue: Uint8Array | null
  readonly oldValue: Uint8Array | null
  readonly newValue: Uint8Array | null
  readonly context: RecordContext
}

/** Makes a value that a buffer holds back, by a constructor: `row` in key-value/row.ts says why. */
export function bufferValue(
  priorValue: Uint8Array | null,
  oldValue: Uint8Array | null,
  newValue: Uint8Array | null,
  context: RecordContext,
): BufferValue {
  return new HeldValue(priorValue, oldValue, newValue, context)
}

class HeldValue implements BufferValue {
  readonly priorValue: Uint8Array | null
  readonly oldValue: Uint8Array | null
  readonly newValue: Uint8Array | null
  readonly context: RecordContext

  constructor(priorValue: Uint8Array | null, oldValue: Uint8Array | null, newValue: Uint8Array | null, context: RecordContext) {
    this.priorValue = priorValue
    this.oldValue = oldValue
    this.newValue = newValue
    this.context = context
  }
}

const nullLength = -1
/** The length of an old value that equals the prior value, so that it is not written twice. */
const sameAsPrior = -2

/**
 * Writes `context ‖ prior ‖ old ‖ new ‖ padding`. The length of each value stands before it as an int32. The context is
 * `timestamp int64 ‖ offset int64 ‖ topic ‖ partition int32 ‖ number of headers int32 ‖ (key ‖ value)…`.
 */
export function writeBufferValue({ priorValue, oldValue, newValue, context }: BufferValue, padding: Uint8Array): Uint8Array {
  const old = oldValue !== null && equalBytes(priorValue, oldValue) ? [int32(sameAsPrior)] : sized(oldValue)
  return Buffer.concat([...contextParts(context), ...sized(priorValue), ...old, ...sized(newValue), padding])
}

/** Reads what {@link writeBufferValue} wrote. The reader then stands before the padding. */
export function readBufferValue(reader: BufferReader): BufferValue {
  const context = readRecordContext(reader)
  const priorValue = reader.sized()
  const oldLength = reader.int32()
  const oldValue = oldLength === sameAsPrior ? priorValue : reader.bytes(oldLength)
  return bufferValue(priorValue, oldValue, reader.sized(), context)
}

/** The bytes of memory that Java counts for a value (`residentMemorySizeEstimate`). Limits of buffers count them, too. */
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

/** A record that a punctuation made has no topic, which is written as null. Java fails to write such a record. */
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

/**
 * Reads the value of a changelog record from its beginning. It returns copies, because views would keep the whole fetch in memory.
 */
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

  /** Reads bytes whose length was read before. A length of −1 stands for null. */
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
      `A changelog record of a buffer is malformed: it has ${size} bytes, and at ${this.#at} announces ${length} more. ` +
      'Was the topic written by something else? Reset the application, or give the operator another name.'
    return new SerializationError('STREAMS_DESERIALIZATION', message, { facts: { size, at: this.#at, length } })
  }
}
