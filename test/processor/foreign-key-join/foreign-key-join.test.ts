import t from 'tap'
import { nullable, Serdes, StreamsBuilder, topic } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'

interface Transfer {
  readonly amount: number
  readonly userId: string | null
}

const transfers = topic('transfers', { key: Serdes.long, value: nullable(Serdes.json<Transfer>()) })
const users = topic('users', { key: Serdes.string, value: nullable(Serdes.string) })
const enriched = topic('enriched', { key: Serdes.long, value: nullable(Serdes.string) })

function enricher(kind: 'join' | 'leftJoin', partitions: number): TopologyTestDriver {
  const builder = new StreamsBuilder()
  const names = builder.table(users)
  const left = builder.table(transfers)
  const joined =
    kind === 'join'
      ? left.join(
          names,
          (transfer) => transfer.userId,
          (transfer, name) => `${transfer.amount} ${name}`,
        )
      : left.leftJoin(
          names,
          (transfer) => transfer.userId,
          (transfer, name) => `${transfer.amount} ${name}`,
        )
  joined.toStream().to(enriched)
  return new TopologyTestDriver(builder.build(), { partitions })
}

for (const partitions of [1, 3])
  t.test(`serdes that are not nullable do not stop a left join without foreign key (${partitions} partitions)`, async (t) => {
    using driver = enricher('leftJoin', partitions)
    const transfer = driver.createInputTopic(transfers)
    const user = driver.createInputTopic(users)
    const results = () => driver.createOutputTopic(enriched).readKeyValues()
    transfer.pipeInput({ key: 1, value: { amount: 5, userId: null } })
    t.same(results(), [{ key: 1, value: '5 null' }])
    transfer.pipeInput({ key: 1, value: { amount: 5, userId: 'ann' } })
    t.same(results(), [{ key: 1, value: '5 null' }], 'a dangling key')
    user.pipeInput({ key: 'ann', value: 'Ann' })
    t.same(results(), [{ key: 1, value: '5 Ann' }])
    transfer.pipeInput({ key: 1, value: { amount: 6, userId: null } })
    t.same(results(), [{ key: 1, value: '6 null' }])
    user.pipeInput({ key: 'ann', value: 'Anna' })
    t.same(results(), [], 'the subscription has ended')
    transfer.pipeInput({ key: 1, value: null })
    t.same(results(), [{ key: 1, value: null }])
  })

for (const partitions of [1, 3])
  t.test(`an inner join follows renames, moves and deletes (${partitions} partitions)`, async (t) => {
    using driver = enricher('join', partitions)
    const transfer = driver.createInputTopic(transfers)
    const user = driver.createInputTopic(users)
    const results = () => [...driver.createOutputTopic(enriched).readKeyValues()].toSorted((left, right) => left.key - right.key)
    user.pipeKeyValueList([
      { key: 'ann', value: 'Ann' },
      { key: 'bob', value: 'Bob' },
    ])
    for (const key of [1, 2, 3, 4]) transfer.pipeInput({ key, value: { amount: key, userId: 'ann' } })
    t.same(results(), [
      { key: 1, value: '1 Ann' },
      { key: 2, value: '2 Ann' },
      { key: 3, value: '3 Ann' },
      { key: 4, value: '4 Ann' },
    ])
    user.pipeInput({ key: 'ann', value: 'Anna' })
    t.same(results(), [
      { key: 1, value: '1 Anna' },
      { key: 2, value: '2 Anna' },
      { key: 3, value: '3 Anna' },
      { key: 4, value: '4 Anna' },
    ])
    transfer.pipeInput({ key: 2, value: { amount: 2, userId: 'bob' } })
    t.same(results(), [{ key: 2, value: '2 Bob' }])
    transfer.pipeInput({ key: 3, value: { amount: 3, userId: 'nobody' } })
    t.same(results(), [{ key: 3, value: null }])
    transfer.pipeInput({ key: 4, value: null })
    t.same(results(), [{ key: 4, value: null }])
    user.pipeInput({ key: 'ann', value: null })
    t.same(results(), [{ key: 1, value: null }])
  })

t.test('an extractor that returns undefined is an error that says so', async (t) => {
  const builder = new StreamsBuilder()
  const extractor = (() => undefined) as unknown as (transfer: Transfer) => string
  builder.table(transfers).join(builder.table(users), extractor, (transfer) => transfer.amount)
  using driver = new TopologyTestDriver(builder.build())
  const pipe = (): void => driver.createInputTopic(transfers).pipeInput({ key: 1, value: { amount: 1, userId: 'ann' } })
  t.throws(pipe, { code: 'STREAMS_UNDEFINED_RESULT', message: /foreign key extractor/ })
})
