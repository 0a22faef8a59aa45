import { Serdes, StreamsBuilder, TimeWindows, topic } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'

const clicks = topic('clicks', { key: Serdes.string, value: Serdes.string })

const builder = new StreamsBuilder()
builder
  .stream(clicks)
  .groupByKey()
  .windowedBy(TimeWindows.of({ sizeMs: 60_000, graceMs: 10_000 }))
  .count({ store: 'clicks-per-minute' })
  .toStream()
  .foreach((count, { key, startMs, endMs }) => console.log(`${key} [${startMs}, ${endMs}): ${count}`))

using driver = new TopologyTestDriver(builder.build())
const input = driver.createInputTopic(clicks)
const click = (timestamp: number) => input.pipeInput({ key: 'ann', value: 'click', timestamp })
click(1_000)
click(59_999)
click(65_000) // Another window.
click(30_000) // Late, but within the grace: stream time is 65,000, the window is open until 70,000.
click(70_000) // Closes the first window.
click(30_000) // Too late: dropped.
const dropped = driver.metrics().find(({ name, tags }) => name === 'dropped-records' && tags['task-id'] === '0_0')
console.log('dropped:', dropped?.value())
