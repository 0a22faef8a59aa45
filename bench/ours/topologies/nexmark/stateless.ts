import { Serdes, topic } from 'millrace'
import { events, isBid } from './events.ts'
import type { Event, Query } from './events.ts'

/** All events, as they are. */
export const q0: Query = (builder, topics) =>
  events(builder, topics).to(topic(topics.output, { key: Serdes.string, value: Serdes.json<Event>() }))

type Converted = { readonly auction: number; readonly bidder: number; readonly price: number; readonly time: number }

/** The prices of bids in another currency. */
export const q1: Query = (builder, topics) =>
  events(builder, topics)
    .filter(isBid)
    .mapValues(({ auction, bidder, price, time }): Converted => ({
      auction,
      bidder,
      price: Math.floor((price * 908) / 1000),
      time,
    }))
    .to(topic(topics.output, { key: Serdes.string, value: Serdes.json<Converted>() }))

type Selected = { readonly auction: number; readonly price: number }

/** The bids of a few auctions. */
export const q2: Query = (builder, topics) =>
  events(builder, topics)
    .filter(isBid)
    .filter(({ auction }) => auction % 123 === 0)
    .mapValues(({ auction, price }): Selected => ({ auction, price }))
    .to(topic(topics.output, { key: Serdes.string, value: Serdes.json<Selected>() }))
