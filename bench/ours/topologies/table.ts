import { topic } from 'millrace'
import type { StreamsBuilder } from 'millrace'
import { inputAt, textToBytes } from './topics.ts'
import type { Topics } from './topics.ts'

/** A table that nobody reads. */
export function table(builder: StreamsBuilder, topics: Topics): void {
  builder.table(topic(inputAt(topics, 0), textToBytes), { store: 'rows' })
}

/** As `table`, its rows in memory. */
export function tableInMemory(builder: StreamsBuilder, topics: Topics): void {
  builder.table(topic(inputAt(topics, 0), textToBytes), { store: { name: 'rows', medium: 'memory' } })
}
