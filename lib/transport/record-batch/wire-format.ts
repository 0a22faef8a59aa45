import { TransportError } from '../../model/errors.ts'
import { crc32c } from './crc32c.ts'

/** The positions of the fields in a batch header (Kafka: `DefaultRecordBatch`, magic 2). */
export const field = Object.freeze({
  baseOffset: 0,
  batchLength: 8,
  partitionLeaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordCount: 57,
  records: 61,
})

/** The size of the fields that `batchLength` does not count: the base offset, and the length itself. */
export const logOverhead = 12

export const attribute = Object.freeze({
  compressionMask: 0x07,
  logAppendTime: 0x08,
  transactional: 0x10,
  control: 0x20,
  deleteHorizon: 0x40,
})

/** Makes the error of bytes that are not a record batch (Kafka: CORRUPT_MESSAGE). */
export function corruptBatch(what: string, facts: Readonly<Record<string, unknown>> = {}): TransportError {
  const message = `Corrupt record batch: ${what}. Fetch it again; if it stays, skip to the next offset or mend the log.`
  return new TransportError('TRANSPORT_CORRUPT_MESSAGE', 'fatal', message, { facts })
}

/** Reads an int64 as a number. Beyond 2^53 it returns the nearest double. */
export function readInt64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4)
}

/** Reads an int64 that must be exact, such as an offset or a producer id. Throws beyond 2^53. */
export function readSafeInt64(bytes: Buffer, at: number, name: string): number {
  const value = readInt64(bytes, at)
  if (!Number.isSafeInteger(value)) throw corruptBatch(`${name} is beyond 2^53`, { [name]: value })
  return value
}

export function writeInt64(bytes: Buffer, at: number, value: number): void {
  const high = Math.floor(value / 0x1_0000_0000)
  bytes.writeInt32BE(high, at)
  bytes.writeUInt32BE(value - high * 0x1_0000_0000, at + 4)
}

/** Computes the checksum of a batch. It covers the bytes from the attributes to the end. */
export function batchChecksum(batch: Buffer): number {
  return crc32c(batch.subarray(field.attributes))
}
