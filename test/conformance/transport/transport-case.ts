import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import type { FetchedPartition, Fetcher, FetchLimits } from '../../../lib/transport/fetcher.ts'
import type { Cluster } from '../../../lib/transport/cluster.ts'
import type { Producer, ProducerOptions } from '../../../lib/transport/producer.ts'
import type { Compression } from '../../../lib/transport/record-batch/produce-batch.ts'
import { noHeaders } from '../../../lib/model/headers.ts'

/** Lets time of the cluster's clock pass. */
export type PassTime = (ms: number) => Promise<void>

export type TransportCase = (t: Test, cluster: Cluster, passTime: PassTime) => Promise<void>

export const client = { clientId: 'transport-suite' }

export const limits: FetchLimits = {
  maxWaitMs: 0,
  minBytes: 1,
  maxBytes: 50 << 20,
  maxBytesPerPartition: 8 << 20,
  isolationLevel: 'read_uncommitted',
}

export const produceOptions: ProducerOptions = {
  acks: 'all',
  idempotence: 'enabled',
  compression: 'none',
  requestTimeoutMs: 30_000,
  deliveryTimeoutMs: 120_000,
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
export const text = (slice: Uint8Array | null): string | null => (slice === null ? null : new TextDecoder().decode(slice))

export function unique(prefix: string): string {
  return `${prefix}-${randomUUID()}`
}

export async function newTopic(
  t: Test,
  cluster: Cluster,
  partitions = 1,
  config: Readonly<Record<string, string>> = {},
): Promise<string> {
  const name = unique('suite')
  const admin = await cluster.admin(client)
  t.teardown(() => admin.close())
  // The suite writes old timestamps: a real broker would delete them in its own time.
  await admin.createTopics([{ name, partitions, config: { 'retention.ms': '-1', ...config } }])
  return name
}

export async function openProducer(t: Test, cluster: Cluster, compression: Compression = 'none'): Promise<Producer> {
  const producer = await cluster.producer({ ...client, ...produceOptions, compression })
  t.teardown(() => producer.close())
  return producer
}

export async function openFetcher(t: Test, cluster: Cluster): Promise<Fetcher> {
  const fetcher = await cluster.fetcher(client)
  t.teardown(() => fetcher.close())
  return fetcher
}

/** Writes one batch; values are also the keys. */
export async function write(
  producer: Producer,
  topic: string,
  values: readonly string[],
  timestamp = 1_000,
  partition = 0,
): Promise<number> {
  const batch = producer.newBatch()
  for (const value of values) batch.append(bytes(value), bytes(value), timestamp, noHeaders)
  return (await producer.send({ topic, partition }, batch)).baseOffset
}

export function valuesOf(fetched: FetchedPartition | undefined): (string | null)[] {
  return (fetched?.batches ?? []).flatMap((batch) => Array.from({ length: batch.count }, (_, index) => text(batch.value(index))))
}

export function offsetsOf(fetched: FetchedPartition | undefined): number[] {
  return (fetched?.batches ?? []).flatMap((batch) => Array.from({ length: batch.count }, (_, index) => batch.offset(index)))
}

/** Reads one partition from `offset` until `count` records have come. Rejects by the test's own timeout if they never do. */
export async function readAll(
  fetcher: Fetcher,
  topic: string,
  count: number,
  offset = 0,
  partition = 0,
): Promise<(string | null)[]> {
  const values: (string | null)[] = []
  for (let position = offset; values.length < count;) {
    const [fetched] = await fetcher.fetch([{ topic, partition, offset: position }], { ...limits, maxWaitMs: 500 })
    if (fetched?.error) throw fetched.error
    values.push(...valuesOf(fetched))
    position = fetched?.batches.at(-1)?.nextOffset ?? position
  }
  return values
}
