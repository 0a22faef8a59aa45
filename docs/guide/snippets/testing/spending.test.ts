import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TopologyTestDriver } from 'millrace/testing'
import { payments, spending, spendingTopology } from './spending-topology.ts'

test('payments of a user are added up', () => {
  using driver = new TopologyTestDriver(spendingTopology())
  const input = driver.createInputTopic(payments)
  const output = driver.createOutputTopic(spending)
  input.pipeInput({ key: '1', value: { user: 'ann', amount: 5 } })
  input.pipeInput({ key: '2', value: { user: 'bob', amount: 1 } })
  input.pipeInput({ key: '3', value: { user: 'ann', amount: 7 } })
  assert.deepEqual(output.readKeyValues(), [
    { key: 'ann', value: 5 },
    { key: 'bob', value: 1 },
    { key: 'ann', value: 12 },
  ])
})

test('the last value of each user', () => {
  using driver = new TopologyTestDriver(spendingTopology())
  driver.createInputTopic(payments).pipeKeyValueList([
    { key: '1', value: { user: 'ann', amount: 5 } },
    { key: '2', value: { user: 'ann', amount: 7 } },
  ])
  assert.deepEqual(driver.createOutputTopic(spending).readKeyValuesToMap(), new Map([['ann', 12]]))
})
