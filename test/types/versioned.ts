/** Never run: `npm run types` compiles it, and each `@ts-expect-error` must be one. */
import {
  keyValueStore,
  Serdes,
  sessionStore,
  SessionWindows,
  StreamsBuilder,
  timestampedKeyValueStore,
  timestampedWindowStore,
  TimeWindows,
  topic,
  versionedKeyValueStore,
  type KafkaStreams,
  type KStream,
  type KTable,
  type QueryableVersionedStore,
  type ValidTo,
  type ValueAndTimestamp,
  type VersionedKeyValueStore,
  type VersionedRecord,
} from 'millrace'
import { proves, type Exact } from './exact.ts'

const prices = topic('prices', { key: Serdes.string, value: Serdes.long })
const orders = topic('orders', { key: Serdes.string, value: Serdes.string })
const builder = new StreamsBuilder()
const history = versionedKeyValueStore('history', { key: Serdes.string, value: Serdes.long, historyRetentionMs: 60_000 })
// @ts-expect-error how long versions are kept has no default
versionedKeyValueStore('history', {})
// @ts-expect-error versions are never cached
versionedKeyValueStore('history', { historyRetentionMs: 1, caching: 'enabled' })

// A versioned store makes any table versioned, and keeps its types.
const table = builder.table(prices, { store: history })
proves<Exact<typeof table, KTable<string, number>>>()
const counted = builder.stream(orders).groupByKey().count({ store: history })
proves<Exact<typeof counted, KTable<string, number>>>()
const toTable = builder.stream(prices).toTable({ store: history })
proves<Exact<typeof toTable, KTable<string, number>>>()
// @ts-expect-error the store's values are numbers
builder.table(orders, { store: history })
// @ts-expect-error a global table has no changelog to restore versions from
builder.globalTable(prices, { store: history })

// Stores of windows and sessions are for tables of windows and sessions, and only they.
const windows = timestampedWindowStore<string, number>('windows', { windowSizeMs: 10, retentionMs: 20 })
const sessions = sessionStore<string, number>('sessions', { retentionMs: 20 })
const words = builder.stream(orders).groupByKey()
const windowed = words.windowedBy(TimeWindows.of({ sizeMs: 10 }))
windowed.count({ store: windows })
windowed.count({ store: { name: 'named', retentionMs: 20 } })
words.windowedBy(SessionWindows.of({ gapMs: 10 })).count({ store: sessions })
words.count({ store: timestampedKeyValueStore<string, number>('counts') })
// @ts-expect-error a table of windows in a versioned store
windowed.count({ store: history })
// @ts-expect-error a table of windows in a key-value store
windowed.count({ store: keyValueStore<string, number>('counts') })
// @ts-expect-error a table of windows in a store of sessions
windowed.count({ store: sessions })
// @ts-expect-error a table in a window store
words.count({ store: windows })

// Grace is for joins with tables.
const joined = builder.stream(orders).join(table, (order, price) => `${order}-${price}`, { graceMs: 10 })
proves<Exact<typeof joined, KStream<string, string>>>()
builder.stream(orders).leftJoin(table, (order, price: number | null) => `${order}-${price}`, { graceMs: 10 })

// What a versioned store answers.
declare const store: VersionedKeyValueStore<string, number>
proves<Exact<ReturnType<typeof store.get>, ValueAndTimestamp<number> | null>>()
const validTo = store.put('a', 1, 5)
proves<Exact<typeof validTo, ValidTo>>()
// @ts-expect-error a version has a time
store.put('a', 1)
// @ts-expect-error what was not put has no end
validTo satisfies number
const versions = [...store.history('a', { fromMs: 1, toMs: 2, order: 'descending' })]
proves<Exact<typeof versions, VersionedRecord<number>[]>>()
declare const streams: KafkaStreams
const queried = streams.store(history)
proves<Exact<typeof queried, QueryableVersionedStore<string, number>>>()
// @ts-expect-error queries are read only
queried.put('a', 1, 5)
