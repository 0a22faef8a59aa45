import { Serdes, StreamsBuilder } from 'millrace'
import type { KTable, Topology } from 'millrace'
import { avro } from 'millrace/avro'
import type { AvroValue } from 'millrace/avro'
import { balanceSchema } from '../schemas/avro.ts'
import type { IngestionTransfer } from '../schemas/rows.ts'
import { balances, transfers } from '../topics.ts'
import { minus, plus } from './money.ts'

type Balance = AvroValue<typeof balanceSchema>

const nothing = '0.00'

/**
 * What each user has: received less sent, over transfers that are COMPLETED now. An amount that is edited, a transfer that is deleted or
 * reversed is taken out again by the subtractor, so the balances are those of the table and not of its history.
 *
 * A transfer has two sides, and a grouping gives one: each side is a table of its own, and the two are joined. Two tasks apply the two
 * sides, so the sum over all users is 0 only when nothing is under way.
 */
export function balancesTopology(): Topology {
  const builder = new StreamsBuilder()
  const completed = builder.table(transfers).filter((transfer) => transfer.status === 'COMPLETED')
  const received = sumOf(completed, 'received', (transfer) => transfer.toUserId)
  const sent = sumOf(completed, 'sent', (transfer) => transfer.fromUserId)
  received
    .outerJoin(
      sent,
      (income, spending) => ({
        userId: (income ?? spending)!.userId,
        balance: minus(income?.balance ?? nothing, spending?.balance ?? nothing),
      }),
      { name: 'balance', value: avro(balanceSchema) },
    )
    .toStream()
    .to(balances)
  return builder.build()
}

function sumOf(
  completed: KTable<string, IngestionTransfer>,
  side: 'received' | 'sent',
  userOf: (transfer: IngestionTransfer) => number,
): KTable<string, Balance> {
  const serdes = { key: Serdes.string, value: avro(balanceSchema) }
  return completed
    .groupBy((transfer) => ({ key: String(userOf(transfer)), value: { userId: userOf(transfer), balance: transfer.amount } }), {
      name: `by-user-${side}`,
      ...serdes,
    })
    .reduce(
      (sum, { userId, balance }) => ({ userId, balance: plus(sum.balance, balance) }),
      (sum, { userId, balance }) => ({ userId, balance: minus(sum.balance, balance) }),
      { store: side, ...serdes },
    )
}
