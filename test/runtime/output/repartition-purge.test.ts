import t, { type Test } from 'tap'
import { seededChance } from '../../../lib/clock/chance.ts'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { noHeaders } from '../../../lib/model/headers.ts'
import { silentLogger, type Logger } from '../../../lib/runtime/logger.ts'
import { RepartitionPurge } from '../../../lib/runtime/output/repartition-purge.ts'
import { EmbeddedCluster } from '../../../lib/transport/embedded/embedded-cluster.ts'
import { openProducer } from '../../conformance/transport/transport-case.ts'
import { plan, repartition, subtopology } from '../plan-fixture.ts'

const [internal, input] = ['app-r-repartition', 'in']
const counting = plan(subtopology(0, { sourceTopics: [input, internal], repartitionTopics: [repartition(internal)] }))

async function open(t: Test, logger: Logger) {
  const cluster = new EmbeddedCluster({ clock: new ManualClock(0), chance: seededChance(1) })
  t.teardown(() => cluster.close())
  const admin = await cluster.admin({ clientId: 'test' })
  const producer = await openProducer(t, cluster)
  for (const topic of [internal, input]) {
    await admin.createTopics([{ name: topic, partitions: 1 }])
    const batch = producer.newBatch()
    for (let index = 0; index < 5; index++) batch.append(null, Buffer.of(index), 0, noHeaders)
    await producer.send({ topic, partition: 0 }, batch)
  }
  const first = async (topic: string) => (await admin.listOffsets([{ topic, partition: 0 }], 'earliest'))[0]?.offset
  return { admin, first, purge: new RepartitionPurge({ plan: counting, admin, logger, intervalMs: 100 }) }
}

const commit = (topic: string, offset: number) => ({ topic, partition: 0, offset, metadata: '', leaderEpoch: -1 })

t.test('what is committed of repartition topics is deleted at each interval, and nothing of others', async (t) => {
  const { purge, first } = await open(t, silentLogger)
  purge.committed([commit(internal, 2), commit(input, 4)])
  await purge.purge(99)
  t.equal(await first(internal), 0)
  purge.committed([commit(internal, 3)])
  await purge.purge(100)
  t.equal(await first(internal), 3)
  t.equal(await first(input), 0)
  purge.committed([commit(internal, 5)])
  await purge.purge(199)
  t.equal(await first(internal), 3)
  await purge.purge(200)
  t.equal(await first(internal), 5)
})

t.test('a deletion that fails is a warning, and tried again with the next commit', async (t) => {
  const warnings: string[] = []
  const { purge, first } = await open(t, { ...silentLogger, warn: (message) => warnings.push(message) })
  purge.committed([commit(internal, 99)])
  await purge.purge(100)
  t.match(warnings, [/^Processed records of repartition topics could not be deleted: /])
  purge.committed([commit(internal, 1)])
  await purge.purge(200)
  t.equal(await first(internal), 1)
})
