import { nullable, Serdes, SessionWindows, TimeWindows, topic, wallclockTimestamp } from 'millrace'
import { bids, events, graceMs, isBid, tenSeconds } from './events.ts'
import type { Query } from './events.ts'

/** How many bids the most wanted auction of each ten seconds has, every two seconds. */
export const q5: Query = (builder, topics) =>
  events(builder, topics)
    .filter(isBid)
    .groupBy(({ auction }) => auction, { key: Serdes.long, value: bids })
    .windowedBy(TimeWindows.of({ sizeMs: tenSeconds, advanceMs: 2_000, graceMs }))
    .count()
    .toStream()
    .groupBy((_, { startMs }) => startMs, { key: Serdes.long, value: nullable(Serdes.long) })
    .aggregate<number>(
      () => 0,
      (most, count) => Math.max(most, count),
      { value: Serdes.long },
    )
    .toStream()
    .to(topic(topics.output, { key: Serdes.long, value: Serdes.long }))

/** The highest price of each ten seconds. */
export const q7: Query = (builder, topics) =>
  events(builder, topics)
    .filter(isBid)
    .groupBy(() => 0, { key: Serdes.long, value: bids })
    .windowedBy(TimeWindows.of({ sizeMs: tenSeconds, graceMs }))
    .aggregate<number>(
      () => 0,
      (most, { price }) => Math.max(most, price),
      { value: Serdes.long },
    )
    .toStream()
    .to(topic(topics.output, { key: Serdes.timeWindowed(Serdes.long, tenSeconds), value: Serdes.long }))

/** How many bids each bidder makes without a pause of ten seconds. */
export const q11: Query = (builder, topics) =>
  events(builder, topics)
    .filter(isBid)
    .groupBy(({ bidder }) => bidder, { key: Serdes.long, value: bids })
    .windowedBy(SessionWindows.of({ gapMs: tenSeconds, graceMs }))
    .count()
    .toStream()
    .to(topic(topics.output, { key: Serdes.sessionWindowed(Serdes.long), value: Serdes.long }))

/** How many bids of each bidder are processed in each ten seconds of the wall clock. */
export const q12: Query = (builder, topics) =>
  events(builder, topics, { timestampExtractor: wallclockTimestamp })
    .filter(isBid)
    .groupBy(({ bidder }) => bidder, { key: Serdes.long, value: bids })
    .windowedBy(TimeWindows.of({ sizeMs: tenSeconds, graceMs }))
    .count()
    .toStream()
    .to(topic(topics.output, { key: Serdes.timeWindowed(Serdes.long, tenSeconds), value: Serdes.long }))
