import { Serdes, StreamsBuilder, Suppressed, TimeWindows, topic } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'

const clicks = topic('clicks', { key: Serdes.string, value: Serdes.string })
const perMinute = topic('clicks-per-minute', { key: Serdes.timeWindowed(Serdes.string, 60_000), value: Serdes.long })

const builder = new StreamsBuilder()
builder
  .stream(clicks)
  .groupByKey()
  .windowedBy(TimeWindows.of({ sizeMs: 60_000, graceMs: 10_000 }))
  .count()
  .suppress(Suppressed.untilWindowCloses())
  .toStream()
  .to(perMinute)

using driver = new TopologyTestDriver(builder.build())
const input = driver.createInputTopic(clicks)
const output = driver.createOutputTopic(perMinute)
for (const timestamp of [1_000, 2_000, 65_000]) input.pipeInput({ key: 'ann', value: 'click', timestamp })
console.log('stream time is 65,000:', output.readKeyValues())
input.pipeInput({ key: 'bob', value: 'click', timestamp: 70_000 })
console.log('stream time is 70,000:', output.readKeyValues())
