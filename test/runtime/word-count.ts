import { nullable, Serdes, StreamsBuilder, topic } from '../../lib/index.ts'
import type { Topology } from '../../lib/index.ts'

export const lines = topic('lines', { key: Serdes.string, value: Serdes.string })
export const counts = topic('counts', { key: Serdes.string, value: nullable(Serdes.long) })

/** Words of lines, counted: a repartition topic, and a store with a changelog. */
export function wordCount(): Topology {
  const builder = new StreamsBuilder()
  builder
    .stream(lines)
    .flatMapValues((line) => line.split(' '))
    .groupBy((word) => word, { key: Serdes.string, value: Serdes.string })
    .count({ store: 'words' })
    .toStream()
    .to(counts)
  return builder.build()
}
