import { Serdes, StreamsBuilder, topic } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'

// #region order
const orders = topic('orders', { key: Serdes.string, value: Serdes.string })
const builder = new StreamsBuilder()
builder
  .stream(orders)
  .filter((value, key) => value !== '' && key !== '') // Java: (key, value)
  .map((value, key) => ({ key: value, value: key })) // Java: (key, value), new KeyValue<>(…)
  .groupByKey({ key: Serdes.string, value: Serdes.string, name: 'swapped' })
  .aggregate(
    () => 0,
    (sum, value, key) => sum + value.length + key.length, // Java: (key, value, aggregate)
    { store: 'lengths', value: Serdes.int },
  )
  .toStream()
  .foreach((sum, key) => console.log(key, sum)) // Java: (key, value)
// #endregion order

using driver = new TopologyTestDriver(builder.build())
driver.createInputTopic(orders).pipeInput({ key: '1', value: 'tea' })

// #region long
const big = topic('big', { key: Serdes.string, value: Serdes.bigLong })
const safe = topic('big', { key: Serdes.string, value: Serdes.long })
const longs = new StreamsBuilder()
longs.stream(safe).foreach((value) => console.log(value))
using longDriver = new TopologyTestDriver(longs.build())
longDriver.createInputTopic(big).pipeInput({ key: '1', value: 42n })
try {
  longDriver.createInputTopic(big).pipeInput({ key: '1', value: 2n ** 60n })
} catch (error) {
  console.log((error as Error).message)
}
// #endregion long
