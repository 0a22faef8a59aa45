import { RecordBatchBuilder } from '../../record-batch/record-batch-builder.ts'
import { attribute, batchChecksum, field } from '../../record-batch/wire-format.ts'
import type { ProducerIdentity } from '../../producer-session.ts'
import type { TransactionOutcome } from './transaction.ts'

/** The control batch that ends a producer's transaction in a partition (Kafka: `EndTransactionMarker`, version 0). */
export function markerBatch(identity: ProducerIdentity, outcome: TransactionOutcome, nowMs: number): Uint8Array {
  const builder = new RecordBatchBuilder()
  const key = Buffer.from([0, 0, 0, outcome === 'abort' ? 0 : 1])
  // Version and epoch of the coordinator: this broker has always been the coordinator.
  builder.append(key, Buffer.alloc(6), nowMs, [])
  const bytes = Buffer.from(builder.seal({ ...identity, baseSequence: -1, isTransactional: true }))
  bytes.writeInt16BE(attribute.transactional | attribute.control, field.attributes)
  bytes.writeUInt32BE(batchChecksum(bytes), field.crc)
  return bytes
}
