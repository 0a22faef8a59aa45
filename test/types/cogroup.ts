/** Never run: `npm run types` compiles it, and each `@ts-expect-error` must be one. */
import type { CogroupedKStream } from '../../lib/dsl/cogrouped-kstream.ts'
import type { KTable } from '../../lib/dsl/ktable.ts'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { TimeWindows } from '../../lib/dsl/windows/time-windows.ts'
import { topic } from '../../lib/model/topic.ts'
import type { Windowed } from '../../lib/model/windowed.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import { proves, type Exact } from './exact.ts'

const builder = new StreamsBuilder()
const words = builder.stream(topic('words', { key: Serdes.string, value: Serdes.string })).groupByKey()
const numbers = builder.stream(topic('numbers', { key: Serdes.string, value: Serdes.long })).groupByKey()
const otherKeys = builder.stream(topic('other', { key: Serdes.long, value: Serdes.long })).groupByKey()

// The aggregate's type is the first aggregator's; every aggregator has the values of its own stream.
const cogrouped = words.cogroup((sum: number, word) => {
  proves<Exact<typeof word, string>>()
  return sum + word.length
})
proves<Exact<typeof cogrouped, CogroupedKStream<string, number>>>()
const both = cogrouped.cogroup(numbers, (sum, number, key) => {
  proves<Exact<typeof sum, number>>()
  proves<Exact<typeof number, number>>()
  proves<Exact<typeof key, string>>()
  return number < 0 ? null : sum + number
})
const table = both.aggregate(() => 0, { key: Serdes.string, value: Serdes.long })
proves<Exact<typeof table, KTable<string, number>>>()
const windowed = both.windowedBy(TimeWindows.of({ sizeMs: 10 })).aggregate(() => 0, { name: 'sums', value: Serdes.long })
proves<Exact<typeof windowed, KTable<Windowed<string>, number>>>()

// @ts-expect-error: keys must be of one type
cogrouped.cogroup(otherKeys, (sum) => sum)
// @ts-expect-error: all aggregators make the same type
cogrouped.cogroup(numbers, (sum, number) => `${sum} ${number}`)
// @ts-expect-error: the initializer makes what aggregators take
both.aggregate(() => '')
// @ts-expect-error: the serde must be of the aggregate
both.aggregate(() => 0, { value: Serdes.string })
