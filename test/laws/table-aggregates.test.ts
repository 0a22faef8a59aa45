import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import { Serdes, StreamsBuilder, topic, versionedKeyValueStore, type KTable, type TimestampedKeyValueStore } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'
import t from 'tap'
import { runs } from './runs.ts'

interface Account {
  readonly branch: string
  readonly balance: number
}

const accountSerde = Serdes.json<Account>()
const accounts = topic('accounts', { key: Serdes.string, value: accountSerde })
const factors = topic('factors', { key: Serdes.string, value: Serdes.double })

/** What lies between the table and its groups. */
type Derivation =
  'none' | 'filtered' | 'filtered in a store' | 'mapped' | 'mapped in a store' | 'joined' | 'joined by foreign key'

interface Shape {
  readonly derivation: Derivation
  /** `kept`: the latest account by time counts, not the last to come. */
  readonly versions: 'kept' | 'none'
}

const isEven = ({ balance }: Account): boolean => balance % 2 === 0
const doubled = (account: Account): Account => times(account, 2)
const times = (account: Account, factor: number): Account => ({ ...account, balance: account.balance * factor })

function derived(builder: StreamsBuilder, { derivation, versions }: Shape): KTable<string, Account> {
  const stored = { store: 'derived', value: accountSerde }
  const store = versionedKeyValueStore<string, Account>('accounts', { historyRetentionMs: 1_000, segmentIntervalMs: 10 })
  const table = builder.table(accounts, versions === 'kept' ? { store } : undefined)
  switch (derivation) {
    case 'none':
      return table
    case 'filtered':
      return table.filter(isEven)
    case 'filtered in a store':
      return table.filter(isEven, stored)
    case 'mapped':
      return table.mapValues(doubled)
    case 'mapped in a store':
      return table.mapValues(doubled, stored)
    case 'joined':
      return table.join(builder.table(factors), times)
    case 'joined by foreign key':
      return table.join(builder.table(factors), ({ branch }) => branch, times, stored)
  }
}

/** The balances and the number of accounts of each branch, kept up to date. */
function branches(shape: Shape): ReturnType<StreamsBuilder['build']> {
  const builder = new StreamsBuilder()
  const byBranch = derived(builder, shape).groupBy(
    ({ branch, balance }) => ({ key: branch === 'none' ? null : branch, value: balance }),
    { name: 'by-branch', key: Serdes.string, value: Serdes.double },
  )
  byBranch.count({ store: 'counts' })
  byBranch.reduce(
    (sum, balance) => sum + balance,
    (sum, balance) => sum - balance,
    { store: 'sums' },
  )
  byBranch.aggregate(
    () => 0,
    (sum, balance) => sum + balance,
    (sum, balance) => sum - balance,
    { value: Serdes.double, store: 'folded' },
  )
  return builder.build()
}

interface Update<V> {
  readonly of: 'accounts' | 'factors'
  readonly key: string
  readonly value: V | null
  readonly time: number
}

const account: fc.Arbitrary<Account> = fc.record({
  branch: fc.constantFrom('north', 'south', 'none'),
  balance: fc.integer({ min: -99, max: 99 }),
})
const time = fc.nat(60)
const updates = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        of: fc.constant('accounts' as const),
        key: fc.constantFrom('a', 'b', 'c', 'd'),
        value: fc.option(account, { freq: 4, nil: null }),
        time,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        of: fc.constant('factors' as const),
        key: fc.constantFrom('a', 'b', 'north', 'south'),
        value: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 4, nil: null }),
        time,
      }),
    },
  ),
  { maxLength: 40, size: 'max' },
)
const shape: fc.Arbitrary<Shape> = fc.record({
  derivation: fc.constantFrom<Derivation>(
    'none',
    'filtered',
    'filtered in a store',
    'mapped',
    'mapped in a store',
    'joined',
    'joined by foreign key',
  ),
  versions: fc.constantFrom('kept', 'none'),
})

/** The last value of each key, or the one with the greatest time; of equal times the last. */
function finalTable<V>(updates: readonly Update<V>[], order: 'by time' | 'as they come'): Map<string, V> {
  const last = new Map<string, Update<V>>()
  for (const update of updates) {
    const before = last.get(update.key)
    if (before === undefined || order === 'as they come' || update.time >= before.time) last.set(update.key, update)
  }
  return new Map([...last].flatMap(([key, { value }]) => (value === null ? [] : [[key, value] as const])))
}

/** What a reader of the last tables alone would compute. */
function recomputed(all: readonly Update<unknown>[], { derivation, versions }: Shape, branch: string) {
  const of = <V>(name: string): Update<V>[] => all.filter((update) => update.of === name) as Update<V>[]
  // A derived table with a store of its own keeps no versions there: the last to come counts, as in Java (KIP-914).
  const order = versions === 'kept' && !derivation.endsWith('in a store') ? 'by time' : 'as they come'
  const lastAccounts = finalTable(of<Account>('accounts'), order)
  const lastFactors = finalTable(of<number>('factors'), 'as they come')
  const rows = [...lastAccounts].flatMap(([key, row]) => {
    if (derivation.startsWith('filtered')) return isEven(row) ? [row] : []
    if (derivation.startsWith('mapped')) return [doubled(row)]
    if (derivation === 'none') return [row]
    const factor = lastFactors.get(derivation === 'joined' ? key : row.branch)
    return factor === undefined ? [] : [times(row, factor)]
  })
  const balances = rows.filter((row) => row.branch === branch).map(({ balance }) => balance)
  return { count: balances.length, sum: balances.reduce((sum, balance) => sum + balance, 0) }
}

function pipe(driver: TopologyTestDriver, updates: readonly Update<unknown>[]): void {
  const readsFactors = driver.storeNames().some((name) => name.startsWith('factors'))
  for (const { of, key, value, time: timestamp } of updates) {
    if (of === 'accounts') driver.createInputTopic(accounts).pipeInput({ key, value: value as Account, timestamp })
    else if (readsFactors) driver.createInputTopic(factors).pipeInput({ key, value: value as number, timestamp })
  }
}

for (const cacheMaxBytes of [0, 1_000_000])
  t.test(`aggregates of a table are those of its last rows, also after a restart (cache ${cacheMaxBytes})`, async () => {
    const law = fc.property(updates, shape, fc.nat(40), (updates, shape, restartAt) => {
      const topology = branches(shape)
      const first = new TopologyTestDriver(topology, { cacheMaxBytes })
      pipe(first, updates.slice(0, restartAt))
      first.close()
      using driver = new TopologyTestDriver(topology, { cacheMaxBytes, changelogs: first.produced() })
      pipe(driver, updates.slice(restartAt))
      for (const branch of ['north', 'south']) {
        const kept = (store: string): number =>
          driver.stateStore<TimestampedKeyValueStore<string, number>>(store).get(branch)?.value ?? 0
        const { count, sum } = recomputed(updates, shape, branch)
        deepEqual([kept('counts'), kept('sums'), kept('folded')], [count, sum, sum], branch)
      }
    })
    fc.assert(law, runs(100))
  })
