import { deepStrictEqual } from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import { noHeaders, type Header } from '../../../lib/model/headers.ts'
import { partitionForKey } from '../../../lib/transport/partitioner.ts'
import { TransportError } from '../../../lib/model/errors.ts'
import { decodeRecordBatch, decodeRecordBatches } from '../../../lib/transport/record-batch/decode-record-batches.ts'
import type { Compression } from '../../../lib/transport/record-batch/produce-batch.ts'
import { noProducer, RecordBatchBuilder } from '../../../lib/transport/record-batch/record-batch-builder.ts'
import type { RecordBatch } from '../../../lib/transport/record-batch/record-batch.ts'
import { batchChecksum, field, writeInt64 } from '../../../lib/transport/record-batch/wire-format.ts'

interface TestRecord {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly timestamp: number
  readonly headers: readonly Header[]
}

const slices = fc.option(fc.uint8Array({ maxLength: 80 }), { nil: null })
const records: fc.Arbitrary<TestRecord[]> = fc.array(
  fc.record(
    {
      key: slices,
      value: slices,
      timestamp: fc.oneof(fc.maxSafeNat(), fc.nat(), fc.constant(0), fc.constant(Number.MAX_SAFE_INTEGER)),
      headers: fc.array(
        fc.record({ key: fc.string({ unit: 'binary', maxLength: 12 }), value: slices }, { noNullPrototype: true }),
        { maxLength: 3 },
      ),
    },
    { noNullPrototype: true },
  ),
  { minLength: 1, maxLength: 100 },
)
const compressions: readonly Compression[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

function build(all: readonly TestRecord[], compression: Compression = 'none'): RecordBatchBuilder {
  const builder = new RecordBatchBuilder(compression)
  for (const { key, value, timestamp, headers } of all) builder.append(key, value, timestamp, headers)
  return builder
}

function read(batch: RecordBatch): TestRecord[] {
  const bytes = (slice: Uint8Array | null) => (slice === null ? null : Uint8Array.from(slice))
  return Array.from({ length: batch.count }, (_, index) => ({
    key: bytes(batch.key(index)),
    value: bytes(batch.value(index)),
    timestamp: batch.timestamp(index),
    headers: batch.headers(index).map(({ key, value }) => ({ key, value: bytes(value) })),
  }))
}

/** Changes a batch and makes its checksum right again: what a broken or hostile writer could send. */
function forge(sealed: Uint8Array, change: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.from(sealed)
  change(bytes)
  bytes.writeUInt32BE(batchChecksum(bytes), field.crc)
  return bytes
}

const text = (word: string) => new TextEncoder().encode(word)
const someRecords: readonly TestRecord[] = [
  { key: text('a'), value: text('one'), timestamp: 1_700_000_000_000, headers: [] },
  { key: null, value: text('two'), timestamp: 1_699_999_999_000, headers: [{ key: 'h', value: text('x') }] },
  { key: text('c'), value: null, timestamp: 1_700_000_001_000, headers: [{ key: 'h', value: null }] },
]

for (const compression of compressions)
  t.test(`${compression}: what was encoded is what is decoded`, async (t) => {
    fc.assert(
      fc.property(records, (all) => {
        const [batch, ...rest] = decodeRecordBatches(build(all, compression).seal(noProducer))
        deepStrictEqual(rest.length, 0)
        deepStrictEqual(read(batch!), all)
        deepStrictEqual(batch!.maxTimestamp, Math.max(...all.map(({ timestamp }) => timestamp)))
        deepStrictEqual(batch!.nextOffset, all.length)
      }),
      { numRuns: 60 },
    )
    t.pass('for all records')
  })

t.test('a batch that is decoded and built again has the same bytes', async (t) => {
  fc.assert(
    fc.property(records, (all) => {
      const sealed = build(all).seal({ producerId: 7, producerEpoch: 2, baseSequence: 11, isTransactional: true })
      const batch = decodeRecordBatch(sealed)
      const { producerId, producerEpoch, baseSequence, isTransactional } = batch
      deepStrictEqual(build(read(batch)).seal({ producerId, producerEpoch, baseSequence, isTransactional }), sealed)
    }),
  )
  t.pass('for all records')
})

t.test('the bytes are those of the format', async (t) => {
  const sealed = build([{ key: text('k'), value: text('v'), timestamp: 1000, headers: [{ key: 'h', value: text('x') }] }]).seal({
    producerId: 4000,
    producerEpoch: 1,
    baseSequence: 5,
    isTransactional: false,
  })
  const header = '0000000000000000' + '0000003e' + 'ffffffff' + '02' + Buffer.from(sealed).toString('hex', 17, 21)
  const rest =
    '0000' + '00000000' + '00000000000003e8' + '00000000000003e8' + '0000000000000fa0' + '0001' + '00000005' + '00000001'
  const record = '18' + '00' + '00' + '00' + '026b' + '0276' + '02' + '0268' + '0278'
  t.equal(Buffer.from(sealed).toString('hex'), header + rest + record)
})

t.test('the header tells who wrote the batch, and seal may be called again', async (t) => {
  const builder = build(someRecords, 'gzip')
  builder.seal(noProducer)
  const batch = decodeRecordBatch(builder.seal({ producerId: 2 ** 40, producerEpoch: 3, baseSequence: 9, isTransactional: true }))
  t.match(batch, {
    producerId: 2 ** 40,
    producerEpoch: 3,
    baseSequence: 9,
    isTransactional: true,
    isControl: false,
    baseOffset: 0,
  })
  t.strictSame(read(batch), someRecords)
})

t.test('several batches are read in order, and a last one that is cut off is left out', async (t) => {
  const place = (offset: number) =>
    forge(build(someRecords).seal(noProducer), (bytes) => writeInt64(bytes, field.baseOffset, offset))
  const blob = Buffer.concat([place(10), place(13), place(16)])
  for (let cut = 1; cut < place(0).length; cut++) {
    const batches = decodeRecordBatches(blob.subarray(0, blob.length - cut))
    t.same(
      batches.map((batch) => [batch.offset(0), batch.offset(2), batch.nextOffset]),
      [
        [10, 12, 13],
        [13, 15, 16],
      ],
    )
  }
  t.equal(decodeRecordBatches(Buffer.alloc(0)).length, 0)
})

t.test('gaps that compaction left, and batches it emptied, are read', async (t) => {
  const sealed = build(someRecords).seal(noProducer)
  const withGap = forge(sealed, (bytes) => {
    bytes.writeInt32BE(9, field.lastOffsetDelta)
    const third = bytes.lastIndexOf(Buffer.from([0x04, 0x02, 'c'.charCodeAt(0)]))
    bytes[third] = 0x0a
  })
  const batch = decodeRecordBatch(withGap)
  t.same([batch.offset(0), batch.offset(1), batch.offset(2), batch.nextOffset], [0, 1, 5, 10])

  const emptied = forge(Buffer.from(sealed.subarray(0, field.records)), (bytes) => {
    bytes.writeInt32BE(field.records - 12, field.batchLength)
    bytes.writeInt32BE(0, field.recordCount)
    bytes.writeInt16BE(4, field.attributes)
  })
  t.match(decodeRecordBatch(emptied), { count: 0, nextOffset: 3 })
})

t.test("the broker's append time stands for all records", async (t) => {
  const batch = decodeRecordBatch(
    forge(build(someRecords).seal(noProducer), (bytes) => {
      bytes.writeInt16BE(0x08, field.attributes)
      writeInt64(bytes, field.maxTimestamp, 5000)
    }),
  )
  t.same([batch.timestamp(0), batch.timestamp(1), batch.timestamp(2)], [5000, 5000, 5000])
})

t.test('a timestamp beyond 2^53 is told, and the batch can be read', async (t) => {
  const batch = decodeRecordBatch(
    forge(build(someRecords).seal(noProducer), (bytes) => bytes.writeBigInt64BE(2n ** 62n, field.baseTimestamp)),
  )
  t.notOk(Number.isSafeInteger(batch.timestamp(0)))
  t.equal(batch.count, 3)
})

t.test('what cannot be a batch is refused with a code', async (t) => {
  const sealed = Buffer.from(build(someRecords).seal(noProducer))
  const corrupt = (bytes: Uint8Array) =>
    t.throws(() => decodeRecordBatches(bytes), { code: 'TRANSPORT_CORRUPT_MESSAGE', kind: 'fatal' })
  const flipped = Buffer.from(sealed)
  flipped[70]! ^= 1
  corrupt(flipped)
  corrupt(forge(sealed, (bytes) => bytes.writeInt32BE(0x7fffffff, field.recordCount)))
  corrupt(forge(sealed, (bytes) => bytes.writeInt32BE(-1, field.recordCount)))
  corrupt(forge(sealed, (bytes) => bytes.writeInt32BE(2, field.recordCount)))
  corrupt(forge(sealed, (bytes) => bytes.writeInt16BE(5, field.attributes)))
  corrupt(forge(sealed, (bytes) => bytes.writeInt32BE(-5, field.lastOffsetDelta)))
  corrupt(forge(sealed, (bytes) => bytes.writeBigInt64BE(2n ** 60n, field.producerId)))
  corrupt(forge(sealed, (bytes) => bytes.writeInt32BE(-100, field.batchLength)))
  const old = Buffer.from(sealed)
  old[field.magic] = 1
  t.throws(() => decodeRecordBatches(old), { code: 'TRANSPORT_UNSUPPORTED_FOR_MESSAGE_FORMAT' })
})

t.test('compressed data that unpacks to far more than it is worth is refused before it is', async (t) => {
  const bomb = (codec: number, data: Buffer) => {
    const header = Buffer.from(build(someRecords).seal(noProducer)).subarray(0, field.records)
    return forge(Buffer.concat([header, data]), (bytes) => {
      bytes.writeInt32BE(bytes.length - 12, field.batchLength)
      bytes.writeInt16BE(codec, field.attributes)
    })
  }
  const snappyClaim = Buffer.from([0xff, 0xff, 0xff, 0x7f, 1, 2, 3])
  t.throws(() => decodeRecordBatches(bomb(2, snappyClaim)), { code: 'TRANSPORT_CORRUPT_MESSAGE' })
  const block = Buffer.from([0, 0, 0x10, 0])
  const lz4Blocks = Buffer.concat([
    Buffer.from('04224d18607082', 'hex'),
    ...Array.from({ length: 70 }, () => Buffer.concat([block, Buffer.alloc(1 << 20)])),
  ])
  t.throws(() => decodeRecordBatches(bomb(3, lz4Blocks)), { code: 'TRANSPORT_CORRUPT_MESSAGE' })
})

t.test('hostile bytes end in a batch or in an error with a code', async (t) => {
  const outcome = (bytes: Buffer): void => {
    try {
      for (const batch of decodeRecordBatches(bytes)) read(batch)
    } catch (error) {
      if (!(error instanceof TransportError)) throw error
    }
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => outcome(Buffer.from(bytes))))
  const patches = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(records, fc.constantFrom(...compressions), patches, (all, compression, changes) => {
      const sealed = build(all, compression).seal(noProducer)
      const change = (bytes: Buffer) => {
        for (const [at, value] of changes) bytes[field.attributes + (at % (bytes.length - field.attributes))] = value
      }
      outcome(forge(sealed, change))
    }),
    { numRuns: 500 },
  )
  t.pass('no other error')
})

t.test('a record without a real timestamp is refused when it is written', async (t) => {
  for (const timestamp of [-1, 1.5, Number.NaN, 2 ** 53])
    t.throws(() => new RecordBatchBuilder().append(null, null, timestamp, []), TypeError)
})

t.test('bytes that lie in a larger buffer are written as if they were alone, short and long', async (t) => {
  const around = (bytes: Uint8Array) => ({
    bytes: Buffer.concat([Buffer.of(1, 2, 3), bytes, Buffer.of(4)]),
    at: 3,
    length: bytes.length,
  })
  for (const length of [0, 1, 31, 32, 33, 300]) {
    const bytes = Buffer.alloc(length, 'k')
    const [alone, within] = [new RecordBatchBuilder(), new RecordBatchBuilder()]
    alone.append(bytes, bytes, 5, noHeaders)
    within.append(around(bytes), around(bytes), 5, noHeaders)
    t.same(within.seal(noProducer), alone.seal(noProducer), `${length} bytes`)
    t.equal(partitionForKey(around(bytes), 97), partitionForKey(bytes, 97))
    const batch = decodeRecordBatch(alone.seal(noProducer))
    t.same([batch.keyLength(0), batch.valueLength(0)], [length, length])
    t.same(batch.bytes.subarray(batch.keyAt(0), batch.keyAt(0) + length), bytes)
    t.same(batch.bytes.subarray(batch.valueAt(0), batch.valueAt(0) + length), bytes)
  }
})
