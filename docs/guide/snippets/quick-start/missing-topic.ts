import { KafkaStreams, Serdes, StreamsBuilder, topic } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'

const builder = new StreamsBuilder()
builder
  .stream(topic('words', { key: Serdes.string, value: Serdes.string }))
  .to(topic('shouted', { key: Serdes.string, value: Serdes.string }))

await using cluster = await EmbeddedKafka.open()
await using streams = new KafkaStreams(builder.build(), { applicationId: 'shouter', cluster })
try {
  await streams.start()
} catch (error) {
  console.log(String(error))
}
