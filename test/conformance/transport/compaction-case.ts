import { noHeaders } from '../../../lib/model/headers.ts'
import type { TransportCase } from './transport-case.ts'
import { bytes, limits, newTopic, openFetcher, openProducer, text } from './transport-case.ts'

type Row = readonly [key: string, value: string | null]

/** Closes the segment of what was written before, so that it can be cleaned. */
const filler = 'filler'
const triesMax = 120

/** It takes two cleanings: brokers under test clean often, or their clock passes by hand. */
export const compactionCase: TransportCase = async (t, cluster, passTime) => {
  const topic = await newTopic(t, cluster, 1, {
    'cleanup.policy': 'compact',
    'segment.ms': '100',
    'min.cleanable.dirty.ratio': '0.01',
    'delete.retention.ms': '3000',
  })
  const producer = await openProducer(t, cluster)
  const fetcher = await openFetcher(t, cluster)
  const start = cluster.clock.now()

  const put = async (rows: readonly Row[], timestamp: number): Promise<void> => {
    const batch = producer.newBatch()
    for (const [key, value] of rows) batch.append(bytes(key), value === null ? null : bytes(value), timestamp, noHeaders)
    await producer.send({ topic, partition: 0 }, batch)
  }
  const rows = async (): Promise<string[]> => {
    const found: string[] = []
    for (let offset = 0; ;) {
      const [fetched] = await fetcher.fetch([{ topic, partition: 0, offset }], limits)
      const batches = fetched?.batches ?? []
      for (const batch of batches)
        for (let index = 0; index < batch.count; index++)
          if (text(batch.key(index)) !== filler) found.push(`${text(batch.key(index))}=${text(batch.value(index))}`)
      if (batches.length === 0) return found
      offset = batches.at(-1)!.nextOffset
    }
  }
  let tries = 0
  const untilRows = async (expected: readonly string[], what: string): Promise<void> => {
    for (;;) {
      const found = await rows()
      if (found.join() === expected.join()) return void t.pass(what)
      if (tries++ > triesMax) return void t.same(found, expected, what)
      await put([[filler, String(tries)]], start + 1000 * tries)
      await passTime(500)
    }
  }

  const written: readonly Row[] = [
    ['a', '1'],
    ['b', '1'],
    ['a', '2'],
    ['b', '2'],
    ['c', '1'],
    ['a', '3'],
    ['b', null],
  ]
  await put(written, start)
  await untilRows(['a=1', 'b=1', 'a=2', 'b=2', 'c=1', 'a=3', 'b=null'], 'the active segment is not cleaned')
  await untilRows(['c=1', 'a=3', 'b=null'], 'the last record of each key stays, a tombstone too, in the order of their offsets')
  await untilRows(['c=1', 'a=3'], 'the tombstone is gone after delete.retention.ms')
}

export const compactionSentence = 'M3: compaction keeps the last value of each key, and a tombstone for delete.retention.ms'
