import t from 'tap'
import type { Test } from 'tap'
import { field } from '../../../lib/transport/record-batch/wire-format.ts'
import type { FetchedPartition, Fetcher } from '../../../lib/transport/fetcher.ts'
import type { Compression } from '../../../lib/transport/record-batch/produce-batch.ts'
import { limits, openFetcher, openProducer, valuesOf, write } from '../../conformance/transport/transport-case.ts'
import { forged, placedAt } from '../sealed-batches.ts'
import { fakeCluster } from './fake-cluster.ts'

const a = { topic: 'in', partition: 0 }
const b = { topic: 'in', partition: 1 }

/** A topic of two partitions, three batches of one record in each; of partition 0 the middle one is damaged. */
async function damaged(t: Test, change: (bytes: Buffer) => Buffer, compression: Compression = 'none', damagedOffset = 1) {
  const { cluster, embedded, broker } = fakeCluster()
  t.teardown(() => embedded.close())
  embedded.createTopics([{ name: 'in', partitions: 2 }])
  const producer = await openProducer(t, cluster, compression)
  for (const partition of [0, 1])
    for (const value of ['one', 'two', 'three']) await write(producer, 'in', [value], 1000, partition)
  broker.damage(a, damagedOffset, change)
  return openFetcher(t, cluster)
}

async function fetchFrom(fetcher: Fetcher, offset: number): Promise<ReadonlyMap<number, FetchedPartition>> {
  const positions = [{ ...a, offset }, { ...b, offset: 0 }] // prettier-ignore
  const fetched = await fetcher.fetch(positions, { ...limits, maxWaitMs: 100 })
  return new Map(fetched.map((each) => [each.partition, each]))
}

/** The first record of a batch without headers: length, attributes, two deltas, then the length of the key. */
const keyLength = field.records + 4

const kinds: Readonly<Record<string, readonly [change: (bytes: Buffer) => Buffer, message: RegExp, compression?: Compression]>> =
  {
    'a flipped byte': [
      (bytes) => {
        bytes[bytes.length - 2]! ^= 1
        return bytes
      },
      /the checksum does not match/,
    ],
    'a record of message format 1': [
      (bytes) => {
        bytes[field.magic] = 1
        return bytes
      },
      /message format 1/,
    ],
    'an unknown magic': [
      (bytes) => {
        bytes[field.magic] = 9
        return bytes
      },
      /magic 9 is unknown/,
    ],
    'an unknown compression': [
      (bytes) => forged(bytes, (all) => all.writeInt16BE(7, field.attributes)),
      /compression 7 is unknown/,
    ],
    'more records than there are': [
      (bytes) => forged(bytes, (all) => all.writeInt32BE(2, field.recordCount)),
      /cannot hold 2 records/,
    ],
    'a negative count of records': [(bytes) => forged(bytes, (all) => all.writeInt32BE(-1, field.recordCount)), /-1 records/],
    'a last offset before the first': [
      (bytes) => forged(bytes, (all) => all.writeInt32BE(-7, field.lastOffsetDelta)),
      /its last offset is before its first/,
    ],
    'a negative length of a key': [(bytes) => forged(bytes, (all) => (all[keyLength] = 0x03)), /a length of -2/],
    'a length of a key beyond the batch': [(bytes) => forged(bytes, (all) => (all[keyLength] = 0x7e)), /a length of 63/],
    'a varint that does not end': [
      (bytes) => forged(bytes, (all) => all.fill(0xff, field.records)),
      /a varint has more than|a record ends in the middle|leads out of the batch/,
    ],
    'a batch length of nearly nothing': [
      (bytes) => {
        bytes.writeInt32BE(3, field.batchLength)
        return bytes
      },
      /a length of 15 bytes is too short/,
    ],
    'a negative batch length': [
      (bytes) => {
        bytes.writeInt32BE(-50, field.batchLength)
        return bytes
      },
      /too short/,
    ],
    'a batch length beyond what came': [
      (bytes) => {
        bytes.writeInt32BE(1 << 24, field.batchLength)
        return bytes
      },
      /no whole batch is in the \d+ bytes/,
    ],
    ...Object.fromEntries(
      (['gzip', 'snappy', 'lz4', 'zstd'] as const).map((compression) => [
        `${compression} data that cannot be unpacked`,
        [
          (bytes: Buffer) => forged(bytes, (all) => all.fill(0x55, field.records + 6)),
          new RegExp(`its ${compression} data cannot be unpacked`),
          compression,
        ] as const,
      ]),
    ),
  }

for (const [kind, [change, message, compression]] of Object.entries(kinds))
  t.test(`${kind}: what is before it is read, then the error says where; the other partition goes on`, async (t) => {
    const fetcher = await damaged(t, change, compression)
    const first = await fetchFrom(fetcher, 0)
    t.equal(first.get(0)?.error, null)
    t.same(valuesOf(first.get(0)).slice(0, 1), ['one'])
    const second = await fetchFrom(fetcher, 1)
    t.match(second.get(0)?.error, { name: 'TransportError', kind: 'fatal', message, facts: { ...a, offset: 1 } })
    t.match(second.get(0)?.error?.message, /^Cannot read in-0 at offset 1\. /)
    t.same(second.get(0)?.batches, [])
    t.same(valuesOf(second.get(1)), ['one', 'two', 'three'])
  })

t.test('a last batch that is cut off is left for the next fetch', async (t) => {
  const fetcher = await damaged(t, (bytes) => bytes.subarray(0, bytes.length - 5), 'none', 2)
  const first = await fetchFrom(fetcher, 0)
  t.same(valuesOf(first.get(0)), ['one', 'two'])
  t.equal(first.get(0)?.error, null)
  const second = await fetchFrom(fetcher, 2)
  t.match(second.get(0)?.error, { code: 'TRANSPORT_CORRUPT_MESSAGE', facts: { ...a, offset: 2 } })
})

t.test('a batch whose offset goes back is not handed on as if it were another', async (t) => {
  const fetcher = await damaged(t, (bytes) => placedAt(0, bytes), 'none', 2)
  const first = await fetchFrom(fetcher, 0)
  t.same(valuesOf(first.get(0)), ['one', 'two'])
  const second = await fetchFrom(fetcher, 2)
  t.match(second.get(0)?.error, {
    code: 'TRANSPORT_CORRUPT_MESSAGE',
    message: /offsets before it, from 0 on/,
    facts: { ...a, offset: 2 },
  })
})
