import { KafkaStreams, Serdes, StreamsBuilder, topic } from 'millrace'

const builder = new StreamsBuilder()
builder.stream(topic('a', { key: Serdes.string, value: Serdes.string })).foreach(() => undefined)

try {
  new KafkaStreams(builder.build(), {
    applicationId: 'invoices',
    bootstrapServers: '127.0.0.1:9092',
    processingGuarantee: 'exactly_once_v2',
    commitIntervalMs: 30_000,
  })
} catch (error) {
  console.log(String(error))
}
