import { asBuffer } from '../../model/bytes.ts'
import { TransportError } from '../../model/errors.ts'
import type { Header, Headers } from '../../model/headers.ts'
import { noHeaders } from '../../model/headers.ts'
import { compressionById, decompress } from './compression.ts'
import type { RecordBatch } from './record-batch.ts'
import { VarintReader } from './varint.ts'
import { attribute, batchChecksum, corruptBatch, field, logOverhead, readInt64, readSafeInt64 } from './wire-format.ts'

/**
 * Decodes the record batches of a fetch response. The last batch may be cut off, and is then left out.
 *
 * Every length and count is checked here, so the methods of a decoded batch need no further checks. Throws a `TransportError`:
 * `TRANSPORT_CORRUPT_MESSAGE`, or `TRANSPORT_UNSUPPORTED_FOR_MESSAGE_FORMAT` for the formats before Kafka 0.11. A timestamp beyond
 * 2^53 becomes the nearest double; callers check for that.
 */
export function decodeRecordBatches(records: Uint8Array): readonly RecordBatch[] {
  const bytes = asBuffer(records)
  const batches: RecordBatch[] = []
  for (let next = decodeNextBatch(bytes, 0); next !== null; next = decodeNextBatch(bytes, next.end)) batches.push(next.batch)
  return batches
}

/** Decodes the batch that begins at `at`. `end` is the start of the next batch. Returns null if no whole batch is left. */
export function decodeNextBatch(records: Uint8Array, at: number): { readonly batch: RecordBatch; readonly end: number } | null {
  const bytes = asBuffer(records)
  if (at + logOverhead > bytes.length) return null
  const end = at + logOverhead + bytes.readInt32BE(at + field.batchLength)
  if (end - at < field.records) throw shortBatch(bytes, at, end)
  return end > bytes.length ? null : { batch: decodeRecordBatch(bytes.subarray(at, end)), end }
}

/** Decodes exactly one whole batch. */
export function decodeRecordBatch(batch: Uint8Array): RecordBatch {
  const bytes = asBuffer(batch)
  if (bytes.length < field.records) throw corruptBatch('its header is cut off', { bytes: bytes.length })
  checkMagic(bytes, 0)
  if (batchChecksum(bytes) !== bytes.readUInt32BE(field.crc)) throw corruptBatch('the checksum does not match')
  const count = bytes.readInt32BE(field.recordCount)
  const compression = compressionById(bytes.readInt16BE(field.attributes) & attribute.compressionMask)
  const isPlain = compression === 'none' || bytes.length === field.records
  return isPlain
    ? new DecodedRecordBatch(bytes, bytes, field.records, count)
    : new DecodedRecordBatch(bytes, decompress(bytes.subarray(field.records), compression), 0, count)
}

function shortBatch(bytes: Buffer, at: number, end: number): TransportError {
  if (at + field.magic < bytes.length && end - at > field.magic) checkMagic(bytes, at)
  return corruptBatch(`a length of ${end - at} bytes is too short`)
}

function checkMagic(bytes: Buffer, at: number): void {
  const magic = bytes.readInt8(at + field.magic)
  if (magic === 2) return
  if (magic < 0 || magic > 2) throw corruptBatch(`magic ${magic} is unknown`, { magic })
  const message = `Records of message format ${magic} cannot be read: rewrite the topic with Kafka 0.11 or later (format 2).`
  throw new TransportError('TRANSPORT_UNSUPPORTED_FOR_MESSAGE_FORMAT', 'fatal', message, { facts: { magic } })
}

/**
 * The size of a record without key, value and headers: its length, attributes, two deltas and three counts have one byte each.
 */
const recordBytesMin = 7

// The columns of all records share one array, in which those of one record are neighbours: readers need them together.
const offsetDelta = 0
const keyStart = 1 // followed by its length, -1 for null
const valueStart = 3 // followed by its length, -1 for null
const headersStart = 5
const stride = 6

class DecodedRecordBatch implements RecordBatch {
  readonly baseOffset: number
  readonly nextOffset: number
  readonly partitionLeaderEpoch: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly isTransactional: boolean
  readonly isControl: boolean
  readonly maxTimestamp: number
  readonly count: number
  readonly byteLength: number
  readonly bytes: Buffer
  readonly #columns: Int32Array
  readonly #timestamps: Float64Array

  constructor(header: Buffer, records: Buffer, start: number, count: number) {
    const attributes = header.readInt16BE(field.attributes)
    const lastOffsetDelta = header.readInt32BE(field.lastOffsetDelta)
    if (lastOffsetDelta < 0) throw corruptBatch('its last offset is before its first', { lastOffsetDelta })
    this.baseOffset = readSafeInt64(header, field.baseOffset, 'baseOffset')
    this.nextOffset = this.baseOffset + lastOffsetDelta + 1
    this.partitionLeaderEpoch = header.readInt32BE(field.partitionLeaderEpoch)
    this.producerId = readSafeInt64(header, field.producerId, 'producerId')
    this.producerEpoch = header.readInt16BE(field.producerEpoch)
    this.baseSequence = header.readInt32BE(field.baseSequence)
    this.isTransactional = (attributes & attribute.transactional) !== 0
    this.isControl = (attributes & attribute.control) !== 0
    this.maxTimestamp = readInt64(header, field.maxTimestamp)
    this.count = checkCount(count, records.length - start)
    this.byteLength = records.byteLength - start
    this.bytes = records
    this.#columns = new Int32Array(count * stride)
    this.#timestamps = new Float64Array(count)
    indexRecords(new VarintReader(records, start), this.#columns, this.#timestamps, lastOffsetDelta)
    placeTimestamps(this.#timestamps, header, attributes)
  }

  offset(index: number): number {
    return this.baseOffset + this.#columns[index * stride + offsetDelta]!
  }

  timestamp(index: number): number {
    return this.#timestamps[index]!
  }

  keyAt(index: number): number {
    return this.#columns[index * stride + keyStart]!
  }

  keyLength(index: number): number {
    return this.#columns[index * stride + keyStart + 1]!
  }

  valueAt(index: number): number {
    return this.#columns[index * stride + valueStart]!
  }

  valueLength(index: number): number {
    return this.#columns[index * stride + valueStart + 1]!
  }

  key(index: number): Uint8Array | null {
    return this.#slice(index * stride + keyStart)
  }

  value(index: number): Uint8Array | null {
    return this.#slice(index * stride + valueStart)
  }

  headers(index: number): Headers {
    const start = this.#columns[index * stride + headersStart]!
    // Nearly all records have no headers: a count of one byte, 0.
    if (this.bytes[start] === 0) return noHeaders
    return readHeaders(this.bytes, start)
  }

  #slice(at: number): Uint8Array | null {
    const length = this.#columns[at + 1]!
    if (length < 0) return null
    const start = this.#columns[at]!
    return this.bytes.subarray(start, start + length)
  }
}

function checkCount(count: number, available: number): number {
  if (count < 0 || count * recordBytesMin > available)
    throw corruptBatch(`${available} bytes cannot hold ${count} records`, { count })
  return count
}

/**
 * Fills the columns with the positions of each record's parts. `timestamps` gets deltas.
 *
 * The loop runs for every fetched record. To halve its time, it has the position in a local variable and reads varints of one byte
 * itself. The reader reads longer varints. A byte beyond the end is undefined, which is not below 0x80, so the reader gets it and
 * refuses it.
 */
function indexRecords(reader: VarintReader, columns: Int32Array, timestamps: Float64Array, lastOffsetDelta: number): void {
  const { bytes } = reader
  let at = reader.at
  let previous = -1
  for (let index = 0, row = 0; index < timestamps.length; index++, row += stride) {
    let value = unzigzag(bytes[at]!)
    if (bytes[at]! < 0x80) at++
    else {
      reader.at = at
      value = reader.int()
      at = reader.at
    }
    const end = at + value
    at++ // The attributes of a record, which Kafka does not use.
    value = unzigzag(bytes[at]!)
    if (bytes[at]! < 0x80) at++
    else {
      reader.at = at
      value = reader.long()
      at = reader.at
    }
    timestamps[index] = value
    value = unzigzag(bytes[at]!)
    if (bytes[at]! < 0x80) at++
    else {
      reader.at = at
      value = reader.int()
      at = reader.at
    }
    if (value <= previous || value > lastOffsetDelta)
      throw corruptBatch('offsets do not rise within the batch', { value, previous })
    previous = value
    columns[row + offsetDelta] = value
    value = unzigzag(bytes[at]!)
    if (bytes[at]! < 0x80) at++
    else {
      reader.at = at
      value = reader.int()
      at = reader.at
    }
    if (value < -1 || value > bytes.length - at) throw corruptBatch(`a length of ${value} leads out of the batch`, { at })
    columns[row + keyStart] = at
    columns[row + keyStart + 1] = value
    if (value > 0) at += value
    value = unzigzag(bytes[at]!)
    if (bytes[at]! < 0x80) at++
    else {
      reader.at = at
      value = reader.int()
      at = reader.at
    }
    if (value < -1 || value > bytes.length - at) throw corruptBatch(`a length of ${value} leads out of the batch`, { at })
    columns[row + valueStart] = at
    columns[row + valueStart + 1] = value
    if (value > 0) at += value
    columns[row + headersStart] = at
    at = bytes[at] === 0 ? at + 1 : skipHeaders(reader, at)
    if (at !== end) throw corruptBatch('a record is not as long as it says', { at, end })
  }
  if (at !== bytes.length) throw corruptBatch('bytes follow the last record', { at, end: bytes.length })
}

function unzigzag(raw: number): number {
  return (raw >>> 1) ^ -(raw & 1)
}

/** Returns the position after the headers. */
function skipHeaders(reader: VarintReader, at: number): number {
  reader.at = at
  const count = reader.int()
  if (count < 0) throw corruptBatch(`${count} headers`, { at: reader.at })
  // The count may be wrong, so nothing is allocated by it. `skip` throws at the end of the bytes.
  for (let index = 0; index < count; index++) {
    reader.skip(reader.int())
    const length = reader.int()
    if (length !== -1) reader.skip(length)
  }
  return reader.at
}

function readHeaders(records: Buffer, start: number): Headers {
  const reader = new VarintReader(records, start)
  const headers: Header[] = []
  for (let left = reader.int(); left > 0; left--)
    headers.push({ key: readSlicedText(reader, records), value: readSlicedValue(reader, records) })
  return headers
}

function readSlicedText(reader: VarintReader, records: Buffer): string {
  const length = reader.int()
  const start = reader.at
  reader.skip(length)
  return records.toString('utf8', start, reader.at)
}

function readSlicedValue(reader: VarintReader, records: Buffer): Uint8Array | null {
  const length = reader.int()
  if (length === -1) return null
  const start = reader.at
  reader.skip(length)
  return records.subarray(start, reader.at)
}

/** Turns the deltas into timestamps. With `message.timestamp.type=LogAppendTime` all records get the broker's time. */
function placeTimestamps(timestamps: Float64Array, header: Buffer, attributes: number): void {
  if ((attributes & attribute.logAppendTime) !== 0) {
    timestamps.fill(readInt64(header, field.maxTimestamp))
    return
  }
  const base = readInt64(header, field.baseTimestamp)
  for (let index = 0; index < timestamps.length; index++) timestamps[index]! += base
}
