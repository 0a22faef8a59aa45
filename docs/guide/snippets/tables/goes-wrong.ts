import { KafkaStreams, Serdes, StreamsBuilder, openAdmin, topic } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'
import { TopologyTestDriver } from 'millrace/testing'

const clicks = topic('clicks', { key: Serdes.string, value: Serdes.string })
const users = topic('users', { key: Serdes.string, value: Serdes.string })

await using cluster = await EmbeddedKafka.open()
const admin = await openAdmin(cluster, { clientId: 'setup' })
await admin.createTopics([
  { name: 'clicks', partitions: 4 },
  { name: 'users', partitions: 3 },
])
await admin.close()

// #region copartitioned
const builder = new StreamsBuilder()
builder
  .stream(clicks)
  .join(builder.table(users), (page, user) => `${user} reads ${page}`)
  .foreach((text) => console.log(text))
await using streams = new KafkaStreams(builder.build(), { applicationId: 'reads', cluster })
await streams.start().catch((error: Error) => console.log(error.message))
// #endregion copartitioned

// #region undefined
const lookup: Record<string, string> = { '/tea': 'All about tea' }
const titles = new StreamsBuilder()
titles
  .stream(clicks)
  .mapValues((page) => lookup[page])
  .foreach((title) => console.log(title))
using driver = new TopologyTestDriver(titles.build())
try {
  driver.createInputTopic(clicks).pipeInput({ key: 'u1', value: '/jam' })
} catch (error) {
  console.log((error as Error).message)
}
// #endregion undefined

// #region null
using nulls = new TopologyTestDriver(titles.build())
try {
  nulls.createInputTopic(clicks).pipeInput({ key: 'u1', value: null })
} catch (error) {
  console.log((error as Error).message)
}
// #endregion null
