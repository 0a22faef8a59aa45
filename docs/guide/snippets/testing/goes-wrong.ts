import { Serdes, StreamsBuilder, StreamsError, topic } from 'millrace'
import type { Topology } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'

interface Order {
  items: string[]
}
const orders = topic('orders', { key: Serdes.string, value: Serdes.json<Order>() })
const others = topic('others', { key: Serdes.string, value: Serdes.string })

function attempt(name: string, topology: Topology, action: (driver: TopologyTestDriver) => void): void {
  using driver = new TopologyTestDriver(topology)
  try {
    action(driver)
  } catch (error) {
    console.log(`${name}\n  ${error instanceof StreamsError ? error.code : 'no code'}: ${(error as Error).message}`)
  }
}

// #region changed
const changing = new StreamsBuilder()
const stream = changing.stream(orders)
stream.peek((order) => order.items.sort()).to(orders)
stream.to(topic('copies', orders))
// #endregion changed

// #region promise
const asynchronous = new StreamsBuilder()
asynchronous
  .stream(orders)
  .mapValues(async (order) => Promise.resolve(order.items.length))
  .foreach(() => undefined)
// #endregion promise

const order = { key: '1', value: { items: ['tea', 'jam'] } }
attempt('a value is changed in place', changing.build(), (driver) => driver.createInputTopic(orders).pipeInput(order))
attempt('a lambda is asynchronous', asynchronous.build(), (driver) => driver.createInputTopic(orders).pipeInput(order))
attempt('the topology does not read this topic', changing.build(), (driver) =>
  driver.createInputTopic(others).pipeInput({ key: 'a', value: 'b' }),
)
attempt('there is no output', changing.build(), (driver) => driver.createOutputTopic(others).readValue())
attempt('there is no such store', changing.build(), (driver) => driver.stateStore('totals'))
