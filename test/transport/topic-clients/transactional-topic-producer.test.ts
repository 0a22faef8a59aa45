import t from 'tap'
import type { Test } from 'tap'
import { topic } from '../../../lib/model/topic.ts'
import { Serdes } from '../../../lib/serde/serdes.ts'
import { committedRecords } from '../../../lib/testing/simulation/committed-records.ts'
import { EmbeddedCluster } from '../../../lib/transport/embedded/embedded-cluster.ts'
import { kafka } from '../../../lib/transport/kafka/kafka.ts'
import { openAdmin, openProducer } from '../../../lib/transport/topic-clients/open-topic-clients.ts'

const debits = topic('debits', { key: Serdes.string, value: Serdes.long })
const credits = topic('credits', { key: Serdes.string, value: Serdes.long })

async function open(t: Test) {
  const cluster = new EmbeddedCluster()
  t.teardown(() => cluster.close())
  const admin = await openAdmin(cluster, { clientId: 'test' })
  await admin.createTopics([debits, credits].map(({ name }) => ({ name, partitions: 1 })))
  const seen = (): readonly number[][] =>
    [debits, credits].map(({ name }) =>
      committedRecords(cluster.broker, { topic: name, partition: 0 }).map(({ batch, index }) =>
        Number(Buffer.from(batch.value(index)!).readBigInt64BE()),
      ),
    )
  const producer = async (id = 'bank') => {
    const opened = await openProducer(cluster, { clientId: 'test', transactionalId: id })
    t.teardown(() => opened.close())
    return opened
  }
  return { cluster, seen, producer }
}

t.test('records of several topics are seen together', async (t) => {
  const { seen, producer } = await open(t)
  const bank = await producer()
  const result = await bank.transact(async ({ send }) => {
    const [place] = await send(debits, [{ key: 'a', value: 5 }])
    t.same(place, { topic: 'debits', partition: 0, offset: 0 })
    await send(credits, [{ key: 'b', value: 5 }])
    t.same(seen(), [[], []])
    return 'done'
  })
  t.equal(result, 'done')
  t.same(seen(), [[5], [5]])
  t.equal(await bank.transact(async () => 7), 7, 'a transaction of nothing')
})

t.test('if the work throws, or a record cannot be written, nothing is seen, and the next transaction goes on', async (t) => {
  const { seen, producer } = await open(t)
  const bank = await producer()
  const failure = new Error('no money')
  const failing = bank.transact(async ({ send }) => {
    await send(debits, [{ key: 'a', value: 1 }])
    throw failure
  })
  t.equal(await failing.catch((error: unknown) => error), failure)
  const unawaited = bank.transact(async ({ send }) => {
    await send(debits, [{ key: 'a', value: 2 }])
    void send(credits, [{ key: 'b', value: 'two' as never }])
  })
  await t.rejects(unawaited, { name: 'SerializationError' }, 'also if nobody awaits its sending')
  await bank.transact(({ send }) => send(credits, [{ key: 'b', value: 3 }]))
  t.same(seen(), [[], [3]])
})

t.test('one transaction at a time', async (t) => {
  const { seen, producer } = await open(t)
  const bank = await producer()
  const first = bank.transact(({ send }) => send(debits, [{ key: 'a', value: 1 }]))
  await t.rejects(
    bank.transact(async () => undefined),
    TypeError,
  )
  await first
  t.same(seen(), [[1], []])
})

t.test('a newer producer of the same id fences this one for good', async (t) => {
  const { seen, producer } = await open(t)
  const older = await producer()
  const newer = await producer()
  await newer.transact(({ send }) => send(debits, [{ key: 'a', value: 1 }]))
  const late = () => older.transact(({ send }) => send(debits, [{ key: 'a', value: 2 }]))
  await t.rejects(late(), { name: 'TransportError' })
  await t.rejects(late(), { name: 'TransportError' })
  await newer.transact(({ send }) => send(debits, [{ key: 'a', value: 3 }]))
  t.same(seen(), [[1, 3], []])
})

t.test('over connections, too, a fenced producer stays fenced', async (t) => {
  const { cluster, seen } = await open(t)
  const { bootstrapServers } = await cluster.listen(0)
  const over = kafka({ bootstrapServers })
  const bank = async () => {
    const opened = await openProducer(over, { clientId: 'test', transactionalId: 'bank' })
    t.teardown(() => opened.close())
    return opened
  }
  const older = await bank()
  const newer = await bank()
  const late = () => older.transact(({ send }) => send(debits, [{ key: 'a', value: 2 }]))
  await t.rejects(late(), { name: 'TransportError' })
  await t.rejects(late(), { name: 'TransportError', kind: 'fenced' })
  await newer.transact(({ send }) => send(debits, [{ key: 'a', value: 3 }]))
  const admin = await openAdmin(over, { clientId: 'test' })
  t.teardown(() => admin.close())
  while ((await admin.listOffsets([{ topic: 'debits', partition: 0 }], 'latest-stable'))[0]!.offset === 0);
  t.same(seen(), [[3], []])
})
