import { Serdes, openProducer, partitionForKey, topic } from 'millrace'
import type { Cluster, TopicProducer } from 'millrace'
import type { RecordBatch } from 'millrace/transport'
import { positionHeader } from '../../capture/envelope.ts'
import type { RawRecord } from '../../capture/envelope.ts'
import type { LastRecord, RawTopics } from '../../capture/source.ts'
import { withAdmin } from './with-admin.ts'

const limits = {
  maxWaitMs: 1000,
  minBytes: 1,
  maxBytes: 50 << 20,
  maxBytesPerPartition: 4 << 20,
  // What capture writes is in no transaction. Behind an open one of others it would not be read.
  isolationLevel: 'read_uncommitted',
} as const
const clientId = 'source'

/** The topics of a source on a cluster. */
export class KafkaRawTopics implements RawTopics {
  readonly #cluster: Cluster
  readonly #producer: TopicProducer
  readonly #partitions: ReadonlyMap<string, number>

  private constructor(cluster: Cluster, producer: TopicProducer, partitions: ReadonlyMap<string, number>) {
    this.#cluster = cluster
    this.#producer = producer
    this.#partitions = partitions
  }

  static async open(cluster: Cluster, names: readonly string[]): Promise<KafkaRawTopics> {
    const found = await withAdmin(cluster, clientId, (admin) => admin.metadata(names))
    const partitions = new Map(found.map(({ name, partitions }) => [name, partitions.length]))
    const missing = names.find((name) => !partitions.has(name))
    if (missing !== undefined) throw new Error(`There is no topic ${missing}: create the topics of the manifest first.`)
    return new KafkaRawTopics(cluster, await openProducer(cluster, { clientId }), partitions)
  }

  async lastRecords(): Promise<readonly LastRecord[]> {
    const all = [...this.#partitions].flatMap(([name, count]) =>
      Array.from({ length: count }, (_, partition) => ({ topic: name, partition })),
    )
    const [starts, ends] = await withAdmin(this.#cluster, clientId, async (admin) => [
      await admin.listOffsets(all, 'earliest'),
      await admin.listOffsets(all, 'latest'),
    ])
    return Promise.all(ends.map((end) => this.#lastRecord(end, starts.find((start) => isSame(start, end))?.offset ?? 0)))
  }

  partitionOf({ topic: name, key }: RawRecord): string {
    return `${name}-${partitionForKey(key, this.#partitions.get(name)!)}`
  }

  async send(records: readonly RawRecord[]): Promise<void> {
    const byTopic = Map.groupBy(records, ({ topic: name }) => name)
    await Promise.all([...byTopic].map(([name, ofTopic]) => this.#producer.send(bytesTopic(name), ofTopic)))
  }

  close(): Promise<void> {
    return this.#producer.close()
  }

  /** Goes back over records that somebody else has written: they carry no position. */
  async #lastRecord({ topic: name, partition, offset }: End, start: number): Promise<LastRecord> {
    const nothing = { partition: `${name}-${partition}`, headers: null }
    if (offset === start) return nothing
    const fetcher = await this.#cluster.fetcher({ clientId })
    try {
      for (let end = offset; end > start;) {
        const [fetched] = await fetcher.fetch([{ topic: name, partition, offset: end - 1 }], limits)
        if (fetched?.error) throw fetched.error
        const batch = fetched?.batches.findLast(({ baseOffset }) => baseOffset < end)
        if (batch === undefined) throw new Error(`The last record of ${name}-${partition} cannot be read.`)
        const headers = lastPosition(batch, end)
        if (headers !== null) return { ...nothing, headers }
        end = batch.baseOffset
      }
      return nothing
    } finally {
      await fetcher.close()
    }
  }
}

/** The headers of the last record before `end` that carries a position. */
function lastPosition(batch: RecordBatch, end: number): LastRecord['headers'] {
  for (let index = batch.count - 1; index >= 0 && !batch.isControl; index--) {
    const headers = batch.headers(index)
    if (batch.offset(index) < end && headers.some(({ key }) => key === positionHeader)) return headers as LastRecord['headers']
  }
  return null
}

interface End {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

const isSame = (left: End, right: End): boolean => left.topic === right.topic && left.partition === right.partition

const bytesTopic = (name: string) => topic(name, { key: Serdes.bytes, value: Serdes.bytes })
