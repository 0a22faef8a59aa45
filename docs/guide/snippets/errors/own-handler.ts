import { deadLetter, topic, Serdes } from 'millrace'
import type { ProcessingHandler } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'
import { orders, ordersTopology } from './orders-topology.ts'

// #region handler
/** A division by zero is a mistake in one order. Anything else may be a mistake of ours: stop. */
const processingHandler: ProcessingHandler = (error, _, context) => {
  if (!(error.cause instanceof RangeError)) return 'fail'
  const letter = deadLetter(`${context.topic}-dlq`, error, context)
  return { answer: 'continue', deadLetters: [{ ...letter, headers: [...(letter.headers ?? []), severity('low')] }] }
}

const severity = (value: string) => ({ key: 'severity', value: new TextEncoder().encode(value) })
// #endregion handler

using driver = new TopologyTestDriver(ordersTopology(), { processingHandler })
driver.createInputTopic(orders).pipeInput({ key: '2', value: { cents: 100, parts: 0 } })
const letters = driver.createOutputTopic(topic('orders-dlq', { key: Serdes.string, value: Serdes.string }))
console.log(letters.readRecord().headers.map(({ key }) => key))
try {
  driver.createInputTopic(orders).pipeInput({ key: '3', value: { cents: 'a' as never, parts: 1 } })
} catch (error) {
  console.log((error as Error).message)
}
