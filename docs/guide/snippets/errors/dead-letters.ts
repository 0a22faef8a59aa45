import { Serdes, logAndContinue, topic } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'
import { orders, ordersTopology, rates } from './orders-topology.ts'

// #region driver
using driver = new TopologyTestDriver(ordersTopology(), {
  errorsDeadLetterQueueTopicName: 'orders-dlq',
  deserializationHandler: logAndContinue,
  processingHandler: logAndContinue,
})
// #endregion driver
const text = topic('orders', { key: Serdes.string, value: Serdes.string })
const input = driver.createInputTopic(orders)
const raw = driver.createInputTopic(text)
raw.pipeInput({ key: '1', value: 'no JSON' })
input.pipeInput({ key: '2', value: { cents: 100, parts: 0 } })
input.pipeInput({ key: '3', value: { cents: 100, parts: 4 } })

console.log('rates:', driver.createOutputTopic(rates).readKeyValues())
const letters = driver.createOutputTopic(topic('orders-dlq', { key: Serdes.string, value: Serdes.string }))
for (const { key, value, headers } of letters.readRecords()) {
  console.log(key, value)
  for (const header of headers) {
    if (header.key.endsWith('.stacktrace')) continue
    console.log('  ', header.key, '=', new TextDecoder().decode(header.value ?? undefined))
  }
}
