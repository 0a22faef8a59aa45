import { Serdes, openAdmin, openConsumer, openProducer, topic } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'

interface Order {
  readonly item: string
}
const orders = topic('orders', { key: Serdes.string, value: Serdes.json<Order>() })

await using cluster = await EmbeddedKafka.open()
const admin = await openAdmin(cluster, { clientId: 'my-app' })
await admin.createTopics(['orders', 'orders-retry'].map((name) => ({ name, partitions: 1 })))
await admin.close()

// #region retry
const retries = topic('orders-retry', orders)
const producer = await openProducer(cluster, { clientId: 'my-app' })
await producer.send(orders, [
  { key: '1', value: { item: 'tea' } },
  { key: '2', value: { item: 'jam' } },
])

let isDown = true
async function deliver({ item }: Order): Promise<void> {
  if (item === 'tea' && isDown) throw new Error('The courier is ill.')
  console.log('delivered', item)
}

const consumer = await openConsumer(cluster, { clientId: 'my-app', groupId: 'couriers', topics: [orders, retries] })
let delivered = 0
for await (const { records } of consumer) {
  for (const { key, value } of records) {
    if (value === null) continue
    try {
      await deliver(value)
      delivered++
    } catch (error) {
      console.log('later:', (error as Error).message)
      isDown = false
      await producer.send(retries, [{ key, value }])
    }
  }
  await consumer.commit()
  if (delivered === 2) break
}
await consumer.close()
await producer.close()
// #endregion retry
