import { Serdes, StreamsBuilder, topic } from 'millrace'
import type { Workload } from './workload.ts'

/** b1: counts the records of each key, with changelog and cache; each commit writes the changes to the output topic. */
export const b1: Workload = {
  topology({ input, output }) {
    const builder = new StreamsBuilder()
    builder
      .stream(topic(input, { key: Serdes.string, value: Serdes.bytes }))
      .groupByKey()
      .count({ store: 'counts' })
      .toStream()
      .to(topic(output, { key: Serdes.string, value: Serdes.long }))
    return builder.build()
  },
  config: { commitIntervalMs: 30_000, statestoreCacheMaxBytes: 64 * 1024 * 1024 },
}
