/** Never run: `npm run types` compiles it, and each `@ts-expect-error` must be one. */
import type { KTable } from '../../lib/dsl/ktable.ts'
import { SessionWindows } from '../../lib/dsl/windows/session-windows.ts'
import { TimeWindows } from '../../lib/dsl/windows/time-windows.ts'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { nullable } from '../../lib/serde/nullable-serde.ts'
import { topic } from '../../lib/model/topic.ts'
import type { Windowed } from '../../lib/model/windowed.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import { proves, type Exact } from './exact.ts'

const words = new StreamsBuilder().stream(topic('words', { key: Serdes.string, value: nullable(Serdes.string) })).groupByKey()
const hopping = words.windowedBy(TimeWindows.of({ sizeMs: 10, advanceMs: 5 }))
const store = { name: 's', slices: true } as const

const counts = hopping.count({ store })
proves<Exact<typeof counts, KTable<Windowed<string>, number>>>()
const longest = hopping.reduce((left, right) => (left.length > right.length ? left : right), { store, associative: true })
proves<Exact<typeof longest, KTable<Windowed<string>, string>>>()
const sums = hopping.aggregate(
  () => 0,
  (sum, word) => sum + (word ?? '').length,
  { store, merger: (left, right) => left + right, value: Serdes.long },
)
proves<Exact<typeof sums, KTable<Windowed<string>, number>>>()
hopping.count({ store: { name: 's', slices: false } })

// @ts-expect-error: nobody said that the order of values does not matter
hopping.reduce((left) => left, { store })
// prettier-ignore
// @ts-expect-error: slices are combined by a merger
hopping.aggregate(() => 0, (sum) => sum, { store, value: Serdes.long })
// @ts-expect-error: a slice is not deleted
hopping.reduce((left) => (left === '' ? null : left), { store, associative: true })
// prettier-ignore
// @ts-expect-error: a slice is not deleted
hopping.aggregate(() => 0, () => null, { store, merger: (left: number) => left, value: Serdes.long })
// prettier-ignore
// @ts-expect-error: the merger makes what the initializer makes
hopping.aggregate(() => 0, (sum) => sum, { store, merger: (left, right) => `${left}${right}`, value: Serdes.long })
// @ts-expect-error: sessions have no slices
words.windowedBy(SessionWindows.of({ gapMs: 10 })).count({ store })
// @ts-expect-error: tables have no slices
words.count({ store: { name: 's', slices: true } })
