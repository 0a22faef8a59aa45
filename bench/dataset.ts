import type { ProduceBatch, Producer } from 'millrace/transport'

/** The benchmark's input: the same bytes for the same number of records, however often it is made. */
export interface Dataset {
  readonly records: number
  readonly partitions: number
  readonly keys: number
}

export const keyBytes = 13
export const valueBytes = 112

/** Key of record `index`: 13 digits, uniform over the key space (a multiplicative hash keeps neighbours apart). */
export function keyNumber({ keys }: Dataset, index: number): number {
  return Math.floor(((Math.imul(index, 0x9e3779b1) >>> 0) / 2 ** 32) * keys)
}

/** The first byte of the value says whether workload a1 keeps the record: nine of ten. */
export function isKept(index: number): boolean {
  return index % 10 !== 0
}

const recordsPerBatch = 5_000

/** Writes the data set; record `index` goes to partition `key % partitions`, so that a key stays in its partition. */
export async function seed(dataset: Dataset, topic: string, producer: Producer): Promise<void> {
  const value = Buffer.alloc(valueBytes, 'v')
  const open = new Map<number, ProduceBatch>()
  const sent: Promise<unknown>[] = []
  const send = (partition: number, batch: ProduceBatch): void => void sent.push(producer.send({ topic, partition }, batch))
  for (let index = 0; index < dataset.records; index++) {
    const key = keyNumber(dataset, index)
    const partition = key % dataset.partitions
    const batch = open.get(partition) ?? producer.newBatch()
    value[0] = isKept(index) ? 1 : 0
    batch.append(Buffer.from(String(key).padStart(keyBytes, '0')), value, 1_700_000_000_000 + index, [])
    open.set(partition, batch)
    if (batch.count < recordsPerBatch) continue
    send(partition, batch)
    open.delete(partition)
    if (sent.length >= 16) await Promise.all(sent.splice(0))
  }
  for (const [partition, batch] of open) send(partition, batch)
  await Promise.all(sent)
}
