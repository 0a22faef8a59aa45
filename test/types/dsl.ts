/** Never run: `npm run types` compiles it, and each `@ts-expect-error` must be one. */
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { JoinWindows } from '../../lib/dsl/windows/join-windows.ts'
import { SlidingWindows } from '../../lib/dsl/windows/sliding-windows.ts'
import { TimeWindows } from '../../lib/dsl/windows/time-windows.ts'
import { UnlimitedWindows } from '../../lib/dsl/windows/unlimited-windows.ts'
import type { GlobalKTable } from '../../lib/dsl/global-ktable.ts'
import type { KStream } from '../../lib/dsl/kstream.ts'
import type { KTable } from '../../lib/dsl/ktable.ts'
import type { Serde } from '../../lib/model/serde.ts'
import { topic } from '../../lib/model/topic.ts'
import type { Windowed } from '../../lib/model/windowed.ts'
import { nullable } from '../../lib/serde/nullable-serde.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import { keyValueStore, timestampedKeyValueStore, timestampedWindowStore, windowStore } from '../../lib/state/stores.ts'
import { proves, type Exact } from './exact.ts'

interface Transfer {
  readonly from: string
  readonly amount: number
  readonly status: 'requested' | 'settled'
}
interface Account {
  readonly country: string
}
interface Named {
  readonly from: string
}

declare const transferSerde: Serde<Transfer>
declare const accountSerde: Serde<Account>
declare const namedSerde: Serde<Named>

const transfers = topic('transfers', { key: Serdes.string, value: transferSerde })
const accounts = topic('accounts', { key: Serdes.string, value: accountSerde })
const counts = topic('counts', { key: Serdes.string, value: Serdes.long })
const deletable = topic('deletable', { key: Serdes.string, value: nullable(transferSerde) })

const builder = new StreamsBuilder()
const stream = builder.stream(transfers)
const table = builder.table(accounts)

// Sources: types come from the topic's serdes; a table has no null.
proves<Exact<typeof stream, KStream<string, Transfer>>>()
proves<Exact<typeof table, KTable<string, Account>>>()
const fromNullable = builder.table(deletable)
proves<Exact<typeof fromNullable, KTable<string, Transfer>>>()
const nullableStream = builder.stream(deletable)
proves<Exact<typeof nullableStream, KStream<string, Transfer | null>>>()
const several = builder.stream([transfers, topic('more-transfers', { key: Serdes.string, value: transferSerde })])
proves<Exact<typeof several, KStream<string, Transfer>>>()
const matching = builder.stream({ pattern: /transfers-.*/, key: Serdes.string, value: transferSerde })
proves<Exact<typeof matching, KStream<string, Transfer>>>()
const untyped = builder.stream({ name: 'by-default-serdes' })
proves<Exact<typeof untyped, KStream<unknown, unknown>>>()
const global = builder.globalTable(accounts)
proves<Exact<typeof global, GlobalKTable<string, Account>>>()

// Stateless operators.
const amounts = stream.mapValues((transfer) => transfer.amount)
proves<Exact<typeof amounts, KStream<string, number>>>()
const mapped = stream.map((transfer, key) => ({ key: transfer.amount, value: key }))
proves<Exact<typeof mapped, KStream<number, string>>>()
const rekeyed = stream.selectKey((transfer) => transfer.status)
proves<Exact<typeof rekeyed, KStream<'requested' | 'settled', Transfer>>>()
const flat = stream.flatMapValues((transfer) => [transfer.from, transfer.amount])
proves<Exact<typeof flat, KStream<string, string | number>>>()
const narrowed = nullableStream.filter((transfer) => transfer !== null)
proves<Exact<typeof narrowed, KStream<string, Transfer>>>()
const merged = amounts.merge(flat)
proves<Exact<typeof merged, KStream<string, string | number>>>()
// @ts-expect-error - No such status.
stream.filter((transfer) => transfer.status === 'lost')
// @ts-expect-error - A map returns key and value.
stream.map((transfer) => transfer.amount)
// @ts-expect-error - A flatMap returns a list.
stream.flatMap((transfer) => ({ key: transfer.from, value: transfer }))

// Sinks take what their serdes can write: the same, or more than that.
stream.to(transfers)
stream.to(topic('names', { key: Serdes.string, value: namedSerde }))
amounts.to(counts)
stream.to({ topicName: (transfer, key, context) => `${transfer.status}-${key}-${context.partition}` })
// @ts-expect-error - Transfers are no numbers.
stream.to(counts)
// Null is a tombstone, whatever the serde.
nullableStream.to(transfers)
table.toStream().to(accounts)

// A stream of more is a stream of less.
export const less: KStream<string, Named> = stream
// @ts-expect-error - A stream of less is no stream of more.
export const more: KStream<string, Transfer> = less

// Grouping and folds. After a repartition the value is what its serde carries.
const counted = stream.groupByKey().count()
proves<Exact<typeof counted, KTable<string, number>>>()
const summed = stream
  .groupBy((transfer) => transfer.from, { key: Serdes.string, value: transferSerde })
  .aggregate(
    () => 0,
    (sum, transfer) => sum + transfer.amount,
    { value: Serdes.double, store: 'sums' },
  )
proves<Exact<typeof summed, KTable<string, number>>>()
const carried = stream.groupByKey({ value: namedSerde }).reduce((aggregate) => aggregate)
proves<Exact<typeof carried, KTable<string, Named>>>()
const windowed = stream
  .groupByKey()
  .windowedBy(TimeWindows.of({ sizeMs: 10 }))
  .count()
proves<Exact<typeof windowed, KTable<Windowed<string>, number>>>()
const inStore = stream
  .groupByKey()
  .count({ store: timestampedKeyValueStore('counts', { key: Serdes.string, value: Serdes.long }) })
proves<Exact<typeof inStore, KTable<string, number>>>()
const sliding = stream
  .groupByKey()
  .windowedBy(SlidingWindows.of({ differenceMs: 10 }))
  .emitStrategy('on-window-close')
const slidingCounts = sliding.count({
  store: timestampedWindowStore('sliding', { value: Serdes.long, retentionMs: 20, windowSizeMs: 10 }),
})
proves<Exact<typeof slidingCounts, KTable<Windowed<string>, number>>>()
// @ts-expect-error - Windows want a window store.
sliding.count({ store: timestampedKeyValueStore('counts', { value: Serdes.long }) })
// @ts-expect-error - Unlimited windows never close.
stream.groupByKey().windowedBy(UnlimitedWindows.of()).emitStrategy('on-window-close')
// Records without value are no records of sliding windows, but of others they are.
const nullables = builder.stream(topic('nullables', { key: Serdes.string, value: nullable(Serdes.string) })).groupByKey()
const late = nullables.windowedBy(SlidingWindows.of({ differenceMs: 10 })).aggregate(
  () => '',
  (all, value) => all + value.length,
)
proves<Exact<typeof late, KTable<Windowed<string>, string>>>()
nullables.windowedBy(TimeWindows.of({ sizeMs: 10 })).aggregate(
  () => '',
  // @ts-expect-error - The value may be null.
  (all, value) => all + value.length,
)
// @ts-expect-error - Counts are numbers.
stream.groupByKey().count({ value: Serdes.string, store: 'counts' })
stream.groupByKey().aggregate(
  () => 0,
  // @ts-expect-error - The fold returns what it folds.
  (_sum, transfer) => transfer.from,
)

// Tables.
const big = summed.filter((sum) => sum > 9)
proves<Exact<typeof big, KTable<string, number>>>()
const labels = summed.mapValues((sum) => (sum > 9 ? `${sum}` : null))
proves<Exact<typeof labels, KTable<string, string>>>()
const changes = table.toStream()
proves<Exact<typeof changes, KStream<string, Account | null>>>()
const remade = nullableStream.toTable()
proves<Exact<typeof remade, KTable<string, Transfer>>>()

// Joins: what may be missing is null on that side.
const joined = stream.join(table, (transfer, account, key) => `${transfer.from}${account.country}${key}`)
proves<Exact<typeof joined, KStream<string, string>>>()
const leftJoined = stream.leftJoin(table, (transfer, account) => account?.country ?? transfer.amount)
proves<Exact<typeof leftJoined, KStream<string, string | number>>>()
const globallyJoined = stream.join(
  global,
  (transfer) => transfer.from,
  (_, account) => account,
)
proves<Exact<typeof globallyJoined, KStream<string, Account>>>()
const byForeignKey = builder.table(topic('transfer-table', { key: Serdes.long, value: transferSerde })).leftJoin(
  table,
  (transfer) => transfer.from,
  (transfer, account) => ({ from: transfer.from, country: account?.country ?? null }),
)
proves<Exact<typeof byForeignKey, KTable<number, { from: string; country: string | null }>>>()
const byKey = summed.outerJoin(table, (sum, account) => sum ?? account?.country ?? null, { store: 'outer' })
proves<Exact<typeof byKey, KTable<string, string | number>>>()
// @ts-expect-error - A left join may find nothing.
stream.leftJoin(table, (_, account) => account.country)
const amountOf = (transfer: Transfer): number => transfer.amount
// @ts-expect-error - The foreign key is a string, as the other table's key.
fromNullable.join(table, amountOf, (transfer) => transfer)
// @ts-expect-error - Tables of different keys join by foreign key only.
byForeignKey.join(table, (transfer) => transfer)

// Joins of streams: same key type, what may be missing is null on that side.
const windows = JoinWindows.of({ timeDifferenceMs: 10 })
const accountStream = builder.stream(accounts)
const streamsJoined = stream.join(accountStream, (transfer, account, key) => `${transfer.from}${account.country}${key}`, windows)
proves<Exact<typeof streamsJoined, KStream<string, string>>>()
const streamsLeftJoined = stream.leftJoin(accountStream, (transfer, account) => [transfer, account] as const, windows, {
  name: 'left',
  key: Serdes.string,
  value: transferSerde,
  otherValue: accountSerde,
})
proves<Exact<typeof streamsLeftJoined, KStream<string, readonly [Transfer, Account | null]>>>()
const streamsOuterJoined = stream.outerJoin(accountStream, (transfer, account) => [transfer, account] as const, windows)
proves<Exact<typeof streamsOuterJoined, KStream<string, readonly [Transfer | null, Account | null]>>>()
// Values that are null are not joined; a serde that carries less is what the joiner sees, where it reads from the store.
const nullsLeftOut = nullableStream.join(nullableStream, (left, right) => [left, right] as const, windows, {
  otherValue: namedSerde,
})
proves<Exact<typeof nullsLeftOut, KStream<string, readonly [Transfer, Transfer | Named]>>>()
const ownStores = stream.join(accountStream, (transfer) => transfer, windows, {
  thisStore: windowStore('own', {
    windowSizeMs: 20,
    retentionMs: 20,
    duplicates: 'keep',
    key: Serdes.string,
    value: transferSerde,
  }),
})
proves<Exact<typeof ownStores, KStream<string, Transfer>>>()
const byAmount = builder.stream(topic('by-amount', { key: Serdes.long, value: accountSerde }))
const takeLeft = (transfer: Transfer): Transfer => transfer
// @ts-expect-error - Streams of different keys.
stream.join(byAmount, takeLeft, windows)
// @ts-expect-error - Streams of different keys.
stream.leftJoin(byAmount, takeLeft, windows)
// @ts-expect-error - Streams of different keys.
stream.outerJoin(byAmount, (transfer) => transfer, windows)
// @ts-expect-error - Streams are joined within windows.
stream.join(accountStream, takeLeft)
// @ts-expect-error - There may be no account.
stream.leftJoin(accountStream, (_, account) => account.country, windows)
// @ts-expect-error - There may be no transfer.
stream.outerJoin(accountStream, (transfer) => transfer.amount, windows)
// @ts-expect-error - Transfers are no numbers.
stream.join(accountStream, takeLeft, windows, { value: Serdes.long })
// @ts-expect-error - Keys are no numbers.
stream.join(accountStream, takeLeft, windows, { key: Serdes.long })

// Own code.
const processed = stream.process(
  () => ({
    process(record, context) {
      context.forward({ ...record, key: record.value.amount, value: true })
    },
  }),
  { stores: ['other', keyValueStore('seen', { key: Serdes.string, value: Serdes.long })] },
)
proves<Exact<typeof processed, KStream<unknown, unknown>>>()
