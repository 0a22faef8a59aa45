import type { TransportCase } from './transport-case.ts'
import { client, newTopic, openFetcher, openProducer, unique, valuesOf, limits, write } from './transport-case.ts'

export const adminCases: Readonly<Record<string, TransportCase>> = {
  'a topic that was created is in the metadata, one that was not is missing': async (t, cluster) => {
    const topic = await newTopic(t, cluster, 3)
    const admin = await cluster.admin(client)
    const [found, ...rest] = await admin.metadata([topic, unique('missing')])
    t.same(rest, [])
    t.equal(found?.name, topic)
    t.same(found?.partitions.map(({ partition }) => partition).sort(), [0, 1, 2])
    t.ok(found?.partitions.every(({ leader, leaderEpoch }) => leader >= 0 && leaderEpoch >= 0))
    t.ok((await admin.metadata()).some(({ name }) => name === topic))
    await admin.close()
  },

  'a topic is created once, and can be deleted': async (t, cluster) => {
    const topic = await newTopic(t, cluster)
    const admin = await cluster.admin(client)
    await t.rejects(admin.createTopics([{ name: topic, partitions: 1 }]), { code: 'TRANSPORT_TOPIC_ALREADY_EXISTS' })
    await admin.deleteTopics([topic])
    await t.rejects(admin.deleteTopics([unique('missing')]), { code: 'TRANSPORT_UNKNOWN_TOPIC_OR_PARTITION' })
    await admin.close()
  },

  'partitions can only become more': async (t, cluster) => {
    const topic = await newTopic(t, cluster, 2)
    const admin = await cluster.admin(client)
    await admin.createPartitions(topic, 4)
    t.equal((await admin.metadata([topic]))[0]?.partitions.length, 4)
    await t.rejects(admin.createPartitions(topic, 3), { code: 'TRANSPORT_INVALID_PARTITIONS' })
    await admin.close()
  },

  'a topic tells its configuration, defaults included': async (t, cluster) => {
    const topic = await newTopic(t, cluster, 1, { 'cleanup.policy': 'compact', 'segment.ms': '60000' })
    const admin = await cluster.admin(client)
    const config = await admin.describeTopicConfig(topic)
    t.match(config, { 'cleanup.policy': 'compact', 'segment.ms': '60000', 'delete.retention.ms': '86400000' })
    await t.rejects(admin.createTopics([{ name: unique('bad'), partitions: 1, config: { 'no.such.config': '1' } }]), {
      code: 'TRANSPORT_INVALID_CONFIG',
    })
    await admin.close()
  },

  'the configuration of a topic is changed by key, and set back to the default': async (t, cluster, passTime) => {
    const topic = await newTopic(t, cluster, 1, { 'segment.ms': '60000' })
    const admin = await cluster.admin(client)
    const until = async (wanted: Readonly<Record<string, string>>): Promise<void> => {
      const isThere = async (): Promise<boolean> => {
        const config = await admin.describeTopicConfig(topic)
        return Object.entries(wanted).every(([key, value]) => config[key] === value)
      }
      while (!(await isThere())) await passTime(50)
      t.pass(JSON.stringify(wanted))
    }
    await admin.alterTopicConfig(topic, { 'cleanup.policy': 'compact', 'delete.retention.ms': '1000' })
    await until({ 'cleanup.policy': 'compact', 'delete.retention.ms': '1000', 'segment.ms': '60000' })
    await admin.alterTopicConfig(topic, { 'delete.retention.ms': null })
    await until({ 'cleanup.policy': 'compact', 'delete.retention.ms': '86400000', 'segment.ms': '60000' })
    await t.rejects(admin.alterTopicConfig(topic, { 'segment.ms': '1000', 'retention.ms': 'soon' }), {
      code: 'TRANSPORT_INVALID_CONFIG',
    })
    t.match(await admin.describeTopicConfig(topic), { 'segment.ms': '60000' }, 'all of it or nothing')
    await t.rejects(admin.alterTopicConfig(unique('missing'), { 'segment.ms': '1000' }), {
      code: 'TRANSPORT_UNKNOWN_TOPIC_OR_PARTITION',
    })
    await admin.close()
  },

  'offsets are listed for all specs': async (t, cluster) => {
    const topic = await newTopic(t, cluster)
    const producer = await openProducer(t, cluster)
    const now = cluster.clock.now()
    await write(producer, topic, ['a', 'b'], now - 3000)
    await write(producer, topic, ['c'], now - 2000)
    const admin = await cluster.admin(client)
    const list = async (spec: Parameters<typeof admin.listOffsets>[1]) =>
      (await admin.listOffsets([{ topic, partition: 0 }], spec))[0]?.offset
    t.equal(await list('earliest'), 0)
    t.equal(await list('latest'), 3)
    t.equal(await list('latest-stable'), 3)
    t.equal(await list({ timestampMs: now - 5000 }), 0)
    t.equal(await list({ timestampMs: now - 2500 }), 2)
    t.equal(await list({ timestampMs: now - 1000 }), 3, 'nothing so late: the end')
    await t.rejects(admin.listOffsets([{ topic: unique('missing'), partition: 0 }], 'latest'), {
      code: 'TRANSPORT_UNKNOWN_TOPIC_OR_PARTITION',
    })
    await admin.close()
  },

  'deleted records are gone, in the middle of a batch too': async (t, cluster) => {
    const topic = await newTopic(t, cluster)
    const producer = await openProducer(t, cluster)
    await write(producer, topic, ['a', 'b', 'c'])
    await write(producer, topic, ['d'])
    const admin = await cluster.admin(client)
    await admin.deleteRecords([{ topic, partition: 0, offset: 2 }])
    t.equal((await admin.listOffsets([{ topic, partition: 0 }], 'earliest'))[0]?.offset, 2)
    const fetcher = await openFetcher(t, cluster)
    const [before] = await fetcher.fetch([{ topic, partition: 0, offset: 1 }], { ...limits, maxWaitMs: 500 })
    t.match(before, { error: { code: 'TRANSPORT_OFFSET_OUT_OF_RANGE', kind: 'out-of-range' } })
    const [after] = await fetcher.fetch([{ topic, partition: 0, offset: 2 }], { ...limits, maxWaitMs: 500 })
    t.equal(after?.logStartOffset, 2)
    t.same(valuesOf(after).slice(-2), ['c', 'd'])
    await t.rejects(admin.deleteRecords([{ topic, partition: 0, offset: 99 }]), { code: 'TRANSPORT_OFFSET_OUT_OF_RANGE' })
    await admin.close()
  },
}
