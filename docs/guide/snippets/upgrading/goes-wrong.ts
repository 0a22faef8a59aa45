import { Serdes, StreamsBuilder, topic } from 'millrace'

const words = topic('words', { key: Serdes.string, value: Serdes.string })

const builder = new StreamsBuilder()
builder
  .stream(words)
  .groupBy((word) => word, { key: Serdes.string, value: Serdes.string })
  .count()
try {
  builder.build({ ensureExplicitInternalResourceNaming: true })
} catch (error) {
  console.log(String(error))
}
