import { Serdes, StreamsBuilder, topic } from 'millrace'
import type { Topology } from 'millrace'

export interface Order {
  readonly cents: number
  readonly parts: number
}
export const orders = topic('orders', { key: Serdes.string, value: Serdes.json<Order>() })
export const rates = topic('rates', { key: Serdes.string, value: Serdes.bigLong })

/** What one part of an order costs. Whatever is no whole number of cents throws. */
export function ordersTopology(): Topology {
  const builder = new StreamsBuilder()
  builder
    .stream(orders)
    .mapValues(({ cents, parts }) => BigInt(cents) / BigInt(parts), { name: 'cents-per-part' })
    .to(rates)
  return builder.build()
}
