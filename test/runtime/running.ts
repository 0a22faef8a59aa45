import type { Topic } from '../../lib/model/topic.ts'
import { noHeaders } from '../../lib/model/headers.ts'
import type { Cluster } from '../../lib/transport/cluster.ts'
import { partitionForKey } from '../../lib/transport/partitioner.ts'
import { readableRanges } from '../../lib/transport/readable-ranges.ts'

/** Resolves when the condition holds, and rejects after ten seconds with what was awaited. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`Awaited for ten seconds: ${what}.`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export async function createTopics(cluster: Cluster, topics: Readonly<Record<string, number>>): Promise<void> {
  const admin = await cluster.admin({ clientId: 'test' })
  // Records of these tests are dated 1970: a broker with retention may delete them before they are read.
  const config = { 'retention.ms': '-1' }
  await admin.createTopics(Object.entries(topics).map(([name, partitions]) => ({ name, partitions, config })))
  await admin.close()
}

export type Row<K, V> = readonly [key: K, value: V | null, timestamp?: number]

export const producerOptions = {
  acks: 'all',
  idempotence: 'enabled',
  compression: 'none',
  requestTimeoutMs: 1000,
  deliveryTimeoutMs: 1000,
} as const

/** Bytes stand for themselves: a poison record. */
export async function produce<K, V>(
  cluster: Cluster,
  topic: Topic<K, V>,
  rows: readonly Row<K, V | Uint8Array>[],
): Promise<void> {
  const producer = await cluster.producer({ clientId: 'test', ...producerOptions })
  const admin = await cluster.admin({ clientId: 'test' })
  const [metadata] = await admin.metadata([topic.name])
  for (const [key, value, timestamp = 1] of rows) {
    const context = { topic: topic.name, headers: noHeaders }
    const keyBytes = topic.key.serialize(key, { ...context, component: 'key' })
    const isRaw = value === null || value instanceof Uint8Array
    const valueBytes = isRaw ? value : topic.value.serialize(value, { ...context, component: 'value' })
    const batch = producer.newBatch()
    batch.append(keyBytes, valueBytes as Uint8Array | null, timestamp, noHeaders)
    await producer.send({ topic: topic.name, partition: partitionForKey(keyBytes, metadata!.partitions.length) }, batch)
  }
  await producer.close()
  await admin.close()
}

/** All that is in a topic now, partition by partition. */
export async function consume<K, V>(cluster: Cluster, topic: Topic<K, V>): Promise<readonly (readonly [K, V | null])[]> {
  const admin = await cluster.admin({ clientId: 'test' })
  const fetcher = await cluster.fetcher({ clientId: 'test' })
  const [metadata] = await admin.metadata([topic.name])
  const partitions = metadata!.partitions.map(({ partition }) => ({ topic: topic.name, partition }))
  const positions = await admin.listOffsets(partitions, 'earliest')
  const limits = {
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 1e9,
    maxBytesPerPartition: 1e9,
    isolationLevel: 'read_uncommitted',
  } as const
  const fetched = await fetcher.fetch(positions, limits)
  await fetcher.close()
  await admin.close()
  const context = { topic: topic.name, headers: noHeaders }
  return fetched
    .flatMap((partition) => readableRanges(partition, 0))
    .flatMap(({ batch, from, end }) =>
      Array.from({ length: end - from }, (_, at) => {
        const index = from + at
        const value = batch.value(index)
        return [
          topic.key.deserialize(batch.key(index)!, { ...context, component: 'key' }),
          value === null ? null : topic.value.deserialize(value, { ...context, component: 'value' }),
        ] as const
      }),
    )
}

export async function collected<T>(rows: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const row of rows) all.push(row)
  return all
}
