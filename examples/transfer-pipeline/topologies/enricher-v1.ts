import { Serdes, StreamsBuilder, topic } from 'millrace'
import type { Topology } from 'millrace'
import { avro } from 'millrace/avro'
import { ingestionTransferSchema, transferEnrichedSchema, transferWithSenderSchema } from '../schemas/avro.ts'
import { transfers, users } from '../topics.ts'
import type { TransferEnriched } from './enricher.ts'

export const enrichedV1 = topic('custom.bank.transfer-enriched-v1', { key: Serdes.string, value: avro(transferEnrichedSchema) })

/**
 * The enricher as one writes it first: a stream of transfers, joined with the table of users by the sender and then by the receiver. It is
 * kept to show what that gives up. Only transfers drive the join: a rename emits nothing, and a transfer that comes before its user is
 * lost. Each new key is a repartition. See `enricherTopology` for the one that runs.
 */
export function enricherV1Topology(): Topology {
  const builder = new StreamsBuilder()
  const names = builder.table(users)
  const received = { name: 'by-sender', key: Serdes.string, value: avro(ingestionTransferSchema) }
  const sent = { name: 'by-receiver', key: Serdes.string, value: avro(transferWithSenderSchema) }
  builder
    .stream(transfers)
    .selectKey((transfer) => String(transfer.fromUserId))
    .join(names, (transfer, user) => ({ ...transfer, fromUserName: user.name }), received)
    .selectKey((transfer) => String(transfer.toUserId))
    .join(names, (transfer, user): TransferEnriched => ({ ...transfer, toUserName: user.name, enrichment: 'COMPLETE' }), sent)
    .selectKey((transfer) => String(transfer.id))
    .to(enrichedV1)
  return builder.build()
}
