import { Serdes, StreamsBuilder, topic } from 'millrace'
import type { Topology } from 'millrace'

export interface Payment {
  readonly user: string
  readonly amount: number
}

export const payments = topic('payments', { key: Serdes.string, value: Serdes.json<Payment>() })
export const spending = topic('spending', { key: Serdes.string, value: Serdes.double })

/** What each user has spent. Payments come with an id of their own as key. */
export function spendingTopology(): Topology {
  const builder = new StreamsBuilder()
  builder
    .stream(payments)
    .groupBy(({ user }) => user, { key: Serdes.string, value: payments.value })
    .aggregate(
      () => 0,
      (sum, { amount }) => sum + amount,
      { store: 'spending', value: Serdes.double },
    )
    .toStream()
    .to(spending)
  return builder.build()
}
