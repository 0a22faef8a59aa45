import { Serdes, StreamsBuilder } from 'millrace'
import type { Topology } from 'millrace'
import { avro } from 'millrace/avro'
import type { AvroValue } from 'millrace/avro'
import { transferWithSenderSchema } from '../schemas/avro.ts'
import type { transferEnrichedSchema } from '../schemas/avro.ts'
import { enriched, transfers, users } from '../topics.ts'

export type TransferEnriched = AvroValue<typeof transferEnrichedSchema>

/**
 * Adds the names of both users to each transfer, and keeps them right: a rename re-emits exactly that user's transfers, a user who
 * arrives after his transfer completes it, and a transfer whose user is unknown is there all the same, as PARTIAL.
 *
 * Two foreign-key joins do that. A stream joined with a table would be driven by transfers only: renames would be lost.
 */
export function enricherTopology(): Topology {
  const builder = new StreamsBuilder()
  const names = builder.table(users)
  builder
    .table(transfers)
    .leftJoin(
      names,
      (transfer) => String(transfer.fromUserId),
      (transfer, user) => ({ ...transfer, fromUserName: user?.name ?? null }),
      { name: 'sender', key: Serdes.string, value: avro(transferWithSenderSchema) },
    )
    .leftJoin(
      names,
      (transfer) => String(transfer.toUserId),
      (transfer, user): TransferEnriched => ({
        ...transfer,
        toUserName: user?.name ?? null,
        enrichment: transfer.fromUserName === null || user === null ? 'PARTIAL' : 'COMPLETE',
      }),
      { name: 'receiver' },
    )
    .toStream()
    .to(enriched)
  return builder.build()
}
