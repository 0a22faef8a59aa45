import t from 'tap'
import { noHeaders } from '../../../lib/model/headers.ts'
import { changelogSlices } from '../../../lib/runtime/restore/changelog-records.ts'
import type { FetchedPartition } from '../../../lib/transport/fetcher.ts'
import { decodeRecordBatches } from '../../../lib/transport/record-batch/decode-record-batches.ts'
import { RecordBatchBuilder } from '../../../lib/transport/record-batch/record-batch-builder.ts'

const stamp = { producerId: -1, producerEpoch: -1, baseSequence: -1, isTransactional: false }

/** A batch with these keys, from an offset on. */
function sealed(baseOffset: number, keys: readonly (string | null)[]): Buffer {
  const batch = new RecordBatchBuilder()
  for (const key of keys) batch.append(key === null ? null : Buffer.from(key), Buffer.from('x'), 1_000, noHeaders)
  const bytes = Buffer.from(batch.seal(stamp))
  bytes.writeBigInt64BE(BigInt(baseOffset))
  return bytes
}

function fetched(...batches: readonly Buffer[]): FetchedPartition {
  const offsets = { highWatermark: 10_000, lastStableOffset: 10_000, logStartOffset: 0 }
  const answer = { topic: 'log', partition: 0, error: null, abortedTransactions: [], ...offsets }
  return { ...answer, batches: [...decodeRecordBatches(Buffer.concat(batches))] }
}

const keys = (count: number): string[] => Array.from({ length: count }, (_, index) => `${index}`)

/** How many records each slice has, how many it was made of, its first offset, and the one behind it. */
function slices(answer: FetchedPartition, range: { readonly from: number; readonly to: number }, choice?: 'all') {
  return [...changelogSlices(answer, range, choice)].map(({ records, count, nextOffset }) => [
    records.length,
    count,
    records[0]?.offset,
    nextOffset,
  ])
}

t.test('the records of a long fetch come in slices: the last value of each key in each', async (t) => {
  const answer = fetched(sealed(0, keys(3_000)), sealed(3_000, [...keys(3_000), 'late', null]))
  t.same(slices(answer, { from: 0, to: 6_002 }), [
    [3_000, 4_096, 1_096, 4_096],
    [1_905, 1_905, 4_096, 6_002],
  ])
  t.same(slices(answer, { from: 0, to: 6_002 }, 'all'), [
    [4_096, 4_096, 0, 4_096],
    [1_905, 1_905, 4_096, 6_002],
  ])
})

t.test('a slice begins at the position, and the last one ends with the range, also within a batch', async (t) => {
  const answer = fetched(sealed(0, keys(10)), sealed(20, keys(10)))
  t.same(slices(answer, { from: 5, to: 25 }, 'all'), [[10, 10, 5, 25]])
  t.same(slices(answer, { from: 30, to: 40 }), [[0, 0, undefined, 40]], 'over offsets without records')
  t.same(slices(fetched(sealed(0, keys(4_096))), { from: 0, to: 4_096 }, 'all').at(-1), [0, 0, undefined, 4_096])
})
