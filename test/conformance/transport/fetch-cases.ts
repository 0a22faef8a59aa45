import type { TransportCase } from './transport-case.ts'
import { limits, newTopic, offsetsOf, openFetcher, openProducer, unique, valuesOf, write } from './transport-case.ts'

export const fetchCases: Readonly<Record<string, TransportCase>> = {
  'a fetch answers whole batches from the one that holds the offset': async (t, cluster) => {
    const topic = await newTopic(t, cluster)
    const producer = await openProducer(t, cluster)
    await write(producer, topic, ['a', 'b', 'c'])
    await write(producer, topic, ['d'])
    const fetcher = await openFetcher(t, cluster)
    const [fetched] = await fetcher.fetch([{ topic, partition: 0, offset: 1 }], { ...limits, maxWaitMs: 500 })
    t.same(offsetsOf(fetched), [0, 1, 2, 3])
    t.match(fetched, { topic, partition: 0, error: null, highWatermark: 4, lastStableOffset: 4, logStartOffset: 0 })
    t.equal(fetched?.batches.at(-1)?.nextOffset, 4)
  },

  'limits hold, but one batch always comes': async (t, cluster) => {
    const topic = await newTopic(t, cluster)
    const producer = await openProducer(t, cluster)
    for (let index = 0; index < 5; index++) await write(producer, topic, [`${index}${'x'.repeat(1000)}`])
    const fetcher = await openFetcher(t, cluster)
    const fetch = (maxBytesPerPartition: number) =>
      fetcher.fetch([{ topic, partition: 0, offset: 1 }], { ...limits, maxWaitMs: 500, maxBytesPerPartition })
    t.same(offsetsOf((await fetch(10))[0]), [1])
    const some = offsetsOf((await fetch(5000))[0])
    t.ok(some.length >= 1 && some.length <= 2, `${some.length} batches of two times 1 KB and a header`)
  },

  'several partitions are read at once': async (t, cluster) => {
    const topic = await newTopic(t, cluster, 3)
    const producer = await openProducer(t, cluster)
    await write(producer, topic, ['a'], 1000, 0)
    await write(producer, topic, ['c'], 1000, 2)
    const fetcher = await openFetcher(t, cluster)
    const read = new Map<number, (string | null)[]>()
    while (read.size < 2) {
      const positions = [0, 1, 2]
        .filter((partition) => !read.has(partition))
        .map((partition) => ({ topic, partition, offset: 0 }))
      for (const fetched of await fetcher.fetch(positions, { ...limits, maxWaitMs: 100 }))
        if (fetched.batches.length > 0) read.set(fetched.partition, valuesOf(fetched))
    }
    t.same([...read].sort(), [
      [0, ['a']],
      [2, ['c']],
    ])
  },

  'a long poll ends when something is written': async (t, cluster) => {
    const topic = await newTopic(t, cluster)
    const producer = await openProducer(t, cluster)
    const fetcher = await openFetcher(t, cluster)
    const pending = fetcher.fetch([{ topic, partition: 0, offset: 0 }], { ...limits, maxWaitMs: 20_000 })
    await write(producer, topic, ['news'])
    t.same(valuesOf((await pending)[0]), ['news'])
  },

  'a long poll ends when its signal is aborted': async (t, cluster) => {
    const topic = await newTopic(t, cluster)
    const fetcher = await openFetcher(t, cluster)
    const controller = new AbortController()
    const pending = fetcher.fetch([{ topic, partition: 0, offset: 0 }], {
      ...limits,
      maxWaitMs: 60_000,
      signal: controller.signal,
    })
    controller.abort()
    t.same(valuesOf((await pending)[0]), [])
    await write(await openProducer(t, cluster), topic, ['later'])
    t.same(valuesOf((await fetcher.fetch([{ topic, partition: 0, offset: 0 }], { ...limits, maxWaitMs: 5000 }))[0]), ['later'])
  },

  'trouble with one partition does not hold up the others': async (t, cluster) => {
    const topic = await newTopic(t, cluster, 2)
    const producer = await openProducer(t, cluster)
    // A partition that has taken a record has its leader: before, a new one may answer UNKNOWN_LEADER_EPOCH for a while.
    await write(producer, topic, ['b'], 1000, 0)
    await write(producer, topic, ['a'], 1000, 1)
    const fetcher = await openFetcher(t, cluster)
    const fetched = await fetcher.fetch(
      [
        { topic, partition: 0, offset: 17 },
        { topic, partition: 1, offset: 0 },
      ],
      { ...limits, maxWaitMs: 500 },
    )
    const of = (partition: number) => fetched.find((one) => one.partition === partition)
    t.match(of(0), { error: { code: 'TRANSPORT_OFFSET_OUT_OF_RANGE', kind: 'out-of-range' }, batches: [] })
    const later = of(1) ?? (await fetcher.fetch([{ topic, partition: 1, offset: 0 }], { ...limits, maxWaitMs: 500 }))[0]
    t.same(valuesOf(later), ['a'])
  },

  'a topic that is not there is an error of its partition': async (t, cluster) => {
    const topic = unique('missing')
    const fetcher = await openFetcher(t, cluster)
    const [fetched] = await fetcher.fetch([{ topic, partition: 0, offset: 0 }], { ...limits, maxWaitMs: 100 })
    t.match(fetched, { topic, partition: 0, batches: [], error: { kind: 'retriable' } })
  },

  'read_committed reads plain records, and nothing is aborted': async (t, cluster) => {
    const topic = await newTopic(t, cluster)
    await write(await openProducer(t, cluster), topic, ['a'])
    const fetcher = await openFetcher(t, cluster)
    const [fetched] = await fetcher.fetch([{ topic, partition: 0, offset: 0 }], {
      ...limits,
      maxWaitMs: 500,
      isolationLevel: 'read_committed',
    })
    t.same(valuesOf(fetched), ['a'])
    t.same(fetched?.abortedTransactions, [])
  },
}
