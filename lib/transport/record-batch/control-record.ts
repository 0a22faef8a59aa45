import type { RecordBatch } from './record-batch.ts'

export type MarkerType = 'abort' | 'commit'

/** What a control batch says about its producer's transaction (Kafka: `ControlRecordType`); null for other control records. */
export function markerType(batch: RecordBatch): MarkerType | null {
  const key = batch.count === 0 ? null : batch.key(0)
  if (key === null || key.length < 4) return null
  const type = (key[2]! << 8) | key[3]!
  return type === 0 ? 'abort' : type === 1 ? 'commit' : null
}
