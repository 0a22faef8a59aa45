import { TransportError } from '../../model/errors.ts'
import { crc32c } from './crc32c.ts'

/** Where the fields of a batch header stand (Kafka: `DefaultRecordBatch`, magic 2). */
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

/** Bytes of base offset and length, which `batchLength` does not count. */
export const logOverhead = 12

export const attribute = Object.freeze({ compressionMask: 0x07, logAppendTime: 0x08, transactional: 0x10, control: 0x20 })

/** The error for bytes that are no record batch. Kafka's name for it is CORRUPT_MESSAGE. */
export function corruptBatch(what: string, facts: Readonly<Record<string, unknown>> = {}): TransportError {
  const message = `Corrupt record batch: ${what}. Fetch it again; if it stays, skip to the next offset or mend the log.`
  return new TransportError('TRANSPORT_CORRUPT_MESSAGE', 'fatal', message, { facts })
}

/** An int64 as a number. Beyond 2^53 it is the nearest double. */
export function readInt64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4)
}

/** An int64 that must be exact: offsets and producer ids. */
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

/** The checksum of a whole batch: from the attributes to its end. */
export function batchChecksum(batch: Buffer): number {
  return crc32c(batch.subarray(field.attributes))
}
