/** Never run: `npm run types` compiles it, and each `@ts-expect-error` must be one. What dsl.ts leaves out. */
import {
  KafkaStreams,
  keyValueStore,
  nullable,
  Serdes,
  sessionStore,
  SessionWindows,
  SlidingWindows,
  StreamsBuilder,
  TimeWindows,
  timestampedKeyValueStore,
  topic,
  UnlimitedWindows,
  windowStore,
} from '../../lib/index.ts'
import type {
  KStream,
  KTable,
  QueryableKeyValueStore,
  QueryableWindowStore,
  StreamRecord,
  Topology,
  ValueTransformer,
  Windowed,
} from '../../lib/index.ts'
import type { KGroupedStream } from '../../lib/dsl/kgrouped-stream.ts'
import type { KGroupedTable } from '../../lib/dsl/kgrouped-table.ts'
import { proves, type Exact } from './exact.ts'

interface Order {
  readonly customer: string
  readonly amount: number
  readonly rush: true | null
}

declare const topology: Topology
const orders = topic('orders', { key: Serdes.string, value: Serdes.json<Order>() })
const texts = topic('texts', { key: nullable(Serdes.string), value: nullable(Serdes.string) })
const builder = new StreamsBuilder()
const stream = builder.stream(orders)
const maybe = builder.stream(texts)
const table = builder.table(orders)

// Streams, one record at a time.
const others = maybe.filterNot((value) => value === null)
proves<Exact<typeof others, KStream<string | null, string>>>()
const kept = stream.filterNot((order) => order.amount > 9)
proves<Exact<typeof kept, KStream<string, Order>>>()
const flat = stream.flatMap((order, key) => [{ key: order.amount, value: key }])
proves<Exact<typeof flat, KStream<number, string>>>()
const letters = stream.flatMapValues((order) => order.customer)
proves<Exact<typeof letters, KStream<string, string>>>()
const peeked = maybe.peek((value, key) => value === key)
proves<Exact<typeof peeked, KStream<string | null, string | null>>>()
proves<Exact<ReturnType<typeof stream.foreach>, void>>()
stream.print({ format: (order, key) => `${key} ${order.amount.toFixed()}`, write: (line) => line.length })
const through = stream.repartition({ name: 'again', value: Serdes.json<Pick<Order, 'amount'>>() })
proves<Exact<typeof through, KStream<string, Pick<Order, 'amount'>>>>()
const same = stream.repartition()
proves<Exact<typeof same, KStream<string, Order>>>()
// @ts-expect-error - A text has a length, and an order has none.
stream.flatMapValues((order) => order.length)
// @ts-expect-error - A number is no list.
stream.flatMapValues((order) => order.amount)
// @ts-expect-error - The serde cannot write orders.
stream.repartition({ value: Serdes.string })
// @ts-expect-error - Nothing comes after it.
stream.foreach(() => undefined).filter(() => true)

// Branches.
const branches = stream
  .split({ name: 'by-' })
  .branch((order, key) => order.amount > key.length, { name: 'large', withFunction: (branch) => branch.peek(() => undefined) })
  .defaultBranch()
const large = branches.get('by-large')
proves<Exact<typeof large, KStream<string, Order> | undefined>>()
// @ts-expect-error - A branch's predicate sees orders.
stream.split().branch((order) => order.size > 1)
stream.split().branch(() => true, {
  // @ts-expect-error - What stands for a branch has its types.
  withFunction: (branch) => branch.mapValues((order) => order.amount),
})

// Grouping.
const byKey = stream.groupByKey()
proves<Exact<typeof byKey, KGroupedStream<string, Order>>>()
const byCustomer = stream.groupBy((order) => order.customer, { key: Serdes.string, value: orders.value })
proves<Exact<typeof byCustomer, KGroupedStream<string, Order>>>()
const byDefault = stream.groupBy((order) => order.amount, { key: undefined, value: undefined })
proves<Exact<typeof byDefault, KGroupedStream<number, Order>>>()
const carried = stream.groupBy((order) => order.amount, { key: Serdes.long, value: Serdes.json<Pick<Order, 'rush'>>() })
proves<Exact<typeof carried, KGroupedStream<number, Pick<Order, 'rush'>>>>()
const regrouped = table.groupBy((order) => ({ key: order.amount, value: order.customer }), {
  key: Serdes.long,
  value: Serdes.string,
})
proves<Exact<typeof regrouped, KGroupedTable<number, string>>>()
const partly = table.groupBy((order) => (order.rush === null ? null : { key: order.customer, value: order.rush }), {
  key: Serdes.string,
  value: undefined,
})
proves<Exact<typeof partly, KGroupedTable<string, true>>>()
// @ts-expect-error - The serdes are to be said.
stream.groupBy((order) => order.customer, {})
// @ts-expect-error - The key's serde is to be said.
stream.groupBy((order) => order.customer, { value: orders.value })
// @ts-expect-error - The value's serde is to be said: that of the first grouping wrote other values.
stream.mapValues((order) => order.amount).groupBy((amount) => amount % 2, { key: Serdes.long })
// @ts-expect-error - The value's serde is to be said.
table.groupBy((order) => ({ key: order.customer, value: order }), { key: Serdes.string })
// @ts-expect-error - A row goes into one group, as key and value.
table.groupBy((order) => order.customer, { key: Serdes.string, value: undefined })

// Folds.
const joined = regrouped.aggregate(
  () => '',
  (all, customer, amount) => `${all}${customer}${amount.toFixed()}`,
  (all, customer) => (all === customer ? null : all.replace(customer, '')),
)
proves<Exact<typeof joined, KTable<number, string>>>()
const reduced = regrouped.reduce(
  (all, customer) => all + customer,
  (all, customer) => all.replace(customer, ''),
)
proves<Exact<typeof reduced, KTable<number, string>>>()
const rows = regrouped.count({ store: 'rows' })
proves<Exact<typeof rows, KTable<number, number>>>()
const present = maybe.groupByKey().reduce((all, text) => all + text)
proves<Exact<typeof present, KTable<string | null, string>>>()
const startsWithNothing = byKey.aggregate(
  (): number | null => null,
  (sum, order) => (sum ?? 0) + order.amount,
)
proves<Exact<typeof startsWithNothing, KTable<string, number>>>()
regrouped.aggregate(
  () => '',
  (all, customer) => all + customer,
  // @ts-expect-error - What undoes a row gives what the fold gives.
  (_all, customer) => customer.length,
)
// @ts-expect-error - A reduction gives what it reduces.
byKey.reduce((all, order) => all.amount + order.amount)

// Windows.
const perWindow = byKey.windowedBy(TimeWindows.of({ sizeMs: 10 })).reduce((left) => left)
proves<Exact<typeof perWindow, KTable<Windowed<string>, Order>>>()
const sliding = byKey.windowedBy(SlidingWindows.of({ differenceMs: 10 })).aggregate(
  () => 0,
  (sum, order) => sum + order.amount,
)
proves<Exact<typeof sliding, KTable<Windowed<string>, number>>>()
const unlimited = byKey.windowedBy(UnlimitedWindows.of())
const forEver = unlimited.count()
proves<Exact<typeof forEver, KTable<Windowed<string>, number>>>()
const kindOfWindows = windowStore('kept', { key: Serdes.string, value: Serdes.long, retentionMs: 10, windowSizeMs: 10 })
const inWindowStore = byKey.windowedBy(TimeWindows.of({ sizeMs: 10 })).count({ store: kindOfWindows })
proves<Exact<typeof inWindowStore, KTable<Windowed<string>, number>>>()
const sessions = byKey.windowedBy(SessionWindows.of({ gapMs: 10 })).aggregate(
  () => 0,
  (sum, order) => sum + order.amount,
  (left, right) => left + right,
  { store: sessionStore('sessions', { key: Serdes.string, value: Serdes.long, retentionMs: 10 }) },
)
proves<Exact<typeof sessions, KTable<Windowed<string>, number>>>()
// @ts-expect-error - They never close.
unlimited.emitStrategy('on-window-close')
// @ts-expect-error - There is no such strategy.
byKey.windowedBy(TimeWindows.of({ sizeMs: 10 })).emitStrategy('on-close')

// Tables.
const withRush = table.filter((order): order is Order & { rush: true } => order.rush === true)
proves<Exact<typeof withRush, KTable<string, Order & { rush: true }>>>()
const withoutRush = table.filterNot((order) => order.rush === true)
proves<Exact<typeof withoutRush, KTable<string, Order>>>()
declare const transformer: ValueTransformer<string, Order, number>
const transformed = table.transformValues(() => transformer)
proves<Exact<typeof transformed, KTable<string, number>>>()
const both = table.join(rows.toStream().selectKey(String).toTable(), (order, count, key) => order.amount + count + key.length)
proves<Exact<typeof both, KTable<string, number>>>()
// @ts-expect-error - A transformer of other values.
rows.transformValues(() => transformer)

// Own code.
const counting = stream.processValues<number>(() => ({
  process(record: StreamRecord<string, Order>, context) {
    context.forward({ ...record, value: record.value.amount })
  },
}))
proves<Exact<typeof counting, KStream<string, number>>>()

// Queries: the types are the store's.
declare const streams: KafkaStreams
const seen = streams.store(keyValueStore('seen', { key: Serdes.string, value: Serdes.long }))
proves<Exact<typeof seen, QueryableKeyValueStore<string, number>>>()
const windows = streams.store(kindOfWindows)
proves<Exact<typeof windows, QueryableWindowStore<string, number>>>()
const namedWindows = streams.store<string, number>('per-hour', 'window')
proves<Exact<typeof namedWindows, QueryableWindowStore<string, number>>>()
// @ts-expect-error - There is no such kind of store.
streams.store<string, number>('per-hour', 'windows')
// @ts-expect-error - Window stores are read by time.
windows.get('a')
// @ts-expect-error - Keys are texts.
void seen.get(1)

// Configuration and stores.
export const app = new KafkaStreams(topology, { applicationId: 'app', bootstrapServers: 'x', commitIntervalMs: 1 })
// @ts-expect-error - There is no such option.
export const wrong = new KafkaStreams(topology, { applicationId: 'app', bootstrapServers: 'x', commitInterval: 1 })
// @ts-expect-error - A window store has a retention.
windowStore('w', { windowSizeMs: 10 })
export const stored = builder.table(orders, { store: timestampedKeyValueStore('stored', { value: Serdes.json<Order>() }) })
