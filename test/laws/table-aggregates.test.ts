import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import { Serdes, StreamsBuilder, topic, type TimestampedKeyValueStore } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'
import t from 'tap'
import { runs } from './runs.ts'

interface Account {
  readonly branch: string
  readonly balance: number
}

const accounts = topic('accounts', { key: Serdes.string, value: Serdes.json<Account>() })

/** The balances and the number of accounts of each branch, kept up to date. */
function branches(): ReturnType<StreamsBuilder['build']> {
  const builder = new StreamsBuilder()
  const byBranch = builder
    .table(accounts)
    .groupBy(({ branch, balance }) => ({ key: branch === 'none' ? null : branch, value: balance }), {
      name: 'by-branch',
      key: Serdes.string,
      value: Serdes.double,
    })
  byBranch.count({ name: 'counts' })
  byBranch.reduce(
    (sum, balance) => sum + balance,
    (sum, balance) => sum - balance,
    { name: 'sums' },
  )
  byBranch.aggregate(
    () => 0,
    (sum, balance) => sum + balance,
    (sum, balance) => sum - balance,
    {
      name: 'folded',
      value: Serdes.double,
    },
  )
  return builder.build()
}

type Update = readonly [account: string, value: Account | null]

const account: fc.Arbitrary<Account> = fc.record({
  branch: fc.constantFrom('north', 'south', 'none'),
  balance: fc.integer({ min: -99, max: 99 }),
})

const update: fc.Arbitrary<Update> = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.option(account, { freq: 4, nil: null }))

/** What a reader of the last table alone would compute; a branch that had an account once stays, at zero. */
function recomputed(updates: readonly Update[]): Map<string, { readonly count: number; readonly sum: number }> {
  const seen = updates.flatMap(([, account]) => (account === null || account.branch === 'none' ? [] : [account.branch]))
  const last = [...new Map(updates).values()].filter((account) => account !== null)
  return new Map(
    [...new Set(seen)].map((branch) => {
      const balances = last.filter((account) => account.branch === branch).map(({ balance }) => balance)
      return [branch, { count: balances.length, sum: balances.reduce((sum, balance) => sum + balance, 0) }]
    }),
  )
}

for (const cacheMaxBytes of [0, 1_000_000])
  t.test(`aggregates of a table are those of its last rows, whatever the order of updates (cache ${cacheMaxBytes})`, async () => {
    const law = fc.property(fc.array(update, { maxLength: 40 }), (updates) => {
      const driver = new TopologyTestDriver(branches(), { cacheMaxBytes })
      const input = driver.createInputTopic(accounts)
      for (const [timestamp, [key, value]] of updates.entries()) input.pipeInput({ key, value: value as Account, timestamp })
      const kept = (store: string, branch: string): number | undefined =>
        driver.stateStore<TimestampedKeyValueStore<string, number>>(store).get(branch)?.value
      const expected = recomputed(updates)
      const actual = [...expected.keys()].map((branch) => ['counts', 'sums', 'folded'].map((store) => kept(store, branch)))
      driver.close()
      deepEqual(
        actual,
        [...expected.values()].map(({ count, sum }) => [count, sum, sum]),
      )
    })
    fc.assert(law, runs(100))
  })
