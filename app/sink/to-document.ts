import type { TransferEnriched } from '../../examples/transfer-pipeline/topologies/enricher.ts'
import type { Document } from './document-store.ts'

/** An enriched transfer as the read API shows it: times as ISO text. */
export function toDocument(transfer: TransferEnriched): Document {
  const { createdAt, lastUpdatedAt, ...rest } = transfer
  return { ...rest, createdAt: new Date(createdAt).toISOString(), lastUpdatedAt: new Date(lastUpdatedAt).toISOString() }
}
