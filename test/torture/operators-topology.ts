import { JoinWindows, Serdes, StreamsBuilder, TimeWindows, nullable, topic } from '../../lib/index.ts'
import type { Topology } from '../../lib/index.ts'

const text = { key: Serdes.string, value: Serdes.string }
const rowText = { key: Serdes.string, value: nullable(Serdes.string) }

/** The size of the windows in which events are counted. */
export const windowMs = 10_000

const graceMs = 86_400_000

/** The topics of an application: all inputs and outputs are text, so that Java's console consumer prints them. */
export function operatorTopics(application: string) {
  const named = (name: string) => topic(`${application}-${name}`, text)
  return {
    events: named('events'),
    lefts: named('lefts'),
    rights: named('rights'),
    names: named('names'),
    rows: topic(`${application}-rows`, rowText),
    echo: named('echo'),
    sums: named('sums'),
    minima: named('minima'),
    maxima: named('maxima'),
    counts: named('counts'),
    windows: named('windows'),
    pairs: named('pairs'),
    named: topic(`${application}-named`, rowText),
  }
}

/** An event: `id:amount`. */
export function amountOf(event: string): number {
  return Number(event.split(':')[1])
}

/** The group of an event, by which it is counted behind a repartition topic. */
export function groupOf(event: string): string {
  return `g${Number(event.split(':')[0]) % 17}`
}

/** What is kept of the amounts of a key. */
export const aggregates = [
  { store: 'sums', first: 0, add: (sum: number, amount: number) => sum + amount },
  { store: 'minima', first: Infinity, add: Math.min },
  { store: 'maxima', first: -Infinity, add: Math.max },
] as const

/** Many operators in one application. What each says follows from its input alone, wherever and whenever it runs. */
export function operators(application: string): Topology {
  const topics = operatorTopics(application)
  const builder = new StreamsBuilder()
  const events = builder.stream(topics.events)
  events.to(topics.echo)
  const ofKey = events.groupByKey()
  for (const { store, first, add } of aggregates)
    ofKey
      .aggregate(
        () => first,
        (sum, event) => add(sum, amountOf(event)),
        { store, value: Serdes.double },
      )
      .toStream()
      .mapValues(String)
      .to(topics[store])
  events
    .groupBy((event) => groupOf(event), text)
    .count({ store: 'counts' })
    .toStream()
    .mapValues(String)
    .to(topics.counts)
  ofKey
    .windowedBy(TimeWindows.of({ sizeMs: windowMs, graceMs }))
    .count({ store: 'windows' })
    .toStream()
    .map((count, { key, startMs }) => ({ key: `${key}@${startMs}`, value: String(count) }))
    .to(topics.windows)
  builder
    .stream(topics.lefts)
    .join(builder.stream(topics.rights), (left, right) => `${left}+${right}`, JoinWindows.of({ timeDifferenceMs: 60_000 }))
    .to(topics.pairs)
  const names = builder.table(topics.names)
  builder
    .table(topics.rows)
    .leftJoin(
      names,
      (row) => row!.split(':')[0]!,
      (row, name) => `${row} ${name ?? '?'}`,
    )
    .toStream()
    .to(topics.named)
  return builder.build()
}
