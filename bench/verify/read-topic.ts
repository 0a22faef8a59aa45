import { positionAfter, readableRanges } from 'millrace/transport'
import type { FetchLimits } from 'millrace/transport'
import type { Bench } from '../broker/bench.ts'
import { endOffsets, partitionsOf } from '../broker/topics.ts'

const limits: FetchLimits = {
  maxWaitMs: 100,
  minBytes: 1,
  maxBytes: 50 << 20,
  maxBytesPerPartition: 8 << 20,
  isolationLevel: 'read_committed',
}

/** Takes a record's bytes, which are views: they are another record's bytes later. */
export type Visit = (key: Uint8Array | null, value: Uint8Array | null, timestamp: number) => void

/** Visits the committed records of a topic up to its present end, each partition in order. */
export async function readTopic(bench: Bench, topic: string, visit: Visit): Promise<void> {
  const ends = await endOffsets(bench, topic)
  const positions = ends.map(() => 0)
  const fetcher = await bench.cluster.fetcher({ clientId: 'bench-verify' })
  for (;;) {
    const open = partitionsOf(bench, topic).filter(({ partition }) => positions[partition]! < ends[partition]!)
    if (open.length === 0) break
    const wanted = open.map((at) => ({ ...at, offset: positions[at.partition]! }))
    for (const fetched of await fetcher.fetch(wanted, limits)) {
      if (fetched.error !== null) throw fetched.error
      const position = positions[fetched.partition]!
      for (const { batch, from, end } of readableRanges(fetched, position))
        for (let index = from; index < end; index++) visit(batch.key(index), batch.value(index), batch.timestamp(index))
      positions[fetched.partition] = positionAfter(fetched, position)
    }
  }
  await fetcher.close()
}
