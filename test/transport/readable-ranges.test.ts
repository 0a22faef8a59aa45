import fc from 'fast-check'
import t from 'tap'
import { seededChance } from '../../lib/clock/chance.ts'
import { ManualClock } from '../../lib/clock/manual-clock.ts'
import { EmbeddedBroker } from '../../lib/transport/embedded/embedded-broker.ts'
import type { AbortedTransaction, FetchedPartition } from '../../lib/transport/fetcher.ts'
import { positionAfter, readableRanges } from '../../lib/transport/readable-ranges.ts'
import { RecordBatchBuilder } from '../../lib/transport/record-batch/record-batch-builder.ts'
import type { RecordBatch } from '../../lib/transport/record-batch/record-batch.ts'
import { field } from '../../lib/transport/record-batch/wire-format.ts'
import { decodedAt, forged, sealed, sealedMarker, transactionalBy } from './sealed-batches.ts'

const a = 7
const b = 8

function fetched(batches: readonly RecordBatch[], abortedTransactions: readonly AbortedTransaction[] = []): FetchedPartition {
  const ends = { highWatermark: 100, lastStableOffset: 100, logStartOffset: 0 }
  return { topic: 'in', partition: 0, error: null, batches, abortedTransactions, ...ends }
}

/** Keys with their offsets, and where reading goes on after each range. */
function read(answer: FetchedPartition, position: number) {
  const ranges = readableRanges(answer, position)
  const shown = ranges.flatMap(({ batch, from, end }) =>
    Array.from({ length: end - from }, (_, index) => `${batch.offset(from + index)} ${text(batch.key(from + index))}`),
  )
  return { shown, positions: ranges.map(({ batch }) => batch.nextOffset) }
}

const text = (bytes: Uint8Array | null): string => Buffer.from(bytes ?? []).toString()
const rows = (...keys: string[]) => keys.map((key) => [key, 'x'] as const)
const plain = (offset: number, ...keys: string[]) => decodedAt(offset, sealed(rows(...keys)))
const inTransaction = (producerId: number, offset: number, ...keys: string[]) =>
  decodedAt(offset, sealed(rows(...keys), { stamp: transactionalBy(producerId, 0) }))
const marker = (type: 'abort' | 'commit', producerId: number, offset: number) => decodedAt(offset, sealedMarker(type, producerId))

t.test('records before the position are skipped, and batches before it are left out', async (t) => {
  const answer = fetched([plain(0, 'a', 'b'), plain(2, 'c', 'd', 'e'), plain(5, 'f')])
  t.same(read(answer, 3), { shown: ['3 d', '4 e', '5 f'], positions: [5, 6] })
  t.same(read(answer, 5), { shown: ['5 f'], positions: [6] })
  t.same(read(answer, 9), { shown: [], positions: [] })
})

t.test('markers show nothing, and reading goes on behind them', async (t) => {
  const answer = fetched([inTransaction(a, 0, 'a'), marker('commit', a, 1), plain(2, 'b'), marker('abort', b, 3)])
  t.same(read(answer, 0), { shown: ['0 a', '2 b'], positions: [1, 2, 3, 4] })
  t.same(read(answer, 3), { shown: [], positions: [4] })
})

t.test('aborted records show nothing, from the named offset up to the abort marker', async (t) => {
  const batches = [
    inTransaction(a, 0, 'committed'),
    marker('commit', a, 1),
    inTransaction(a, 2, 'aborted'),
    plain(3, 'plain'),
    inTransaction(b, 4, 'other'),
    inTransaction(a, 5, 'aborted', 'too'),
    marker('abort', a, 7),
    inTransaction(a, 8, 'again'),
    marker('commit', a, 9),
  ]
  const answer = fetched(batches, [{ producerId: a, firstOffset: 2 }])
  t.same(read(answer, 0).shown, ['0 committed', '3 plain', '4 other', '8 again'])
  t.same(read(fetched(batches), 0).shown.length, 7, 'read_uncommitted names no aborted transactions, and shows their records')
})

t.test('a fetch that begins within aborted transactions of two producers shows nothing of either', async (t) => {
  const batches = [
    inTransaction(a, 5, 'a'),
    inTransaction(b, 6, 'b'),
    inTransaction(a, 7, 'a'),
    marker('abort', a, 8),
    inTransaction(b, 9, 'b'),
    marker('abort', b, 10),
    inTransaction(b, 11, 'seen'),
  ]
  const aborted = [
    { producerId: b, firstOffset: 3 },
    { producerId: a, firstOffset: 1 },
  ]
  t.same(read(fetched(batches, aborted), 5).shown, ['11 seen'])
})

t.test('a producer whose aborted records are compacted away, but for the marker, is readable after it', async (t) => {
  const batches = [marker('abort', a, 4), inTransaction(a, 5, 'seen'), marker('commit', a, 6)]
  t.same(read(fetched(batches, [{ producerId: a, firstOffset: 2 }]), 3), { shown: ['5 seen'], positions: [5, 6, 7] })
})

t.test('a record with the key of an abort marker is no marker', async (t) => {
  const builder = new RecordBatchBuilder()
  builder.append(Buffer.alloc(4), Buffer.from('x'), 0, [])
  const zeroKey = decodedAt(1, builder.seal(transactionalBy(a, 0)))
  const batches = [inTransaction(a, 0, 'a'), zeroKey, inTransaction(a, 2, 'b'), marker('abort', a, 3)]
  t.same(read(fetched(batches, [{ producerId: a, firstOffset: 0 }]), 0).shown, [])
})

t.test('holes that compaction left are passed over', async (t) => {
  const builder = new RecordBatchBuilder()
  for (const delta of [1, 4, 5]) builder.appendAt(delta, Buffer.from(`k${delta}`), null, 0, [])
  const holes = decodedAt(10, builder.seal({ ...transactionalBy(-1, -1), isTransactional: false }))
  const emptied = decodedAt(
    20,
    forged(sealed(rows('a', 'b', 'c')).subarray(0, field.records), (bytes) => {
      bytes.writeInt32BE(field.records - 12, field.batchLength)
      bytes.writeInt32BE(0, field.recordCount)
    }),
  )
  const answer = fetched([holes, emptied])
  t.same(read(answer, 10), { shown: ['11 k1', '14 k4', '15 k5'], positions: [16, 23] })
  t.same(read(answer, 12), { shown: ['14 k4', '15 k5'], positions: [16, 23] })
  t.same(read(answer, 21), { shown: [], positions: [23] })
})

t.test('the next position is behind the last batch, and never goes back', async (t) => {
  t.equal(positionAfter(fetched([plain(0, 'a', 'b')]), 0), 2)
  t.equal(positionAfter(fetched([plain(0, 'a', 'b')]), 5), 5)
  t.equal(positionAfter(fetched([]), 5), 5)
})

t.test('read in pieces or at once, from any offset, a log shows what its transactions decided', async (t) => {
  const step = fc.record({
    producerId: fc.constantFrom(-1, a, b),
    what: fc.constantFrom('write', 'write', 'write', 'commit', 'abort'),
    count: fc.integer({ min: 1, max: 3 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.integer({ min: 60, max: 400 }), (steps, maxBytesPerPartition) => {
      const { broker, expected } = written(steps)
      const whole = readAll(broker, 0, 1e9)
      if (whole.join() !== expected.join()) throw new Error(`${whole.join()} is not ${expected.join()}`)
      for (let from = 0; from < broker.listOffset(at, 'latest-stable'); from++) {
        const tail = expected.filter((offset) => offset >= from)
        if (readAll(broker, from, maxBytesPerPartition).join() !== tail.join()) throw new Error(`from ${from} on`)
      }
    }),
    { numRuns: 100 },
  )
  t.pass('for all logs')
})

const at = { topic: 'in', partition: 0 }

interface Step {
  readonly producerId: number
  readonly what: string
  readonly count: number
}

/** Writes to an embedded broker. `expected`: offsets that no open or aborted transaction hides. */
function written(steps: readonly Step[]) {
  const broker = new EmbeddedBroker({
    clock: new ManualClock(0),
    chance: seededChance(1),
    store: null,
    autoCreatePartitions: null,
  })
  broker.createTopics([{ name: 'in', partitions: 1 }])
  const open = new Map<number, number[]>()
  const sequences = new Map<number, number>()
  const visible: number[] = []
  for (const { producerId, what, count } of steps) {
    const keys = rows(...Array.from({ length: count }, (_, index) => `${index}`))
    if (producerId < 0) visible.push(...offsetsFrom(broker.append(at, sealed(keys)), count))
    else if (what === 'write') {
      const sequence = sequences.get(producerId) ?? 0
      const first = broker.append(at, sealed(keys, { stamp: transactionalBy(producerId, sequence) }))
      sequences.set(producerId, sequence + count)
      open.set(producerId, [...(open.get(producerId) ?? []), ...offsetsFrom(first, count)])
    } else {
      broker.append(at, sealedMarker(what === 'commit' ? 'commit' : 'abort', producerId))
      if (what === 'commit') visible.push(...(open.get(producerId) ?? []))
      open.delete(producerId)
    }
  }
  const stable = broker.listOffset(at, 'latest-stable')
  return { broker, expected: visible.filter((offset) => offset < stable).sort((left, right) => left - right) }
}

function offsetsFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index)
}

function readAll(broker: EmbeddedBroker, from: number, maxBytesPerPartition: number): number[] {
  const limits = { maxWaitMs: 0, minBytes: 1, maxBytes: 1e9, maxBytesPerPartition, isolationLevel: 'read_committed' } as const
  const seen: number[] = []
  for (let position = from; ;) {
    const [answer] = broker.read([{ ...at, offset: position }], limits)
    if (answer === undefined || answer.batches.length === 0) return seen
    for (const { batch, from: first, end } of readableRanges(answer, position))
      for (let index = first; index < end; index++) seen.push(batch.offset(index))
    position = positionAfter(answer, position)
  }
}
