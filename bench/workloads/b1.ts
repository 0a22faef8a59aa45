import { Serdes, StreamsBuilder, topic } from 'millrace'
import type { Workload } from './workload.ts'

/** b1: count per key, with changelog and cache, every commit's changes out. */
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
