import { asBuffer } from '../../model/bytes.ts'
import { attribute, batchChecksum, field, readSafeInt64, readInt64, writeInt64 } from '../record-batch/wire-format.ts'
import type { StampedBatch } from './producer-states.ts'

/** A batch in the log, with the fields of its header that the log reads often. */
export interface StoredBatch extends StampedBatch {
  readonly bytes: Uint8Array
  readonly nextOffset: number
  /** Epoch of the leader that has appended the batch. */
  readonly leaderEpoch: number
  readonly maxTimestamp: number
  readonly isTransactional: boolean
  readonly isControl: boolean
  /** The number of the segment that has the batch. */
  readonly segment: number
  /** The time from which compaction may remove the batch's tombstones (KIP-534). Null until a first cleaning has set it. */
  readonly deleteHorizonMs: number | null
}

/** Reads the header of a batch. The log says which segment the batch belongs to. */
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
    leaderEpoch: bytes.readInt32BE(field.partitionLeaderEpoch),
    maxTimestamp: maxTimestampOf(bytes),
    producerId: readSafeInt64(bytes, field.producerId, 'producerId'),
    producerEpoch: bytes.readInt16BE(field.producerEpoch),
    baseSequence: bytes.readInt32BE(field.baseSequence),
    isTransactional: (attributes & attribute.transactional) !== 0,
    isControl: (attributes & attribute.control) !== 0,
    segment,
    deleteHorizonMs: (attributes & attribute.deleteHorizon) === 0 ? null : readInt64(bytes, field.baseTimestamp),
  }
}

/** The greatest timestamp of a batch, from its header. */
export function maxTimestampOf(batch: Uint8Array): number {
  return readInt64(asBuffer(batch), field.maxTimestamp)
}

/**
 * Copies a batch and writes its base offset, the epoch of its leader, and the append time if there is one. The checksum covers the append time, but neither
 * the offset nor the leader epoch.
 */
export function placeBatch(sealed: Uint8Array, baseOffset: number, leaderEpoch: number, appendTimeMs: number | null): Uint8Array {
  const bytes = Buffer.from(sealed)
  writeInt64(bytes, field.baseOffset, baseOffset)
  bytes.writeInt32BE(leaderEpoch, field.partitionLeaderEpoch)
  if (appendTimeMs === null) return bytes
  bytes.writeInt16BE(bytes.readInt16BE(field.attributes) | attribute.logAppendTime, field.attributes)
  writeInt64(bytes, field.maxTimestamp, appendTimeMs)
  bytes.writeUInt32BE(batchChecksum(bytes), field.crc)
  return bytes
}
