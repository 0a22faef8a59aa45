import { readFileSync } from 'node:fs'
import t from 'tap'
import { firstData, secondData } from '../../bench/gen/data-set.ts'
import { startMs } from '../../bench/gen/inputs.ts'
import { nexmark } from '../../bench/gen/nexmark.ts'
import { longTransferValue, longValueBytes } from '../../bench/gen/long-transfer.ts'
import { accountAt, amountAt, currencyAt, keyBytes, keyOf, transferValue, valueBytes } from '../../bench/gen/transfer.ts'

const { stream, table } = firstData
const shape = { records: 20_000, keys: 100, seed: 1, perMs: 2, lateMs: 5_000 }
const java = (name: string): string => readFileSync(new URL(`../../bench/java/${name}`, import.meta.url), 'utf8')

t.test('a value is JSON of 112 bytes, and its fields are where both sides look for them', async (t) => {
  const value = transferValue(123_456, 42)
  t.equal(value.length, valueBytes)
  const { amount, currency, account } = JSON.parse(value.toString()) as Readonly<Record<string, unknown>>
  t.same([amount, currency, account], [123_456, 'EUR', '0000000000042'])
  t.equal(value.toString('latin1', amountAt, amountAt + 6), '123456')
  t.equal(value.toString('latin1', currencyAt, currencyAt + 3), 'EUR')
  t.equal(value.toString('latin1', accountAt, accountAt + keyBytes), keyOf(42).toString(), 'the account is a key')
  const constants = { AMOUNT_AT: amountAt, CURRENCY_AT: currencyAt, ACCOUNT_AT: accountAt, ACCOUNT_LENGTH: keyBytes }
  for (const [name, at] of Object.entries(constants)) t.match(java('Transfer.java'), `${name} = ${at};`)
})

t.test('a stream is the same each time; its keys are uniform, and one record of twenty is late', async (t) => {
  const records = [...stream(shape)]
  t.same(records, [...stream(shape)])
  t.not(records[0]!.key.toString(), [...stream({ ...shape, seed: 2 })][0]!.key.toString())
  const counts = Map.groupBy(records, ({ key }) => key.toString())
  t.equal(counts.size, shape.keys)
  for (const { length } of counts.values()) t.ok(length > 130 && length < 280, `${length} of about 200`)
  const late = records.filter(({ timestamp }, index) => timestamp < startMs + Math.floor(index / shape.perMs))
  t.ok(late.length > 900 && late.length < 1_100, `${late.length} of about 1000`)
})

t.test('the second data set has its fields in the same places; some keys are frequent, some values null', async (t) => {
  const value = longTransferValue(123_456, 42)
  t.equal(value.length, longValueBytes)
  const { amount, account } = JSON.parse(value.toString()) as Readonly<Record<string, unknown>>
  t.same([amount, account], [123_456, '€0000000042'])
  t.equal(value.toString('utf8', accountAt, accountAt + keyBytes), account)
  const records = [...secondData.stream(shape)]
  t.same(records, [...secondData.stream(shape)])
  const nulls = records.filter(({ value: each }) => each === null)
  t.ok(nulls.length > 120 && nulls.length < 280, `${nulls.length} of about 200`)
  const counts = [...Map.groupBy(records, ({ key }) => key.toString()).values()].map(({ length }) => length)
  const [most, least] = [Math.max(...counts), Math.min(...counts)]
  t.ok(counts.length <= shape.keys && most > 20 * least && most < 0.2 * shape.records, `${least} to ${most} records of a key`)
  t.equal(records[0]!.headers?.length, 2)
})

t.test('a table has each key once', async (t) => {
  const keys = [...table({ rows: 50, seed: 1, atMs: 7 })].map(({ key, timestamp }) => `${key.toString()} ${timestamp}`)
  t.same([keys.length, new Set(keys).size, keys[49]], [50, 50, '0000000000049 7'])
})

t.test('events of an auction house: bids go to auctions that are open, auctions to people who are there', async (t) => {
  type Event = { readonly kind: string; readonly id: number; readonly auction: number; readonly seller: number }
  const all = [...nexmark(5_000)].map(({ value }) => JSON.parse(String(value)) as Event)
  const counts = Map.groupBy(all, ({ kind }) => kind)
  t.same(
    ['person', 'auction', 'bid'].map((kind) => counts.get(kind)!.length),
    [100, 300, 4_600],
  )
  const seen = { person: -1, auction: -1 }
  for (const { kind, id, auction, seller } of all) {
    if (kind === 'bid' && (auction > seen.auction || auction < seen.auction - 100)) t.fail(`${auction} is not open`)
    if (kind !== 'bid') seen[kind as 'person' | 'auction'] = id
    if (kind === 'auction' && seller > seen.person) t.fail(`${seller} is not there yet`)
  }
})

t.test('Java has a twin of each topology', async (t) => {
  const ours = readFileSync(new URL('../../bench/protocol.ts', import.meta.url), 'utf8')
  const [, union = ''] = /export type TopologyName =([^\n]*(?:\n {2}\|[^\n]*)*)/.exec(ours) ?? []
  const names = [...union.matchAll(/'([^']+)'/g)].map(([, name]) => name!)
  t.ok(names.length > 5)
  for (const name of names) t.match(java('Topologies.java'), `case "${name}" ->`)
})
