import { setTimeout as delay } from 'node:timers/promises'
import { partitionForKey } from 'millrace'
import type { Bench } from '../broker/bench.ts'
import { keyOf, transferValue } from '../gen/transfer.ts'
import { digestOf } from '../verify/digest.ts'
import { Tail } from '../verify/tail.ts'

export interface Paced {
  readonly from: string
  readonly to: string
  readonly records: number
  readonly perSecond: number
}

export interface Latencies {
  /** In order of their size. */
  readonly timesMs: readonly number[]
  /** Of keys and values that came out. */
  readonly digest: string
}

/** Sends records at a steady pace into one topic, and reads another one: how long each was on its way. */
export async function latencies(bench: Bench, { from, to, records, perSecond }: Paced): Promise<Latencies> {
  const sentAt = new Float64Array(records)
  const timesMs: number[] = []
  const digest = digestOf('every record')
  await using tail = await Tail.of(bench, to)
  const received = tail.until(
    (key, value) => {
      timesMs.push(performance.now() - sentAt[Number(Buffer.from(key!).toString())]!)
      digest.add(key, value, 0)
    },
    () => timesMs.length >= records,
  )
  await Promise.all([received, send(bench, { from, to, records, perSecond }, sentAt)])
  return { timesMs: timesMs.toSorted((left, right) => left - right), digest: digest.text() }
}

async function send({ cluster, partitions }: Bench, { from, records, perSecond }: Paced, sentAt: Float64Array): Promise<void> {
  const producer = await cluster.producer({
    clientId: 'bench-paced',
    acks: 'all',
    idempotence: 'enabled',
    compression: 'none',
    requestTimeoutMs: 30_000,
    deliveryTimeoutMs: 120_000,
  })
  const sent: Promise<unknown>[] = []
  const began = performance.now()
  for (let index = 0; index < records;) {
    const due = Math.min(records, Math.floor(((performance.now() - began) / 1000) * perSecond))
    for (; index < due; index++) {
      const [key, batch] = [keyOf(index), producer.newBatch()]
      batch.append(key, transferValue(100_000 + (index % 700_000), index % 10_000), Date.now(), [])
      sentAt[index] = performance.now()
      sent.push(producer.send({ topic: from, partition: partitionForKey(key, partitions) }, batch))
    }
    await delay(1)
  }
  await Promise.all(sent)
  await producer.close()
}

/** Of numbers in order of their size. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}
