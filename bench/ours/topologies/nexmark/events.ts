import { Serdes, topic } from 'millrace'
import type { KStream, StreamsBuilder, TimestampExtractor } from 'millrace'
import { inputAt } from '../topics.ts'
import type { Topics } from '../topics.ts'

export type Person = {
  readonly kind: 'person'
  readonly id: number
  readonly name: string
  readonly email: string
  readonly city: string
  readonly state: string
  readonly time: number
}

export type Auction = {
  readonly kind: 'auction'
  readonly id: number
  readonly item: string
  readonly seller: number
  readonly category: number
  readonly initialBid: number
  readonly time: number
}

export type Bid = {
  readonly kind: 'bid'
  readonly auction: number
  readonly bidder: number
  readonly price: number
  readonly channel: string
  readonly url: string
  readonly time: number
}

export type Event = Person | Auction | Bid

export const isPerson = (event: Event): event is Person => event.kind === 'person'
export const isAuction = (event: Event): event is Auction => event.kind === 'auction'
export const isBid = (event: Event): event is Bid => event.kind === 'bid'

export const people = Serdes.json<Person>()
export const auctions = Serdes.json<Auction>()
export const bids = Serdes.json<Bid>()

/** Partitions are read apart from each other: what is repartitioned comes in any order of event time, and all of it counts. */
export const graceMs = 86_400_000
export const tenSeconds = 10_000

/** A program of Nexmark. */
export type Query = (builder: StreamsBuilder, topics: Topics) => void

interface Read {
  readonly timestampExtractor?: TimestampExtractor
}

export function events(builder: StreamsBuilder, topics: Topics, read: Read = {}): KStream<string, Event> {
  return builder.stream(topic(inputAt(topics, 0), { key: Serdes.string, value: Serdes.json<Event>() }), read)
}
