import { asBuffer, latin1 } from '../../model/bytes.ts'
import { decodeRecordBatch } from '../record-batch/decode-record-batches.ts'
import { RecordBatchBuilder } from '../record-batch/record-batch-builder.ts'
import type { RecordBatch } from '../record-batch/record-batch.ts'
import { attribute, batchChecksum, field, writeInt64 } from '../record-batch/wire-format.ts'
import type { StoredBatch } from './stored-batch.ts'
import { readBatchHeader } from './stored-batch.ts'

export interface CompactionOptions {
  readonly nowMs: number
  readonly deleteRetentionMs: number
  readonly isAborted: (producerId: number, offset: number) => boolean
}

/**
 * Keeps the last record of each key (Kafka: `Cleaner`). A last record that is a tombstone stays for `delete.retention.ms` after
 * its first cleaning (KIP-534), so that readers see the deletion. Offsets do not change. Control batches stay, because readers
 * need them to tell committed records from aborted ones.
 */
export function compactBatches(batches: readonly StoredBatch[], options: CompactionOptions): readonly StoredBatch[] {
  const decoded = batches.map((stored) => ({ stored, batch: decodeRecordBatch(stored.bytes) }))
  const last = lastOffsets(
    decoded.map(({ batch }) => batch),
    options,
  )
  return decoded.flatMap(({ stored, batch }) => (stored.isControl ? [stored] : compactBatch(stored, batch, last, options)))
}

function lastOffsets(batches: readonly RecordBatch[], { isAborted }: CompactionOptions): ReadonlyMap<string, number> {
  const last = new Map<string, number>()
  for (const batch of batches) {
    if (batch.isControl) continue
    for (let index = 0; index < batch.count; index++) {
      const key = batch.key(index)
      if (key !== null && !(batch.isTransactional && isAborted(batch.producerId, batch.offset(index))))
        last.set(latin1(key), batch.offset(index))
    }
  }
  return last
}

function compactBatch(
  stored: StoredBatch,
  batch: RecordBatch,
  last: ReadonlyMap<string, number>,
  { nowMs, deleteRetentionMs, isAborted }: CompactionOptions,
): readonly StoredBatch[] {
  const horizon = stored.deleteHorizonMs
  const isExpired = horizon !== null && nowMs >= horizon
  const keeps = (index: number): boolean => {
    const key = batch.key(index)
    const offset = batch.offset(index)
    if (key === null || last.get(latin1(key)) !== offset) return false
    if (batch.isTransactional && isAborted(batch.producerId, offset)) return false
    return batch.value(index) !== null || !isExpired
  }
  const kept = Array.from({ length: batch.count }, (_, index) => index).filter(keeps)
  if (kept.length === 0) return []
  const hasNewTombstone = horizon === null && kept.some((index) => batch.value(index) === null)
  if (kept.length === batch.count && !hasNewTombstone) return [stored]
  return [rewrite(stored, batch, kept, hasNewTombstone ? nowMs + deleteRetentionMs : horizon)]
}

/**
 * Writes the kept records to a new, uncompressed batch. Their offsets, the producer and the last offset of the batch do not
 * change.
 */
function rewrite(stored: StoredBatch, batch: RecordBatch, kept: readonly number[], horizon: number | null): StoredBatch {
  const { producerId, producerEpoch, baseSequence, isTransactional } = stored
  const builder = new RecordBatchBuilder('none', horizon)
  for (const index of kept) {
    const offsetDelta = batch.offset(index) - batch.baseOffset
    builder.appendAt(offsetDelta, batch.key(index), batch.value(index), batch.timestamp(index), batch.headers(index))
  }
  const bytes = Buffer.from(builder.seal({ producerId, producerEpoch, baseSequence, isTransactional }))
  const appendTime = asBuffer(stored.bytes).readInt16BE(field.attributes) & attribute.logAppendTime
  const horizonFlag = horizon === null ? 0 : attribute.deleteHorizon
  writeInt64(bytes, field.baseOffset, stored.baseOffset)
  bytes.writeInt32BE(stored.lastOffsetDelta, field.lastOffsetDelta)
  bytes.writeInt16BE(bytes.readInt16BE(field.attributes) | appendTime | horizonFlag, field.attributes)
  bytes.writeUInt32BE(batchChecksum(bytes), field.crc)
  return readBatchHeader(bytes, stored.segment)
}
