import { Serdes, StreamsBuilder, topic } from 'millrace'
import type { Topology } from 'millrace'
import { avro } from 'millrace/avro'
import type { AvroValue } from 'millrace/avro'
import { ingestionTransferSchema, transferEnrichedSchema, userWithTransfersSchema } from '../schemas/avro.ts'
import { transfers, users } from '../topics.ts'
import type { TransferEnriched } from './enricher.ts'

export const enrichedV2 = topic('custom.bank.transfer-enriched-v2', { key: Serdes.string, value: avro(transferEnrichedSchema) })

type UserWithTransfers = AvroValue<typeof userWithTransfersSchema>

/**
 * The enricher that hears renames by collecting what each user has received. It is kept to show what that costs: a rename emits all
 * transfers that the user has ever received, and none that he has sent; the list grows with each change of a transfer, and so does every
 * record of the changelog, until one is too large; a transfer that is deleted, or goes to another user, stays in the list. See
 * `enricherTopology` for the one that runs.
 */
export function enricherV2Topology(): Topology {
  const builder = new StreamsBuilder()
  const names = builder.table(users)
  builder
    .stream(transfers)
    .groupBy((transfer) => String(transfer.toUserId), {
      name: 'by-receiver',
      key: Serdes.string,
      value: avro(ingestionTransferSchema),
    })
    .aggregate(
      (): UserWithTransfers => ({ transfers: [] }),
      (user, transfer): UserWithTransfers => ({ transfers: [...user.transfers, transfer] }),
      { store: 'received', key: Serdes.string, value: avro(userWithTransfersSchema) },
    )
    .join(names, ({ transfers: received }, user) => received.map((transfer) => enrichedWith(transfer, user.name)))
    .toStream()
    .flatMap((received) => (received ?? []).map((transfer) => ({ key: String(transfer.id), value: transfer })))
    .to(enrichedV2)
  return builder.build()
}

/** The sender's name is not known where transfers are collected by receiver. */
function enrichedWith(transfer: UserWithTransfers['transfers'][number], toUserName: string): TransferEnriched {
  return { ...transfer, fromUserName: 'NOT_SET', toUserName, enrichment: 'PARTIAL' }
}
