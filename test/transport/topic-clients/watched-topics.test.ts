import t from 'tap'
import type { Test } from 'tap'
import { seededChance } from '../../../lib/clock/chance.ts'
import { sleep, type Timer } from '../../../lib/clock/clock.ts'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { topic } from '../../../lib/model/topic.ts'
import { Serdes } from '../../../lib/serde/serdes.ts'
import { EmbeddedCluster } from '../../../lib/transport/embedded/embedded-cluster.ts'
import type { OpenConsumerOptions } from '../../../lib/transport/topic-clients/open-topic-clients.ts'
import { openAdmin, openConsumer, openProducer } from '../../../lib/transport/topic-clients/open-topic-clients.ts'
import { comesTrue, simulate } from '../../runtime/simulated-time.ts'

const numbers = topic('numbers', { key: Serdes.string, value: Serdes.long })
const others = topic('others', { key: Serdes.string, value: Serdes.long })

type Options = Partial<Omit<OpenConsumerOptions<typeof numbers>, 'clientId'>>

class CountedTimers extends ManualClock {
  readonly waiting = new Set<Timer>()

  override schedule(delayMs: number, callback: () => void): Timer {
    const timer = super.schedule(delayMs, () => (this.waiting.delete(counted), callback()))
    const counted = { cancel: () => (this.waiting.delete(counted), timer.cancel()) }
    this.waiting.add(counted)
    return counted
  }
}

async function open(t: Test) {
  const clock = new CountedTimers(1_000_000)
  const cluster = new EmbeddedCluster({ clock, chance: seededChance(3) })
  t.teardown(() => cluster.close())
  const admin = await openAdmin(cluster, { clientId: 'test' })
  await admin.createTopics([{ name: numbers.name, partitions: 1 }])
  /** Writes with a producer that knows the topic as it is now. */
  const write = async (value: number, partition: number, to = numbers): Promise<void> => {
    const producer = await openProducer(cluster, { clientId: 'test' })
    await producer.send(to, [{ key: 'k', value, partition }])
    await producer.close()
  }
  /** A consumer, and the values that it has handed over. */
  const read = async (options: Options = {}) => {
    const consumer = await openConsumer(cluster, { clientId: 'test', topics: [numbers], ...options })
    t.teardown(() => consumer.close())
    const values: (number | null)[] = []
    const loop = (async () => {
      for await (const { records } of consumer) values.push(...records.map(({ value }) => value))
    })()
    return { consumer, values, loop }
  }
  const sees = (values: readonly unknown[], ...wanted: readonly number[]): Promise<void> =>
    comesTrue(clock, `${wanted.join()} are seen`, () => wanted.every((value) => values.includes(value)))
  return { clock, admin, write, read, sees }
}

for (const groupId of [undefined, 'group']) {
  const who = groupId === undefined ? 'a consumer without a group' : 'a group'
  const inGroup: Options = { groupId }

  t.test(`${who}: partitions that come are read from their start, whatever the start in those that were there`, async (t) => {
    const { clock, admin, write, read, sees } = await open(t)
    await simulate(clock, async () => {
      await write(1, 0)
      const { values } = await read({ ...inGroup, from: 'latest' })
      await sleep(clock, 1000)
      await write(2, 0)
      await sees(values, 2)
      await admin.createPartitions(numbers.name, 3)
      await write(3, 1)
      await write(4, 2)
      const before = clock.monotonic()
      await sees(values, 3, 4)
      t.ok(clock.monotonic() - before <= 12_000, 'within metadataMaxAgeMs and a second look')
      t.notOk(values.includes(1))
    })
  })

  t.test(`${who}: a topic that was deleted and created again is read from its start`, async (t) => {
    const { clock, admin, write, read, sees } = await open(t)
    await simulate(clock, async () => {
      for (const value of [1, 2, 3]) await write(value, 0)
      const { values } = await read(inGroup)
      await sees(values, 1, 2, 3)
      await admin.deleteTopics([numbers.name])
      await admin.createTopics([{ name: numbers.name, partitions: 2 }])
      await write(4, 0)
      await write(5, 1)
      const before = clock.monotonic()
      await sees(values, 4, 5)
      t.ok(clock.monotonic() - before <= 5000, 'the fetch that fails is a reason to look')
    })
  })

  t.test(`${who}: while a topic is deleted its consumer waits, and reads the other ones`, async (t) => {
    const { clock, admin, write, read, sees } = await open(t)
    await admin.createTopics([{ name: others.name, partitions: 1 }])
    await simulate(clock, async () => {
      await write(1, 0)
      const { values } = await read({ ...inGroup, topics: [numbers, others] })
      await sees(values, 1)
      await admin.deleteTopics([numbers.name])
      await sleep(clock, 30_000)
      await write(2, 0, others)
      const before = clock.monotonic()
      await sees(values, 2)
      t.ok(clock.monotonic() - before < 1000)
      await admin.deleteTopics([others.name])
      await sleep(clock, 30_000)
      await admin.createTopics([{ name: numbers.name, partitions: 1 }])
      await write(3, 0)
      await sees(values, 3)
    })
  })

  t.test(`${who}: a consumer that is closed looks no more`, async (t) => {
    const { clock, write, read, sees } = await open(t)
    await simulate(clock, async () => {
      await write(1, 0)
      const { consumer, values, loop } = await read(inGroup)
      await sees(values, 1)
      await consumer.close()
      await loop
    })
    t.equal(clock.waiting.size, 0)
  })
}

t.test('what was read of a topic is committed as of that topic, though another one has its name by then', async (t) => {
  const { clock, admin, write, read, sees } = await open(t)
  await simulate(clock, async () => {
    for (const value of [1, 2, 3]) await write(value, 0)
    const { consumer, values } = await read({ groupId: 'group' })
    await sees(values, 1, 2, 3)
    await admin.deleteTopics([numbers.name])
    await admin.createTopics([{ name: numbers.name, partitions: 1 }])
    await consumer.commit()
    t.match(await admin.committedOffsets('group', [{ topic: numbers.name, partition: 0 }], 'any'), [{ offset: 3 }])
    await consumer.close()
    for (const value of [4, 5, 6, 7]) await write(value, 0)
    const later = await read({ groupId: 'group' })
    await sees(later.values, 7)
    t.same(later.values, [4, 5, 6, 7], 'offset 3 is of the former topic')
    await later.consumer.commit()
    await later.consumer.close()
    await write(8, 0)
    const last = await read({ groupId: 'group' })
    await sees(last.values, 8)
    t.same(last.values, [8], 'offset 4 is of this one')
  })
})

t.test('the leader of a group watches the topics of all members', async (t) => {
  const { clock, admin, write, read, sees } = await open(t)
  await admin.createTopics([{ name: others.name, partitions: 1 }])
  await simulate(clock, async () => {
    await write(1, 0)
    const leader = await read({ groupId: 'group' })
    await sees(leader.values, 1)
    await write(2, 0, others)
    const member = await read({ groupId: 'group', topics: [others] })
    await sees(member.values, 2)
    await admin.createPartitions(others.name, 2)
    await write(3, 1, others)
    await sees(member.values, 3)
    t.same(leader.values, [1])
  })
})
