import { StreamsBuilder } from 'millrace'
import type { Topic, Topology } from 'millrace'
import type { ConnectRecord, RowChange } from 'millrace/connect'
import { rawTransfers, rawUsers, transfers, users } from '../topics.ts'

/** What the connector writes: Debezium's envelopes, or the flat rows of its transform `ExtractNewRecordState`. */
export type RawForm = 'envelope' | 'flat'

export function ingestionUsersTopology(form?: RawForm): Topology {
  return ingestion(rawUsers, users, form)
}

export function ingestionTransfersTopology(form?: RawForm): Topology {
  return ingestion(rawTransfers, transfers, form)
}

/**
 * Rows as they are now, by id; a delete becomes a real tombstone, so that compaction forgets the row. The tombstone that follows an
 * envelope's delete says nothing new. Behind flat rows it is the delete.
 */
function ingestion<T>(
  raw: Topic<ConnectRecord | null, RowChange<number, T> | null>,
  rows: Topic<string, T>,
  form: RawForm = 'envelope',
): Topology {
  const builder = new StreamsBuilder()
  builder
    .stream(raw)
    .flatMap((change, key) => {
      if (change !== null && change.kind !== 'tombstone') return toRows(change)
      return form === 'flat' ? [{ key: idOf(key), value: null }] : []
    })
    .to(rows)
  return builder.build()
}

function toRows<T>(
  change: Exclude<RowChange<number, T>, { kind: 'tombstone' }>,
): { readonly key: string; readonly value: T | null }[] {
  if (change.kind === 'ignore') return []
  return [{ key: String(change.key), value: change.kind === 'upsert' ? change.row : null }]
}

function idOf(key: ConnectRecord | null): string {
  const id = (key as { readonly value: { readonly id: number } } | null)?.value.id
  return String(id)
}
