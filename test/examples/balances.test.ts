import * as fc from 'fast-check'
import t from 'tap'
import { Serdes, topic } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'
import { balancesTopology } from '../../examples/transfer-pipeline/topologies/balances.ts'
import { balances, transfers } from '../../examples/transfer-pipeline/topics.ts'

type Status = 'PENDING' | 'COMPLETED' | 'FAILED' | 'REVERSED'

interface Row {
  readonly id: number
  readonly from: number
  readonly to: number
  readonly cents: number
  readonly status: Status
}

const at = 1795341605000
const toAmount = (cents: number): string => (cents / 100).toFixed(2)
const toCents = (amount: string): number => Math.round(Number(amount) * 100)

function openBalances(partitions: number) {
  const driver = new TopologyTestDriver(balancesTopology(), { partitions })
  const input = driver.createInputTopic(transfers)
  const gone = driver.createInputTopic(topic(transfers.name, { key: Serdes.string, value: Serdes.void }))
  const output = driver.createOutputTopic(balances)
  const newest = new Map<string, number>()
  const put = ({ id, from, to, cents, status }: Row): void =>
    input.pipeInput({
      key: String(id),
      value: { id, fromUserId: from, toUserId: to, amount: toAmount(cents), status, createdAt: at, lastUpdatedAt: at },
    })
  const remove = (id: number): void => gone.pipeInput({ key: String(id), value: null })
  /** Balances other than 0, in cents. */
  const read = (): Record<string, number> => {
    for (const { key, value } of output.readRecords()) newest.set(key, toCents(value!.balance))
    return Object.fromEntries([...newest].filter(([, cents]) => cents !== 0).toSorted())
  }
  return { driver, put, remove, read }
}

/** The same from the rows, as SQL would sum them. */
function summed(rows: Iterable<Row>): Record<string, number> {
  const sums = new Map<string, number>()
  const add = (user: number, cents: number): void => void sums.set(String(user), (sums.get(String(user)) ?? 0) + cents)
  for (const { from, to, cents, status } of rows) {
    if (status !== 'COMPLETED') continue
    add(from, -cents)
    add(to, cents)
  }
  return Object.fromEntries([...sums].filter(([, cents]) => cents !== 0).toSorted())
}

t.test('BA1: users are opened from the treasury, and a balance follows edits, deletes and reversals', async (t) => {
  const { driver, put, remove, read } = openBalances(1)
  using _ = driver
  const treasury = 50
  put({ id: 1, from: treasury, to: 1, cents: 100_000, status: 'COMPLETED' })
  put({ id: 2, from: treasury, to: 2, cents: 100_000, status: 'COMPLETED' })
  put({ id: 3, from: 1, to: 2, cents: 1000, status: 'PENDING' })
  t.same(read(), { 1: 100_000, 2: 100_000, 50: -200_000 })
  put({ id: 3, from: 1, to: 2, cents: 1000, status: 'COMPLETED' })
  t.same(read(), { 1: 99_000, 2: 101_000, 50: -200_000 })
  put({ id: 3, from: 1, to: 3, cents: 1250, status: 'COMPLETED' })
  t.same(read(), { 1: 98_750, 2: 100_000, 3: 1250, 50: -200_000 })
  put({ id: 3, from: 1, to: 3, cents: 1250, status: 'REVERSED' })
  t.same(read(), { 1: 100_000, 2: 100_000, 50: -200_000 })
  remove(2)
  t.same(read(), { 1: 100_000, 50: -100_000 })
})

t.test('BA1: after any edits the balances are those of the rows, and their sum is 0', async () => {
  const row = fc.record({
    id: fc.integer({ min: 1, max: 6 }),
    from: fc.integer({ min: 1, max: 4 }),
    to: fc.integer({ min: 5, max: 8 }),
    cents: fc.integer({ min: 1, max: 100_000 }),
    status: fc.constantFrom<Status>('PENDING', 'COMPLETED', 'FAILED', 'REVERSED'),
  })
  const change = fc.oneof({ weight: 4, arbitrary: row }, fc.record({ deleted: fc.integer({ min: 1, max: 6 }) }))
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), fc.constantFrom(1, 3), (changes, partitions) => {
      const { driver, put, remove, read } = openBalances(partitions)
      using _ = driver
      const rows = new Map<number, Row>()
      for (const next of changes) {
        if ('deleted' in next) {
          rows.delete(next.deleted)
          remove(next.deleted)
        } else {
          rows.set(next.id, next)
          put(next)
        }
      }
      const found = read()
      const sum = Object.values(found).reduce((total, cents) => total + cents, 0)
      return sum === 0 && JSON.stringify(found) === JSON.stringify(summed(rows.values()))
    }),
    { numRuns: 60 },
  )
})
