import { Serdes, openAdmin, openConsumer, openProducer, topic } from 'millrace'
import type { IsolationLevel } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'

const debits = topic('debits', { key: Serdes.string, value: Serdes.double })

await using cluster = await EmbeddedKafka.open()
const admin = await openAdmin(cluster, { clientId: 'setup' })
await admin.createTopics([{ name: 'debits', partitions: 1 }])
await admin.close()

// #region readers
const producer = await openProducer(cluster, { clientId: 'bank', transactionalId: 'bank-1' })
const aborted = producer.transact(async ({ send }) => {
  await send(debits, [{ key: 'ann', value: 100 }])
  throw new Error('the account is closed')
})
await aborted.catch((error: Error) => console.log(error.message))
await producer.transact(({ send }) => send(debits, [{ key: 'bob', value: 5 }]))
await producer.close()

async function read(isolationLevel: IsolationLevel): Promise<void> {
  const consumer = await openConsumer(cluster, { clientId: 'reader', topics: [debits], isolationLevel })
  for await (const { records } of consumer) {
    console.log(
      isolationLevel,
      records.map(({ key }) => key),
    )
    if (records.some(({ key }) => key === 'bob')) break
  }
  await consumer.close()
}
await read('read_committed')
await read('read_uncommitted')
// #endregion readers
