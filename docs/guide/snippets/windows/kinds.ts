import { Serdes, SessionWindows, SlidingWindows, StreamsBuilder, TimeWindows, topic } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'

const clicks = topic('clicks', { key: Serdes.string, value: Serdes.string })

const builder = new StreamsBuilder()
const grouped = builder.stream(clicks).groupByKey()
const show =
  (kind: string) =>
  (count: number | null, { startMs, endMs }: { readonly startMs: number; readonly endMs: number }) =>
    console.log(`${kind} ${startMs} to ${endMs}: ${count}`)

grouped
  .windowedBy(TimeWindows.of({ sizeMs: 10_000, advanceMs: 5_000 }))
  .count()
  .toStream()
  .foreach(show('hopping'))
grouped
  .windowedBy(SlidingWindows.of({ differenceMs: 10_000 }))
  .count()
  .toStream()
  .foreach(show('sliding'))
grouped
  .windowedBy(SessionWindows.of({ gapMs: 10_000 }))
  .count()
  .toStream()
  .foreach(show('session'))

using driver = new TopologyTestDriver(builder.build())
const input = driver.createInputTopic(clicks)
input.pipeInput({ key: 'ann', value: 'first', timestamp: 12_000 })
console.log('a second record:')
input.pipeInput({ key: 'ann', value: 'second', timestamp: 19_000 })
