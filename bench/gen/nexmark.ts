import { startMs } from './inputs.ts'
import type { InputRecord } from './inputs.ts'
import { randomBelow } from './random.ts'
import { keyOf } from './transfer.ts'

/** Of fifty events one is a person, three are auctions, and the others bids (Nexmark). */
const period = 50
const auctionsAPeriod = 3
const perMs = 10
const activePeople = 1_000
const openAuctions = 100
const categories = 5
const firstCategory = 10
const states = ['AZ', 'CA', 'ID', 'OR', 'WA', 'WY']
const cities = ['Phoenix', 'Oakland', 'Boise', 'Portland', 'Seattle', 'Cheyenne']
const seed = 61

/**
 * Events of an auction house, ten in each ms of event time. Keys are the numbers of events, so that all kinds are in all partitions.
 * Auctions get bids only while they are open.
 */
export function* nexmark(records: number): Generator<InputRecord> {
  for (let index = 0; index < records; index++) {
    const timestamp = startMs + Math.floor(index / perMs)
    yield { key: keyOf(index), value: Buffer.from(JSON.stringify({ ...eventAt(index), time: timestamp })), timestamp }
  }
}

function eventAt(index: number): object {
  const [round, place] = [Math.floor(index / period), index % period]
  if (place === 0) return person(round, index)
  return place <= auctionsAPeriod ? auction(round, place - 1, index) : bid(round, index)
}

function person(id: number, index: number): object {
  const at = randomBelow(states.length, seed, index)
  return { kind: 'person', id, name: `Person ${id}`, email: `person-${id}@example.com`, city: cities[at], state: states[at] }
}

function auction(round: number, place: number, index: number): object {
  return {
    kind: 'auction',
    id: round * auctionsAPeriod + place,
    item: 'a lamp, as new, with its shade',
    seller: recent(round, activePeople, index),
    category: firstCategory + randomBelow(categories, seed + 1, index),
    initialBid: 100 + randomBelow(1_000, seed + 2, index),
  }
}

function bid(round: number, index: number): object {
  return {
    kind: 'bid',
    auction: recent((round + 1) * auctionsAPeriod - 1, openAuctions, index),
    bidder: recent(round, activePeople, index + 1),
    price: 100 + randomBelow(1_000_000, seed + 3, index),
    channel: 'channel-9092',
    url: 'https://www.example.com/item.htm?query=1',
  }
}

/** One of the last numbers up to this one. */
function recent(last: number, many: number, index: number): number {
  return last - randomBelow(Math.min(many, last + 1), seed + 4, index)
}
