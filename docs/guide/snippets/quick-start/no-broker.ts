import { KafkaStreams, Serdes, StreamsBuilder, kafka, topic } from 'millrace'

const builder = new StreamsBuilder()
builder.stream(topic('words', { key: Serdes.string, value: Serdes.string })).foreach((word) => console.log(word))

const cluster = kafka({ bootstrapServers: '127.0.0.1:1', bootstrapTimeoutMs: 500 })
await using streams = new KafkaStreams(builder.build(), { applicationId: 'shouter', cluster })
try {
  await streams.start()
} catch (error) {
  console.log(String(error))
}
