import { Serdes, StreamsBuilder, TimeWindows, topic } from 'millrace'
import type { Topology } from 'millrace'

export const clicks = topic('clicks', { key: Serdes.string, value: Serdes.string })

/** Clicks of each user, in all, and in each minute. */
export function countsTopology(): Topology {
  const builder = new StreamsBuilder()
  const byUser = builder.stream(clicks).groupByKey()
  byUser.count({ store: 'counts' })
  byUser.windowedBy(TimeWindows.of({ sizeMs: 60_000 })).count({ store: { name: 'per-minute', retentionMs: 3_600_000 } })
  return builder.build()
}
