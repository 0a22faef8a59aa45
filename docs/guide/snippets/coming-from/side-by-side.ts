import { Serdes, StreamsBuilder, TimeWindows, topic } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'

// #region words
const lines = topic('lines', { key: Serdes.string, value: Serdes.string })
const counts = topic('counts', { key: Serdes.timeWindowed(Serdes.string, 60_000), value: Serdes.long })

const builder = new StreamsBuilder()
builder
  .stream(lines)
  .flatMapValues((line) => line.toLowerCase().split(/\W+/))
  .groupBy((word) => word, { key: Serdes.string, value: Serdes.string, name: 'words' })
  .windowedBy(TimeWindows.of({ sizeMs: 60_000, graceMs: 5_000 }))
  .count({ store: 'counts' })
  .toStream()
  .to(counts)
const topology = builder.build()
// #endregion words

using driver = new TopologyTestDriver(topology, { applicationId: 'word-count' })
driver.createInputTopic(lines).pipeInput({ key: '1', value: 'the mill, the water', timestamp: 0 })
console.log(driver.createOutputTopic(counts).readKeyValues().at(-2))
console.log(driver.producedTopicNames())
