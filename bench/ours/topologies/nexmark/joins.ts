import { JoinWindows, Serdes, topic } from 'millrace'
import type { KTable, StreamsBuilder } from 'millrace'
import type { Topics } from '../topics.ts'
import { auctions, bids, events, graceMs, isAuction, isBid, isPerson, people, tenSeconds } from './events.ts'
import type { Query } from './events.ts'

const category = 10
const states = new Set(['OR', 'ID', 'CA'])

type Local = { readonly name: string; readonly city: string; readonly state: string; readonly auction: number }

/** Who sells in a category, in some states: a table of auctions, and by its foreign key a table of people. */
export const q3: Query = (builder, topics) => {
  const all = events(builder, topics)
  const sellers = all
    .filter(isPerson)
    .filter(({ state }) => states.has(state))
    .selectKey(({ id }) => id)
    .toTable({ key: Serdes.long, value: people })
  all
    .filter(isAuction)
    .filter((auction) => auction.category === category)
    .selectKey(({ id }) => id)
    .toTable({ key: Serdes.long, value: auctions })
    .join(
      sellers,
      ({ seller }) => seller,
      ({ id }, { name, city, state }): Local => ({ name, city, state, auction: id }),
      { value: Serdes.json<Local>() },
    )
    .toStream()
    .to(topic(topics.output, { key: Serdes.long, value: Serdes.json<Local>() }))
}

type Winner = { readonly id: number; readonly category: number; readonly seller: number; readonly price: number }

/** The highest price of each auction. */
function winners(builder: StreamsBuilder, topics: Topics): KTable<number, Winner> {
  const all = events(builder, topics)
  const prices = all
    .filter(isBid)
    .groupBy(({ auction }) => auction, { key: Serdes.long, value: bids })
    .aggregate<number>(
      () => 0,
      (most, { price }) => Math.max(most, price),
      { value: Serdes.long },
    )
  return all
    .filter(isAuction)
    .selectKey(({ id }) => id)
    .toTable({ key: Serdes.long, value: auctions })
    .join(prices, ({ id, category, seller }, price): Winner => ({ id, category, seller, price }))
}

type Sum = { readonly count: number; readonly total: number }

/** The average of the highest prices in each category. */
export const q4: Query = (builder, topics) =>
  winners(builder, topics)
    .groupBy(({ category, price }) => ({ key: category, value: price }), { key: Serdes.long, value: Serdes.long })
    .aggregate<Sum>(
      () => ({ count: 0, total: 0 }),
      ({ count, total }, price) => ({ count: count + 1, total: total + price }),
      ({ count, total }, price) => ({ count: count - 1, total: total - price }),
      { value: Serdes.json<Sum>() },
    )
    .mapValues(({ count, total }) => (count === 0 ? 0 : Math.floor(total / count)))
    .toStream()
    .to(topic(topics.output, { key: Serdes.long, value: Serdes.long }))

const kept = 10

/** The highest prices of the last ten auctions of each seller. */
export const q6: Query = (builder, topics) =>
  winners(builder, topics)
    .groupBy((winner) => ({ key: winner.seller, value: winner }), { key: Serdes.long, value: Serdes.json<Winner>() })
    .aggregate<readonly Winner[]>(
      () => [],
      (last, winner) => [...last, winner].sort((left, right) => right.id - left.id).slice(0, kept),
      (last, winner) => last.filter(({ id }) => id !== winner.id),
      { value: Serdes.json<readonly Winner[]>() },
    )
    .toStream()
    .to(topic(topics.output, { key: Serdes.long, value: Serdes.json<readonly Winner[]>() }))

type Opened = { readonly name: string; readonly auction: number }

/** People who open an auction within ten seconds of their arrival. */
export const q8: Query = (builder, topics) => {
  const all = events(builder, topics)
  const opened = all.filter(isAuction).selectKey(({ seller }) => seller)
  all
    .filter(isPerson)
    .selectKey(({ id }) => id)
    .join(
      opened,
      ({ name }, { id }): Opened => ({ name, auction: id }),
      JoinWindows.of({ timeDifferenceMs: tenSeconds, graceMs }),
      {
        key: Serdes.long,
        value: people,
        otherValue: auctions,
      },
    )
    .to(topic(topics.output, { key: Serdes.long, value: Serdes.json<Opened>() }))
}
