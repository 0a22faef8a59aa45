import type { Cluster } from 'millrace'
import { isKept, keyNumber } from './dataset.ts'
import type { Dataset } from './dataset.ts'

/** Throws unless the output topic holds what the workload must have made of the data set. */
export async function verify(workload: 'a1' | 'b1', cluster: Cluster, output: string, dataset: Dataset): Promise<void> {
  const found = workload === 'a1' ? await keptDigest(cluster, output, dataset) : await lastCounts(cluster, output, dataset)
  const wanted = workload === 'a1' ? wantedDigest(dataset) : wantedCounts(dataset)
  if (found !== wanted) throw new Error(`${workload}: the output is wrong (digest ${found}, not ${wanted}); the run is void.`)
}

/** A checksum that does not depend on the order of records: the sum over their keys and timestamps. */
function mix(key: number, timestamp: number): number {
  return (Math.imul(key + 1, 0x85ebca6b) ^ Math.imul(timestamp % 2 ** 31, 0xc2b2ae35)) >>> 0
}

function wantedDigest(dataset: Dataset): string {
  let sum = 0
  let count = 0
  for (let index = 0; index < dataset.records; index++) {
    if (!isKept(index)) continue
    sum = (sum + mix(keyNumber(dataset, index), 1_700_000_000_000 + index)) % 2 ** 40
    count++
  }
  return `${count}:${sum}`
}

async function keptDigest(cluster: Cluster, output: string, dataset: Dataset): Promise<string> {
  let sum = 0
  let count = 0
  await readOutput(cluster, output, dataset.partitions, (key, value, timestamp) => {
    if (value[0] !== 1 || value[1] !== 0x66) throw new Error('a1: a record went out unchanged.')
    sum = (sum + mix(Number(key.toString()), timestamp)) % 2 ** 40
    count++
  })
  return `${count}:${sum}`
}

function wantedCounts(dataset: Dataset): string {
  const counts = new Map<number, number>()
  for (let index = 0; index < dataset.records; index++) {
    const key = keyNumber(dataset, index)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return countsDigest(counts)
}

async function lastCounts(cluster: Cluster, output: string, dataset: Dataset): Promise<string> {
  const counts = new Map<number, number>()
  await readOutput(cluster, output, dataset.partitions, (key, value) =>
    counts.set(Number(key.toString()), Number(value.readBigInt64BE(0))),
  )
  return countsDigest(counts)
}

function countsDigest(counts: ReadonlyMap<number, number>): string {
  let sum = 0
  for (const [key, count] of counts) sum = (sum + mix(key, count)) % 2 ** 40
  return `${counts.size}:${sum}`
}

async function readOutput(
  cluster: Cluster,
  topic: string,
  partitions: number,
  visit: (key: Buffer, value: Buffer, timestamp: number) => void,
): Promise<void> {
  const admin = await cluster.admin({ clientId: 'bench-verify' })
  const fetcher = await cluster.fetcher({ clientId: 'bench-verify' })
  const all = Array.from({ length: partitions }, (_, partition) => ({ topic, partition }))
  const ends = new Map((await admin.listOffsets(all, 'latest')).map(({ partition, offset }) => [partition, offset]))
  const positions = new Map(all.map(({ partition }) => [partition, 0]))
  const limits = {
    maxWaitMs: 100,
    minBytes: 1,
    maxBytes: 50 << 20,
    maxBytesPerPartition: 8 << 20,
    isolationLevel: 'read_uncommitted' as const,
  }
  for (;;) {
    const open = all.filter(({ partition }) => positions.get(partition)! < (ends.get(partition) ?? 0))
    if (open.length === 0) break
    for (const fetched of await fetcher.fetch(
      open.map((at) => ({ ...at, offset: positions.get(at.partition)! })),
      limits,
    )) {
      for (const batch of fetched.batches) {
        for (let index = 0; index < batch.count; index++) {
          if (batch.offset(index) < positions.get(fetched.partition)!) continue
          visit(Buffer.from(batch.key(index)!), Buffer.from(batch.value(index)!), batch.timestamp(index))
        }
        positions.set(fetched.partition, batch.nextOffset)
      }
    }
  }
  await Promise.all([admin.close(), fetcher.close()])
}
