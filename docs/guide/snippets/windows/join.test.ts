import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TopologyTestDriver } from 'millrace/testing'
import { joinTopology, orders, outcomes, payments } from './join-topology.ts'

test('an order is joined with a payment within five minutes', () => {
  using driver = new TopologyTestDriver(joinTopology())
  driver.createInputTopic(orders).pipeInput({ key: '1', value: 'tea', timestamp: 0 })
  driver.createInputTopic(payments).pipeInput({ key: '1', value: 2.5, timestamp: 300_000 })
  assert.deepEqual(driver.createOutputTopic(outcomes).readValues(), ['tea was paid with 2.5'])
})

test('an order without a payment comes when its window has closed, and not before', () => {
  using driver = new TopologyTestDriver(joinTopology())
  const input = driver.createInputTopic(orders)
  const output = driver.createOutputTopic(outcomes)
  input.pipeInput({ key: '1', value: 'tea', timestamp: 0 })
  assert.ok(output.isEmpty)
  driver.advanceWallClockTime(1_000)
  input.pipeInput({ key: '2', value: 'jam', timestamp: 360_001 })
  assert.deepEqual(output.readValues(), ['tea was not paid'])
})
