import { Serdes, StreamsBuilder } from 'millrace'
import type { KTable, Topology } from 'millrace'
import { enriched } from '../topics.ts'
import type { TransferEnriched } from './enricher.ts'

/** Names of the stores, for queries. */
export const transferStores = { byId: 'transfers-by-id', sent: 'transfers-sent', received: 'transfers-received' } as const

const idsMax = 100

/** Enriched transfers by id, and of each user the newest 100 ids of those sent and of those received: tables to be asked, not to be written. */
export function transferReadTopology(): Topology {
  const builder = new StreamsBuilder()
  const byId = builder.table(enriched, { store: transferStores.byId })
  idsBy(byId, transferStores.sent, (transfer) => transfer.fromUserId)
  idsBy(byId, transferStores.received, (transfer) => transfer.toUserId)
  return builder.build()
}

/** A change takes a transfer out of the list that it was in, and puts it into the one where it belongs now. */
function idsBy(byId: KTable<string, TransferEnriched>, store: string, userOf: (transfer: TransferEnriched) => number): void {
  byId
    .groupBy((transfer) => ({ key: String(userOf(transfer)), value: transfer.id }), {
      name: `by-${store}`,
      key: Serdes.string,
      value: Serdes.long,
    })
    .aggregate(
      (): readonly number[] => [],
      (ids, id) => [...ids.filter((other) => other !== id), id].sort((left, right) => right - left).slice(0, idsMax),
      (ids, id) => ids.filter((other) => other !== id),
      { store, key: Serdes.string, value: Serdes.json<readonly number[]>() },
    )
}
