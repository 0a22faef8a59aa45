import t from 'tap'
import { seededChance } from '../../../lib/clock/chance.ts'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { EmbeddedCluster } from '../../../lib/transport/embedded/embedded-cluster.ts'
import { compactionCase, compactionSentence } from '../../conformance/transport/compaction-case.ts'
import { transportSuite } from '../../conformance/transport-suite.ts'
import { client, produceOptions } from '../../conformance/transport/transport-case.ts'

const open = async () => {
  const clock = new ManualClock(1_700_000_000_000)
  const cluster = new EmbeddedCluster({ clock, chance: seededChance(1) })
  const passTime = async (ms: number): Promise<void> => {
    clock.advance(ms)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { cluster, close: () => cluster.close(), passTime }
}

transportSuite(t, { name: 'embedded', open })

t.test(`embedded: ${compactionSentence}`, async (t) => {
  const { cluster, close, passTime } = await open()
  t.teardown(close)
  await compactionCase(t, cluster, passTime)
})

t.test(
  'embedded: a long poll wakes at what its partitions have together, and at one of them where a byte is enough',
  async (t) => {
    const { cluster, close } = await open()
    t.teardown(close)
    cluster.broker.createTopics([{ name: 'orders', partitions: 3 }])
    const producer = await cluster.producer({ ...client, ...produceOptions })
    const write = async (partition: number): Promise<void> => {
      const batch = producer.newBatch()
      batch.append(null, Buffer.alloc(100), 1, [])
      await producer.send({ topic: 'orders', partition }, batch)
    }
    const fetcher = await cluster.fetcher(client)
    const positions = [0, 1, 2].map((partition) => ({ topic: 'orders', partition, offset: 0 }))
    const limits = {
      maxWaitMs: 60_000,
      maxBytes: 1 << 20,
      maxBytesPerPartition: 1 << 20,
      isolationLevel: 'read_committed',
    } as const
    let woken: readonly number[] = []
    const poll = (minBytes: number): Promise<unknown> =>
      fetcher
        .fetch(positions, { ...limits, minBytes })
        .then((fetched) => (woken = fetched.map(({ partition }) => partition).sort()))
    const one = poll(1)
    await write(1)
    await one
    t.same(woken, [1])
    positions[1]!.offset = 1
    woken = []
    const together = poll(300)
    await write(0)
    await new Promise((resolve) => setImmediate(resolve))
    t.same(woken, [], 'the first of two batches is not enough')
    await write(2)
    await together
    t.same(woken, [0, 2])
  },
)
