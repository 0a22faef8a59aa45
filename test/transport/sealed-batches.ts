import { decodeRecordBatch } from '../../lib/transport/record-batch/decode-record-batches.ts'
import type { Compression, ProducerStamp } from '../../lib/transport/record-batch/produce-batch.ts'
import { noProducer, RecordBatchBuilder } from '../../lib/transport/record-batch/record-batch-builder.ts'
import type { RecordBatch } from '../../lib/transport/record-batch/record-batch.ts'
import { attribute, batchChecksum, field, writeInt64 } from '../../lib/transport/record-batch/wire-format.ts'

export type Row = readonly [key: string | null, value: string | null]

export interface Sealing {
  readonly stamp?: ProducerStamp
  readonly compression?: Compression
  readonly timestamp?: number
}

/** A batch as a producer sends it. */
export function sealed(rows: readonly Row[], { stamp = noProducer, compression = 'none', timestamp = 0 }: Sealing = {}): Buffer {
  const builder = new RecordBatchBuilder(compression)
  for (const [key, value] of rows) builder.append(bytes(key), bytes(value), timestamp, [])
  return Buffer.from(builder.seal(stamp))
}

/** The batch that ends a producer's transaction. */
export function sealedMarker(type: 'abort' | 'commit', producerId: number): Buffer {
  const builder = new RecordBatchBuilder()
  builder.append(Buffer.from([0, 0, 0, type === 'abort' ? 0 : 1]), Buffer.from([0, 0, 0, 0, 0, 0]), 0, [])
  return forged(builder.seal(transactionalBy(producerId, -1)), (marker) =>
    marker.writeInt16BE(attribute.transactional | attribute.control, field.attributes),
  )
}

export function transactionalBy(producerId: number, baseSequence: number): ProducerStamp {
  return { producerId, producerEpoch: 0, baseSequence, isTransactional: true }
}

/** Changes a batch and makes its checksum right again: what a broken or hostile writer could send. */
export function forged(batch: Uint8Array, change: (bytes: Buffer) => void): Buffer {
  const forgery = Buffer.from(batch)
  change(forgery)
  forgery.writeUInt32BE(batchChecksum(forgery), field.crc)
  return forgery
}

/** The batch as a log has it, at its offset. */
export function placedAt(offset: number, batch: Uint8Array): Buffer {
  const placed = Buffer.from(batch)
  writeInt64(placed, field.baseOffset, offset)
  return placed
}

export function decodedAt(offset: number, batch: Uint8Array): RecordBatch {
  return decodeRecordBatch(placedAt(offset, batch))
}

function bytes(text: string | null): Buffer | null {
  return text === null ? null : Buffer.from(text)
}
