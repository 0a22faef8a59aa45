import { assert } from '../../model/assert.ts'
import { asBuffer } from '../../model/bytes.ts'
import type { ByteSpan } from '../../model/byte-span.ts'
import type { Headers } from '../../model/headers.ts'
import type { BatchMemory } from './batch-memory.ts'
import { compress, compressionId } from './compression.ts'
import type { Compression, ProduceBatch, ProducerStamp } from './produce-batch.ts'
import { intSize, longSize, writeInt, writeLong } from './varint.ts'
import { attribute, batchChecksum, field, logOverhead, writeInt64 } from './wire-format.ts'

/** The stamp of a producer that is not idempotent. */
export const noProducer: ProducerStamp = Object.freeze({
  producerId: -1,
  producerEpoch: -1,
  baseSequence: -1,
  isTransactional: false,
})

const initialBytes = 1024

/** A batch that is released has nothing left. */
const released = Buffer.alloc(0)

/** Up to this length a loop copies bytes faster than `Buffer.copy`. */
const loopBytesMax = 32

type Slice = Uint8Array | ByteSpan | null

/**
 * Builds a record batch. `append` writes each record directly to its final place. `seal` compresses the records and writes the
 * header. The bytes that `seal` returns are a view of the builder's memory: they are valid until the next `append` or `seal`.
 */
export class RecordBatchBuilder implements ProduceBatch {
  readonly #compression: Compression
  #memory: BatchMemory | undefined
  #bytes: Buffer = Buffer.allocUnsafe(initialBytes)
  #end: number = field.records
  #count = 0
  #baseTimestamp: number | null
  #lastOffsetDelta = -1
  #maxTimestamp = -1
  #packed: Buffer | null = null

  /** Timestamps are stored as deltas to the first one, or to `baseTimestamp` if it is not null (KIP-534). */
  constructor(compression: Compression = 'none', baseTimestamp: number | null = null) {
    this.#compression = compression
    this.#baseTimestamp = baseTimestamp
  }

  /** The batch leaves its buffer to `memory` when it is released, which has it for the next one. @internal */
  static reusing(memory: BatchMemory, compression: Compression): RecordBatchBuilder {
    const builder = new RecordBatchBuilder(compression)
    builder.#memory = memory
    return builder
  }

  /** Number of records so far. */
  get count(): number {
    return this.#count
  }

  /** Bytes so far, uncompressed, the batch's header included. */
  get byteLength(): number {
    return this.#end
  }

  /** Throws a `TypeError` if the timestamp is not a safe integer >= 0, because Kafka refuses such records. */
  append(key: Slice, value: Slice, timestamp: number, headers: Headers): void {
    this.appendAt(this.#lastOffsetDelta + 1, key, value, timestamp, headers)
  }

  /** Appends a record at an offset of its own. Compaction leaves gaps between offsets. */
  appendAt(offsetDelta: number, key: Slice, value: Slice, timestamp: number, headers: Headers): void {
    if (!Number.isSafeInteger(timestamp) || timestamp < 0)
      throw new TypeError(`A record has the timestamp ${timestamp}: give it ms since the epoch.`)
    assert(offsetDelta > this.#lastOffsetDelta, 'Offsets rise within a batch.')
    this.#baseTimestamp ??= timestamp
    const timestampDelta = timestamp - this.#baseTimestamp
    const length = 1 + longSize(timestampDelta) + intSize(offsetDelta) + sliceSize(key) + sliceSize(value) + headersSize(headers)
    this.#reserve(length + 5)
    let at = writeInt(this.#bytes, this.#end, length)
    this.#bytes[at++] = 0
    at = writeLong(this.#bytes, at, timestampDelta)
    at = writeInt(this.#bytes, at, offsetDelta)
    at = writeSlice(this.#bytes, at, key)
    at = writeSlice(this.#bytes, at, value)
    this.#end = writeHeaders(this.#bytes, at, headers)
    this.#count++
    this.#lastOffsetDelta = offsetDelta
    this.#packed = null
    if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp
  }

  /** Compresses the records, writes header and checksum, and returns the bytes. The batch must have a record. */
  seal(stamp: ProducerStamp): Uint8Array {
    assert(this.#count > 0, 'An empty batch is never sent.')
    const bytes = this.#compression === 'none' ? this.#bytes.subarray(0, this.#end) : this.#pack()
    this.#writeHeader(bytes, stamp)
    return bytes
  }

  /** Leaves the memory of the batch to the next one. Its bytes are gone; `count` and `byteLength` stay. */
  release(): void {
    this.#memory?.give(this.#bytes)
    this.#bytes = released
    this.#packed = null
  }

  #pack(): Buffer {
    if (this.#packed !== null) return this.#packed
    const records = compress(this.#bytes.subarray(field.records, this.#end), this.#compression)
    this.#packed = Buffer.concat([Buffer.alloc(field.records), records])
    return this.#packed
  }

  #writeHeader(bytes: Buffer, stamp: ProducerStamp): void {
    writeInt64(bytes, field.baseOffset, 0)
    bytes.writeInt32BE(bytes.length - logOverhead, field.batchLength)
    bytes.writeInt32BE(-1, field.partitionLeaderEpoch)
    bytes.writeInt8(2, field.magic)
    bytes.writeInt16BE(compressionId(this.#compression) | (stamp.isTransactional ? attribute.transactional : 0), field.attributes)
    bytes.writeInt32BE(this.#lastOffsetDelta, field.lastOffsetDelta)
    writeInt64(bytes, field.baseTimestamp, this.#baseTimestamp ?? 0)
    writeInt64(bytes, field.maxTimestamp, this.#maxTimestamp)
    writeInt64(bytes, field.producerId, stamp.producerId)
    bytes.writeInt16BE(stamp.producerEpoch, field.producerEpoch)
    bytes.writeInt32BE(stamp.baseSequence, field.baseSequence)
    bytes.writeInt32BE(this.#count, field.recordCount)
    bytes.writeUInt32BE(batchChecksum(bytes), field.crc)
  }

  #reserve(length: number): void {
    if (this.#end + length <= this.#bytes.length) return
    const needed = this.#end + length
    const grown = this.#memory?.take(needed) ?? Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, needed))
    this.#bytes.copy(grown, 0, 0, this.#end)
    this.#bytes = grown
  }
}

function sliceSize(slice: Slice): number {
  return slice === null ? 1 : intSize(slice.length) + slice.length
}

function writeSlice(bytes: Buffer, at: number, slice: Slice): number {
  if (slice === null) return writeInt(bytes, at, -1)
  const start = writeInt(bytes, at, slice.length)
  if (slice instanceof Uint8Array) copyInto(bytes, start, slice, 0, slice.length)
  else copyInto(bytes, start, slice.bytes, slice.at, slice.length)
  return start + slice.length
}

function copyInto(bytes: Buffer, start: number, from: Uint8Array, at: number, length: number): void {
  if (length > loopBytesMax) asBuffer(from).copy(bytes, start, at, at + length)
  else for (let index = 0; index < length; index++) bytes[start + index] = from[at + index]!
}

function headersSize(headers: Headers): number {
  if (headers.length === 0) return 1
  let size = intSize(headers.length)
  for (const { key, value } of headers) {
    const keyBytes = Buffer.byteLength(key)
    size += intSize(keyBytes) + keyBytes + sliceSize(value)
  }
  return size
}

function writeHeaders(bytes: Buffer, at: number, headers: Headers): number {
  let next = writeInt(bytes, at, headers.length)
  if (headers.length === 0) return next
  for (const { key, value } of headers) {
    next = writeInt(bytes, next, Buffer.byteLength(key))
    next += bytes.write(key, next)
    next = writeSlice(bytes, next, value)
  }
  return next
}
