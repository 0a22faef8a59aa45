import { Serdes, StreamsBuilder, topic } from 'millrace'
import type { Topology } from 'millrace'

export const lines = topic('lines', { key: Serdes.string, value: Serdes.string })
export const counts = topic('word-counts', { key: Serdes.string, value: Serdes.long })

/** How often each word has come. */
export function wordCount(): Topology {
  const builder = new StreamsBuilder()
  builder
    .stream(lines)
    .flatMapValues((line) => line.toLowerCase().match(/\p{L}+/gu) ?? [])
    .groupBy((word) => word, { key: Serdes.string, value: Serdes.string, name: 'by-word' })
    .count({ store: 'counts' })
    .toStream()
    .to(counts)
  return builder.build()
}
