import { Serdes, StreamsBuilder, topic } from '../../lib/index.ts'
import type { Topology } from '../../lib/index.ts'

export interface TortureTopics {
  readonly events: string
  readonly seen: string
}

/** Each event passes a repartition topic and a store with a changelog. The output says how often each event was processed. */
export function torture({ events, seen }: TortureTopics): Topology {
  const builder = new StreamsBuilder()
  builder
    .stream(topic(events, { key: Serdes.string, value: Serdes.string }))
    .groupBy((value) => value, { key: Serdes.string, value: Serdes.string })
    .count({ store: 'seen' })
    .toStream()
    .to(topic(seen, { key: Serdes.string, value: Serdes.long }))
  return builder.build()
}
