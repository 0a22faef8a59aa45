import { JoinWindows, Serdes, StreamsBuilder, topic } from 'millrace'
import type { Topology } from 'millrace'

export const orders = topic('orders', { key: Serdes.string, value: Serdes.string })
export const payments = topic('payments', { key: Serdes.string, value: Serdes.double })
export const outcomes = topic('outcomes', { key: Serdes.string, value: Serdes.string })

/** An order and its payment have the same key. A payment comes at most five minutes after the order. */
export function joinTopology(): Topology {
  const builder = new StreamsBuilder()
  builder
    .stream(orders)
    .leftJoin(
      builder.stream(payments),
      (order, payment) => (payment === null ? `${order} was not paid` : `${order} was paid with ${payment}`),
      JoinWindows.of({ beforeMs: 0, afterMs: 300_000, graceMs: 60_000 }),
      { name: 'paid-orders' },
    )
    .to(outcomes)
  return builder.build()
}
