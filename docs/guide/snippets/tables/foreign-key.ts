import { Serdes, StreamsBuilder, topic } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'

interface Order {
  readonly customer: string
  readonly item: string
}
const orders = topic('orders', { key: Serdes.string, value: Serdes.json<Order>() })
const customers = topic('customers', { key: Serdes.string, value: Serdes.string })

const builder = new StreamsBuilder()
builder
  .table(orders)
  .leftJoin(
    builder.table(customers),
    (order) => order.customer,
    (order, customer) => `${order.item} for ${customer ?? 'somebody'}`,
    { name: 'orders-with-names' },
  )
  .toStream()
  .foreach((text, id) => console.log(id, text))

using driver = new TopologyTestDriver(builder.build())
const orderInput = driver.createInputTopic(orders)
const customerInput = driver.createInputTopic(customers)
orderInput.pipeInput({ key: '1', value: { customer: 'c1', item: 'tea' } })
orderInput.pipeInput({ key: '2', value: { customer: 'c1', item: 'jam' } })
console.log('the customer comes:')
customerInput.pipeInput({ key: 'c1', value: 'Ann' })
console.log('order 1 is deleted:')
orderInput.pipeInput({ key: '1', value: null })
console.log('the customer is renamed:')
customerInput.pipeInput({ key: 'c1', value: 'Anna' })
