import { simulate } from 'millrace/testing'
import { payments, spending, spendingTopology } from './spending-topology.ts'

const result = await simulate(spendingTopology(), {
  seed: 7,
  topics: { payments: 2, spending: 2 },
  config: { processingGuarantee: 'exactly_once_v2' },
  feed: (send) => {
    for (let index = 0; index < 100; index++) send(payments, `${index}`, { user: index % 2 === 0 ? 'ann' : 'bob', amount: 1 })
  },
})
const sums = new Map(result.read(spending).map(({ key, value }) => [key, value]))
console.log({ ann: sums.get('ann'), bob: sums.get('bob') })
