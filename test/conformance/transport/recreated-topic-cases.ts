import type { TransportCase } from './transport-case.ts'
import { client, limits, newTopic, openFetcher, openProducer, valuesOf, write } from './transport-case.ts'

export const recreatedTopicCases: Readonly<Record<string, TransportCase>> = {
  'a position is of one topic: of another that takes its name nothing is read': async (t, cluster, passTime) => {
    const topic = await newTopic(t, cluster)
    const admin = await cluster.admin(client)
    t.teardown(() => admin.close())
    const again = async (condition: () => Promise<boolean>): Promise<void> => {
      while (!(await condition())) await passTime(100)
    }
    const idOf = async () => (await admin.metadata([topic]))[0]?.id ?? undefined
    await write(await openProducer(t, cluster), topic, ['old', 'old'])
    const before = await idOf()
    const fetcher = await openFetcher(t, cluster)
    const fetch = async (topicId: string | undefined) =>
      (await fetcher.fetch([{ topic, partition: 0, offset: 1, topicId }], { ...limits, maxWaitMs: 500 }))[0]
    t.same(valuesOf(await fetch(before)).at(-1), 'old')
    await admin.deleteTopics([topic])
    await again(async () => (await idOf()) === undefined)
    await admin.createTopics([{ name: topic, partitions: 1, config: { 'retention.ms': '-1' } }])
    await write(await openProducer(t, cluster), topic, ['new', 'newer'])
    await again(async () => (await fetch(before))?.error?.code === 'TRANSPORT_UNKNOWN_TOPIC_ID')
    t.match(await fetch(before), { error: { code: 'TRANSPORT_UNKNOWN_TOPIC_ID', kind: 'retriable' }, batches: [] })
    const after = await idOf()
    t.not(after, before)
    await again(async () => valuesOf(await fetch(after)).at(-1) === 'newer')
  },

  'a fetch that waits is of one topic, too': async (t, cluster, passTime) => {
    const topic = await newTopic(t, cluster)
    const admin = await cluster.admin(client)
    t.teardown(() => admin.close())
    await write(await openProducer(t, cluster), topic, ['old', 'old'])
    const topicId = (await admin.metadata([topic]))[0]?.id ?? undefined
    const fetcher = await openFetcher(t, cluster)
    const position = { topic, partition: 0, offset: 2, topicId }
    await fetcher.fetch([position], limits)
    const fetched = fetcher.fetch([position], { ...limits, maxWaitMs: 1500 })
    await admin.deleteTopics([topic])
    await admin.createTopics([{ name: topic, partitions: 1, config: { 'retention.ms': '-1' } }])
    // It is out of the range of the new topic.
    await passTime(1500)
    const [answer] = await fetched
    t.same(valuesOf(answer), [])
    t.match(answer?.error ?? { kind: 'retriable' }, { kind: 'retriable' })
  },
}
