import { asBuffer } from '../../model/bytes.ts'
import { attribute, batchChecksum, field, readSafeInt64, readInt64, writeInt64 } from '../record-batch/wire-format.ts'
import type { StampedBatch } from './producer-states.ts'

/** A batch in the log, with those fields of its header that are asked for often. */
export interface StoredBatch extends StampedBatch {
  readonly bytes: Uint8Array
  readonly nextOffset: number
  readonly maxTimestamp: number
  readonly isTransactional: boolean
  readonly isControl: boolean
  /** Number of the segment that the batch belongs to. */
  readonly segment: number
  /** When compaction may remove the batch's tombstones and markers (KIP-534). Null before the first cleaning that saw them. */
  readonly deleteHorizonMs: number | null
}

const hasDeleteHorizon = 0x40

export function readBatchHeader(batch: Uint8Array, segment: number): StoredBatch {
  const bytes = asBuffer(batch)
  const attributes = bytes.readInt16BE(field.attributes)
  const baseOffset = readSafeInt64(bytes, field.baseOffset, 'baseOffset')
  const lastOffsetDelta = bytes.readInt32BE(field.lastOffsetDelta)
  return {
    bytes,
    baseOffset,
    lastOffsetDelta,
    nextOffset: baseOffset + lastOffsetDelta + 1,
    maxTimestamp: readInt64(bytes, field.maxTimestamp),
    producerId: readSafeInt64(bytes, field.producerId, 'producerId'),
    producerEpoch: bytes.readInt16BE(field.producerEpoch),
    baseSequence: bytes.readInt32BE(field.baseSequence),
    isTransactional: (attributes & attribute.transactional) !== 0,
    isControl: (attributes & attribute.control) !== 0,
    segment,
    deleteHorizonMs: (attributes & hasDeleteHorizon) === 0 ? null : readInt64(bytes, field.baseTimestamp),
  }
}

/** Copies a batch and gives it its offset. The checksum does not cover offset and leader epoch; an append time it does. */
export function placeBatch(sealed: Uint8Array, baseOffset: number, appendTimeMs: number | null): Uint8Array {
  const bytes = Buffer.from(sealed)
  writeInt64(bytes, field.baseOffset, baseOffset)
  bytes.writeInt32BE(0, field.partitionLeaderEpoch)
  if (appendTimeMs === null) return bytes
  bytes.writeInt16BE(bytes.readInt16BE(field.attributes) | attribute.logAppendTime, field.attributes)
  writeInt64(bytes, field.maxTimestamp, appendTimeMs)
  bytes.writeUInt32BE(batchChecksum(bytes), field.crc)
  return bytes
}
