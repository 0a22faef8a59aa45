import t, { type Test } from 'tap'
import { topic } from '../../../lib/model/topic.ts'
import { Serdes } from '../../../lib/serde/serdes.ts'
import { committedRecords } from '../../../lib/testing/simulation/committed-records.ts'
import type { Cluster } from '../../../lib/transport/cluster.ts'
import { EmbeddedCluster } from '../../../lib/transport/embedded/embedded-cluster.ts'
import { kafka } from '../../../lib/transport/kafka/kafka.ts'
import { openAdmin, openConsumer, openProducer } from '../../../lib/transport/topic-clients/open-topic-clients.ts'

const words = topic('words', { key: Serdes.string, value: Serdes.string })
const lengths = topic('lengths', { key: Serdes.string, value: Serdes.long })

const connections: Readonly<Record<string, (cluster: EmbeddedCluster) => Promise<Cluster>>> = {
  'in the process': async (cluster) => cluster,
  'over sockets': async (cluster) => kafka({ bootstrapServers: (await cluster.listen(0)).bootstrapServers }),
  'by kafkajs': async (cluster) => kafka({ bootstrapServers: (await cluster.listen(0)).bootstrapServers, connection: 'kafkajs' }),
}

async function open(t: Test, connect: (cluster: EmbeddedCluster) => Promise<Cluster>) {
  const embedded = new EmbeddedCluster()
  t.teardown(() => embedded.close())
  const cluster = await connect(embedded)
  const admin = await openAdmin(cluster, { clientId: 'test' })
  t.teardown(() => admin.close())
  await admin.createTopics([words, lengths].map(({ name }) => ({ name, partitions: 2 })))
  const consumer = async (groupId?: string) => {
    const times = { maxWaitMs: 20, heartbeatIntervalMs: 20 }
    const opened = await openConsumer(cluster, { clientId: 'test', topics: [words], groupId, ...times })
    t.teardown(() => opened.close())
    return opened
  }
  const producer = await openProducer(cluster, { clientId: 'test', transactionalId: 'lengths' })
  t.teardown(() => producer.close())
  const write = async (count: number): Promise<void> => {
    const plain = await openProducer(cluster, { clientId: 'test' })
    await plain.send(
      words,
      Array.from({ length: count }, (_, index) => ({ key: `k${index}`, value: 'x'.repeat(index) })),
    )
    await plain.close()
  }
  const seen = (): readonly number[] =>
    [0, 1]
      .flatMap((partition) => committedRecords(embedded.broker, { topic: 'lengths', partition }))
      .map(({ batch, index }) => Number(Buffer.from(batch.value(index)!).readBigInt64BE()))
      .sort((left, right) => left - right)
  const committed = async (): Promise<number> => {
    const partitions = [0, 1].map((partition) => ({ topic: 'words', partition }))
    const offsets = await admin.committedOffsets('group', partitions, 'stable')
    return offsets.reduce((sum, { offset }) => sum + offset, 0)
  }
  return { consumer, producer, write, seen, committed }
}

type Opened = Awaited<ReturnType<typeof open>>
type Consumer = Awaited<ReturnType<Opened['consumer']>>

/** Writes the lengths of what it reads until all is read. `fail` may throw at the end of a transaction. */
async function copy({ producer, committed }: Opened, consumer: Consumer, count: number, fail: () => void = () => undefined) {
  for await (const { records } of consumer) {
    await producer.transact(async ({ send, sendOffsets }) => {
      await send(
        lengths,
        records.map(({ key, value }) => ({ key, value: value!.length })),
      )
      await sendOffsets(consumer)
      fail()
    })
    if ((await committed()) === count) return
  }
}

for (const [name, connect] of Object.entries(connections)) {
  t.test(`${name}: what is read is written once, though transactions are aborted`, async (t) => {
    const opened = await open(t, connect)
    const consumer = await opened.consumer('group')
    await opened.write(10)
    let failures = 0
    const fail = (): void => {
      if (failures++ % 2 === 0 && failures < 6) throw new Error('a failure of this test')
    }
    for (let isDone = false; !isDone;)
      isDone = await copy(opened, consumer, 10, fail).then(
        () => true,
        (error: Error) => {
          t.equal(error.message, 'a failure of this test')
          return false
        },
      )
    t.same(opened.seen(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    t.ok(failures > 1)
    await consumer.close()
    const next = await opened.consumer('group')
    await opened.write(3)
    await copy(opened, next, 13)
    t.same(opened.seen(), [0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9], 'the next member reads on')
  })

  t.test(`${name}: a member that is no more commits nothing`, async (t) => {
    const opened = await open(t, connect)
    const consumer = await opened.consumer('group')
    await opened.write(4)
    for await (const { records } of consumer) {
      await consumer.close()
      const late = opened.producer.transact(async ({ send, sendOffsets }) => {
        await send(
          lengths,
          records.map(({ key }) => ({ key, value: 1 })),
        )
        await sendOffsets(consumer)
      })
      await t.rejects(late, { name: 'TransportError' })
      await opened.producer.transact(({ send }) => send(lengths, [{ key: 'k', value: 77 }]))
      break
    }
    t.same([opened.seen(), await opened.committed()], [[77], 0], 'the producer goes on')
  })
}

t.test('a consumer without a group has no offsets to send', async (t) => {
  const { consumer, producer } = await open(t, async (cluster) => cluster)
  const all = await consumer()
  await t.rejects(
    producer.transact(({ sendOffsets }) => sendOffsets(all)),
    TypeError,
  )
})
