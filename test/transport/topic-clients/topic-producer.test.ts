import t from 'tap'
import type { Serde } from '../../../lib/model/serde.ts'
import { topic } from '../../../lib/model/topic.ts'
import { Serdes } from '../../../lib/serde/serdes.ts'
import { EmbeddedCluster } from '../../../lib/transport/embedded/embedded-cluster.ts'
import { openAdmin, openProducer } from '../../../lib/transport/topic-clients/open-topic-clients.ts'

t.test(
  'each topic value has its own serdes, though others of its name were ready before; records keep the order of the calls',
  async (t) => {
    const cluster = new EmbeddedCluster({})
    t.teardown(() => cluster.close())
    const admin = await openAdmin(cluster, { clientId: 'test' })
    await admin.createTopics([{ name: 'shared', partitions: 1 }])
    const producer = await openProducer(cluster, { clientId: 'test' })
    const registry = Promise.withResolvers<void>()
    let isReady = false
    const registered: Serde<string> = {
      ...Serdes.string,
      prepareWrite: () => registry.promise.then(() => void (isReady = true)),
      serialize(value, context) {
        t.ok(isReady, 'it is prepared before it is used')
        return Serdes.string.serialize(value, context)
      },
    }
    const plain = topic('shared', { key: Serdes.string, value: Serdes.string })
    const described = topic('shared', { key: Serdes.string, value: registered })
    const record = { key: 'k', value: 'v' }
    const first = await producer.send(plain, [record])
    const second = producer.send(described, [record])
    const third = producer.send(plain, [record])
    registry.resolve()
    const offsets = [first, await second, await third].map(([at]) => at?.offset)
    t.same(offsets, [0, 1, 2])
    await producer.close()
  },
)
