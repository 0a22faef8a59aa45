import { topic } from 'millrace'
import type { StreamsBuilder } from 'millrace'
import { concatenation } from './concatenation.ts'
import { inputAt, streamOf, textToBytes } from './topics.ts'
import type { Topics } from './topics.ts'

/** Joins each record of a stream with the row of its key. */
export function streamTable(builder: StreamsBuilder, topics: Topics): void {
  const rows = builder.table(topic(inputAt(topics, 1), textToBytes), { store: 'rows' })
  builder
    .stream(topic(inputAt(topics, 0), streamOf(topics)))
    .join(rows, concatenation)
    .to(topic(topics.output, textToBytes))
}
