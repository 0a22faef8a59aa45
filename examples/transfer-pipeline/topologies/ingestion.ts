import { StreamsBuilder } from 'millrace'
import type { Topic, Topology } from 'millrace'
import type { RowEvent } from '../schemas/raw/envelope-serde.ts'
import { rawTransfers, rawUsers, transfers, users } from '../topics.ts'

export function ingestionUsersTopology(): Topology {
  return ingestion(rawUsers, users)
}

export function ingestionTransfersTopology(): Topology {
  return ingestion(rawTransfers, transfers)
}

/**
 * Change capture's envelopes become rows by id; a delete becomes a real tombstone, so that compaction forgets the row. The
 * tombstone that follows a delete says nothing new.
 */
function ingestion<T>(raw: Topic<string | null, RowEvent<T> | null>, rows: Topic<string, T>): Topology {
  const builder = new StreamsBuilder()
  builder
    .stream(raw)
    .flatMap((event) => toRows(event))
    .to(rows)
  return builder.build()
}

function toRows<T>(event: RowEvent<T> | null): { readonly key: string; readonly value: T | null }[] {
  if (event === null || event.kind === 'ignore') return []
  return [{ key: String(event.id), value: event.kind === 'upsert' ? event.row : null }]
}
