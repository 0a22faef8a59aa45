import { setTimeout as delay } from 'node:timers/promises'
import { partitionForKey } from 'millrace'
import type { ProduceBatch, Producer } from 'millrace/transport'
import type { Bench } from '../broker/bench.ts'
import type { InputRecord } from './inputs.ts'

/** The size of a full batch: Kafka's `batch.size` in this suite. */
const batchBytes = 256 * 1024
const inFlight = 16

/** Appends records to a topic, each to the partition of its key, in full batches. Returns how many there were. */
export async function writeTopic(bench: Bench, topic: string, records: Iterable<InputRecord>): Promise<number> {
  const producer = await openProducer(bench)
  const writer = new TopicWriter(producer, topic, bench.partitions)
  for (const record of records) if (writer.append(record) >= inFlight) await writer.sent()
  writer.flush()
  await writer.sent()
  await producer.close()
  return writer.count
}

export interface Pace {
  readonly perSecond: number
  readonly seconds: number
}

const lookMs = 50

/** As `writeTopic`, at a steady pace and for so long. */
export async function writePaced(
  bench: Bench,
  topic: string,
  records: Iterable<InputRecord>,
  { perSecond, seconds }: Pace,
): Promise<void> {
  const producer = await openProducer(bench)
  const writer = new TopicWriter(producer, topic, bench.partitions)
  const source = records[Symbol.iterator]()
  const began = performance.now()
  for (let elapsed = 0; elapsed < seconds; elapsed = (performance.now() - began) / 1000) {
    while (writer.count < elapsed * perSecond) writer.append(source.next().value!)
    writer.flush()
    await writer.sent()
    await delay(lookMs)
  }
  await producer.close()
}

const openProducer = ({ cluster }: Bench): Promise<Producer> =>
  cluster.producer({
    clientId: 'bench-writer',
    acks: 'all',
    idempotence: 'enabled',
    compression: 'none',
    requestTimeoutMs: 30_000,
    deliveryTimeoutMs: 120_000,
  })

class TopicWriter {
  readonly #producer: Producer
  readonly #topic: string
  readonly #open: (ProduceBatch | undefined)[]
  #sent: Promise<unknown>[] = []
  count = 0

  constructor(producer: Producer, topic: string, partitions: number) {
    this.#producer = producer
    this.#topic = topic
    this.#open = Array.from({ length: partitions }, () => undefined)
  }

  /** Returns how many batches are on their way. */
  append({ key, value, timestamp, headers = [] }: InputRecord): number {
    const partition = partitionForKey(key, this.#open.length)
    const batch = (this.#open[partition] ??= this.#producer.newBatch())
    batch.append(key, value, timestamp, headers)
    this.count++
    if (batch.byteLength >= batchBytes) this.#send(partition, batch)
    return this.#sent.length
  }

  flush(): void {
    for (const [partition, batch] of this.#open.entries()) if (batch !== undefined) this.#send(partition, batch)
  }

  async sent(): Promise<void> {
    await Promise.all(this.#sent.splice(0))
  }

  #send(partition: number, batch: ProduceBatch): void {
    this.#sent.push(this.#producer.send({ topic: this.#topic, partition }, batch))
    this.#open[partition] = undefined
  }
}
