import { Serdes, StreamsBuilder, StreamsError, Suppressed, TimeWindows, topic } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'

const clicks = topic('clicks', { key: Serdes.string, value: Serdes.string })

function attempt(name: string, build: (builder: StreamsBuilder) => void, timestamp = 0): void {
  try {
    const builder = new StreamsBuilder()
    build(builder)
    using driver = new TopologyTestDriver(builder.build())
    driver.createInputTopic(clicks).pipeInput({ key: 'ann', value: 'click', timestamp })
  } catch (error) {
    console.log(`${name}\n  ${error instanceof StreamsError ? error.code : 'no code'}: ${(error as Error).message}`)
  }
}

attempt('a store that forgets windows before they close', (builder) => {
  const windows = TimeWindows.of({ sizeMs: 60_000, graceMs: 60_000 })
  const store = { name: 'clicks-per-minute', retentionMs: 60_000 }
  builder.stream(clicks).groupByKey().windowedBy(windows).count({ store })
})
attempt('final results of a table without windows', (builder) => {
  // @ts-expect-error The key has no window.
  builder.stream(clicks).groupByKey().count().suppress(Suppressed.untilWindowCloses())
})
attempt('a sink whose key serde knows no windows', (builder) => {
  const counts = topic('counts', { key: Serdes.string, value: Serdes.long })
  const perMinute = builder
    .stream(clicks)
    .groupByKey()
    .windowedBy(TimeWindows.of({ sizeMs: 60_000 }))
    .count()
  // @ts-expect-error Its key is Windowed<string>.
  perMinute.toStream().to(counts)
})
attempt('a record from before 1970', (builder) => builder.stream(clicks).foreach(() => undefined), -1)
