import { Serdes, StreamsBuilder, topic } from 'millrace'
import type { TimestampExtractor } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'

interface Reading {
  readonly celsius: number
  readonly at: string
}
const readings = topic('readings', { key: Serdes.string, value: Serdes.json<Reading>() })
const copies = topic('copies', readings)

const byReading: TimestampExtractor = ({ value, timestamp }, partitionTime) => {
  const at = Date.parse((value as Reading).at)
  return Number.isNaN(at) ? Math.max(timestamp, partitionTime) : at
}

const builder = new StreamsBuilder()
builder.stream(readings, { timestampExtractor: byReading }).to(copies)

using driver = new TopologyTestDriver(builder.build())
const input = driver.createInputTopic(readings)
input.pipeInput({ key: 'roof', value: { celsius: 21, at: '2026-01-01T12:00:00Z' }, timestamp: 5 })
console.log(new Date(driver.createOutputTopic(copies).readRecord().timestamp).toISOString())
