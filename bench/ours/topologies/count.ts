import { Serdes, topic } from 'millrace'
import type { StreamsBuilder } from 'millrace'
import { inputAt, streamOf } from './topics.ts'
import type { Topics } from './topics.ts'

/** Counts the records of each key. */
export function count(builder: StreamsBuilder, topics: Topics): void {
  builder
    .stream(topic(inputAt(topics, 0), streamOf(topics)))
    .groupByKey()
    .count({ store: 'counts' })
    .toStream()
    .to(topic(topics.output, { key: Serdes.string, value: Serdes.long }))
}
