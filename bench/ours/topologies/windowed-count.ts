import { Serdes, TimeWindows, topic } from 'millrace'
import type { StreamsBuilder } from 'millrace'
import { inputAt, streamOf } from './topics.ts'
import type { Topics } from './topics.ts'

const sizeMs = 60_000
const graceMs = 30_000

/** Counts the records of each key in each minute. */
export function tumbling(builder: StreamsBuilder, topics: Topics): void {
  windowedCount(builder, topics, sizeMs)
}

/** Counts the records of each key in each minute that begins at a quarter of a minute. */
export function hopping(builder: StreamsBuilder, topics: Topics): void {
  windowedCount(builder, topics, sizeMs / 4)
}

function windowedCount(builder: StreamsBuilder, topics: Topics, advanceMs: number): void {
  builder
    .stream(topic(inputAt(topics, 0), streamOf(topics)))
    .groupByKey()
    .windowedBy(TimeWindows.of({ sizeMs, advanceMs, graceMs }))
    .count({ store: 'counts' })
    .toStream()
    .to(topic(topics.output, { key: Serdes.timeWindowed(Serdes.string, sizeMs), value: Serdes.long }))
}
