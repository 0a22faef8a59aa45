import type { RecordBatch } from './record-batch.ts'

export type MarkerType = 'abort' | 'commit'

/**
 * Returns whether a control batch commits or aborts its producer's transaction (Kafka: `ControlRecordType`). Null for other control
 * records.
 */
export function markerType(batch: RecordBatch): MarkerType | null {
  const key = batch.count === 0 ? null : batch.key(0)
  if (key === null || key.length < 4) return null
  const type = (key[2]! << 8) | key[3]!
  return type === 0 ? 'abort' : type === 1 ? 'commit' : null
}
