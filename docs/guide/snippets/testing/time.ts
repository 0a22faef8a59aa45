import { Serdes, StreamsBuilder, topic } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'

const clicks = topic('clicks', { key: Serdes.string, value: Serdes.string })

const builder = new StreamsBuilder()
builder.stream(clicks).process<string, string>(() => ({
  init(context) {
    context.schedule(60_000, 'wall-clock-time', (now) => console.log('a minute of the machine, now', now))
    context.schedule(60_000, 'stream-time', (now) => console.log('a minute of the records, now', now))
  },
  process: ({ value, timestamp }) => console.log(value, 'at', timestamp),
}))

using driver = new TopologyTestDriver(builder.build(), { initialWallClockMs: 0 })
const input = driver.createInputTopic(clicks, { startMs: 1_000_000, autoAdvanceMs: 500 })
input.pipeInput({ key: 'ann', value: 'first' })
input.pipeInput({ key: 'ann', value: 'second' })
driver.advanceWallClockTime(60_000)
input.pipeInput({ key: 'ann', value: 'later', timestamp: 1_090_000 })
