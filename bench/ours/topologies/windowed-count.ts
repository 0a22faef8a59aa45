import { Serdes, TimeWindows, topic } from 'millrace'
import type { KTable, StreamsBuilder, Windowed } from 'millrace'
import { inputAt, streamOf } from './topics.ts'
import type { Topics } from './topics.ts'

const sizeMs = 60_000
const graceMs = 30_000

/** Counts the records of each key in each minute. */
export function tumbling(builder: StreamsBuilder, topics: Topics): void {
  windowedCount(builder, topics, sizeMs)
}

/** Counts the records of each key in each minute that begins at a quarter of a minute. */
export function hopping(builder: StreamsBuilder, topics: Topics): void {
  windowedCount(builder, topics, sizeMs / 4)
}

/** Counts the records of each key in each minute that begins at a second. The store keeps seconds. */
export function sliced(builder: StreamsBuilder, topics: Topics): void {
  written(windowed(builder, topics, 1_000).count({ store: { name: 'counts', slices: true } }), topics)
}

function windowedCount(builder: StreamsBuilder, topics: Topics, advanceMs: number): void {
  written(windowed(builder, topics, advanceMs).count({ store: 'counts' }), topics)
}

function windowed(builder: StreamsBuilder, topics: Topics, advanceMs: number) {
  return builder
    .stream(topic(inputAt(topics, 0), streamOf(topics)))
    .groupByKey()
    .windowedBy(TimeWindows.of({ sizeMs, advanceMs, graceMs }))
}

function written(counts: KTable<Windowed<string>, number>, topics: Topics): void {
  counts.toStream().to(topic(topics.output, { key: Serdes.timeWindowed(Serdes.string, sizeMs), value: Serdes.long }))
}
