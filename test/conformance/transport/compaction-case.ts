import type { Test } from 'tap'
import { noHeaders } from '../../../lib/model/headers.ts'
import type { Cluster } from '../../../lib/transport/cluster.ts'
import type { PassTime, TransportCase } from './transport-case.ts'
import { bytes, limits, newTopic, openFetcher, openProducer, text } from './transport-case.ts'

export const compactionSentence = 'M3: compaction keeps the last value of each key, and a tombstone for delete.retention.ms'

type Row = readonly [key: string, value: string | null]

const written: readonly Row[] = [
  ['a', '1'],
  ['b', '1'],
  ['a', '2'],
  ['b', '2'],
  ['c', '1'],
  ['a', '3'],
  ['b', null],
]

/** Brokers under test clean often, or their clock passes by hand. What is awaited then stays: no state has to be met in time. */
export const compactionCase: TransportCase = async (t, cluster, passTime) => {
  const kept = await CompactedTopic.open(t, cluster, { 'delete.retention.ms': '86400000' })
  t.same(await kept.rows(), ['a=1', 'b=1', 'a=2', 'b=2', 'c=1', 'a=3', 'b=null'], 'the active segment is not cleaned')
  await kept.clean(['c=1', 'a=3', 'b=null'], passTime)
  t.same(await kept.rows(), ['c=1', 'a=3', 'b=null'], 'the last record of each key stays in its order, a tombstone too')
  const short = await CompactedTopic.open(t, cluster, { 'delete.retention.ms': '100' })
  await short.clean(['c=1', 'a=3'], passTime)
  t.same(await short.rows(), ['c=1', 'a=3'], 'the tombstone is gone after delete.retention.ms')
}

/** Closes the segment of what was written before, so that it can be cleaned. */
const filler = 'filler'
const fillersMax = 120

type Clients = readonly [Awaited<ReturnType<typeof openProducer>>, Awaited<ReturnType<typeof openFetcher>>]

class CompactedTopic {
  readonly #name: string
  readonly #producer: Clients[0]
  readonly #fetcher: Clients[1]
  #timestamp: number

  private constructor(name: string, [producer, fetcher]: Clients, timestamp: number) {
    this.#name = name
    this.#producer = producer
    this.#fetcher = fetcher
    this.#timestamp = timestamp
  }

  static async open(t: Test, cluster: Cluster, config: Readonly<Record<string, string>>): Promise<CompactedTopic> {
    const settings = { 'cleanup.policy': 'compact', 'segment.ms': '100', 'min.cleanable.dirty.ratio': '0.01', ...config }
    const name = await newTopic(t, cluster, 1, settings)
    const clients = await Promise.all([openProducer(t, cluster), openFetcher(t, cluster)])
    const topic = new CompactedTopic(name, clients, cluster.clock.now())
    await topic.#put(written)
    return topic
  }

  /** Until it has these rows, or for a minute of the clock. */
  async clean(expected: readonly string[], passTime: PassTime): Promise<void> {
    for (let count = 0; count < fillersMax; count++) {
      if ((await this.rows()).join() === expected.join()) return
      this.#timestamp += 1000
      await this.#put([[filler, String(count)]])
      await passTime(500)
    }
  }

  async rows(): Promise<readonly string[]> {
    const found: string[] = []
    for (let offset = 0; ;) {
      const [fetched] = await this.#fetcher.fetch([{ topic: this.#name, partition: 0, offset }], limits)
      const batches = fetched?.batches ?? []
      for (const batch of batches)
        for (let index = 0; index < batch.count; index++)
          if (text(batch.key(index)) !== filler) found.push(`${text(batch.key(index))}=${text(batch.value(index))}`)
      if (batches.length === 0) return found
      offset = batches.at(-1)!.nextOffset
    }
  }

  async #put(rows: readonly Row[]): Promise<void> {
    const batch = this.#producer.newBatch()
    for (const [key, value] of rows) batch.append(bytes(key), value === null ? null : bytes(value), this.#timestamp, noHeaders)
    await this.#producer.send({ topic: this.#name, partition: 0 }, batch)
  }
}
