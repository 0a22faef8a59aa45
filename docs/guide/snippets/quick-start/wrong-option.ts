import { KafkaStreams, Serdes, StreamsBuilder, topic } from 'millrace'

const builder = new StreamsBuilder()
builder.stream(topic('words', { key: Serdes.string, value: Serdes.string })).foreach((word) => console.log(word))

const config = { applicationId: 'shouter', bootstrapServers: '127.0.0.1:9092', commitIntervallMs: 100 }
try {
  new KafkaStreams(builder.build(), config)
} catch (error) {
  console.log(String(error))
}
