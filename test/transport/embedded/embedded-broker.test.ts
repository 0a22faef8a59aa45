import t from 'tap'
import { seededChance } from '../../../lib/clock/chance.ts'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import type { NewTopic } from '../../../lib/transport/admin.ts'
import type { FetchLimits } from '../../../lib/transport/fetcher.ts'
import type { ReadableRange } from '../../../lib/transport/readable-ranges.ts'
import { readableRanges } from '../../../lib/transport/readable-ranges.ts'
import { EmbeddedBroker } from '../../../lib/transport/embedded/embedded-broker.ts'
import type { EmbeddedLogEntry, EmbeddedLogStore } from '../../../lib/transport/embedded/embedded-log-store.ts'
import type { ProducerStamp } from '../../../lib/transport/record-batch/produce-batch.ts'
import { noProducer } from '../../../lib/transport/record-batch/record-batch-builder.ts'
import type { RecordBatch } from '../../../lib/transport/record-batch/record-batch.ts'
import type { Row } from '../sealed-batches.ts'
import { sealed, sealedMarker } from '../sealed-batches.ts'

const at = { topic: 'in', partition: 0 }
const limits: FetchLimits = {
  maxWaitMs: 0,
  minBytes: 1,
  maxBytes: 1e9,
  maxBytesPerPartition: 1e9,
  isolationLevel: 'read_uncommitted',
}

class MemoryLogStore implements EmbeddedLogStore {
  readonly entries = new Map<string, Uint8Array>()
  transactions = 0

  append(entries: readonly EmbeddedLogEntry[]): void {
    this.transactions++
    for (const { key, value } of entries) {
      if (value === null) this.entries.delete(key)
      else this.entries.set(key, Uint8Array.from(value))
    }
  }

  close(): void {}

  *load() {
    for (const key of [...this.entries.keys()].sort()) yield { key, value: this.entries.get(key)! }
  }
}

function open(config: NewTopic['config'] = {}, store: EmbeddedLogStore | null = null, clock = new ManualClock(0)) {
  const broker = new EmbeddedBroker({ clock, chance: seededChance(1), store, autoCreatePartitions: null })
  if (broker.topics.get('in') === undefined) broker.createTopics([{ name: 'in', partitions: 1, config }])
  return { broker, clock, ...driver(broker, clock) }
}

function driver(broker: EmbeddedBroker, clock: ManualClock) {
  const write = (pairs: readonly Row[], stamp: ProducerStamp = noProducer, timestamp = clock.now()): number =>
    broker.append(at, seal(pairs, stamp, timestamp))
  const ranges = (isolationLevel: FetchLimits['isolationLevel'] = 'read_uncommitted'): readonly ReadableRange[] => {
    const offset = broker.listOffset(at, 'earliest')
    const [fetched] = broker.read([{ ...at, offset }], { ...limits, isolationLevel })
    return fetched === undefined ? [] : readableRanges(fetched, offset)
  }
  const batches = (): readonly RecordBatch[] => ranges().map(({ batch }) => batch)
  const records = (isolationLevel?: FetchLimits['isolationLevel']): string[] => ranges(isolationLevel).flatMap(describe)
  return { write, records, batches }
}

function seal(pairs: readonly Row[], stamp: ProducerStamp, timestamp: number): Uint8Array {
  return sealed(pairs, { stamp, timestamp })
}

function describe({ batch, from, end }: ReadableRange): string[] {
  const text = (slice: Uint8Array | null): string => (slice === null ? 'null' : Buffer.from(slice).toString())
  const indexes = Array.from({ length: end - from }, (_, index) => from + index)
  return indexes.map((index) => `${batch.offset(index)} ${text(batch.key(index))}=${text(batch.value(index))}`)
}

const stamp = (baseSequence: number, producerEpoch = 0, isTransactional = false, producerId = 5): ProducerStamp => ({
  producerId,
  producerEpoch,
  baseSequence,
  isTransactional,
})

t.test('a batch that comes again is acknowledged again, and written once', async (t) => {
  const { write, records } = open()
  t.equal(
    write(
      [
        ['a', '1'],
        ['b', '2'],
      ],
      stamp(0),
    ),
    0,
  )
  t.equal(write([['c', '3']], stamp(2)), 2)
  t.equal(
    write(
      [
        ['a', '1'],
        ['b', '2'],
      ],
      stamp(0),
    ),
    0,
  )
  t.equal(write([['c', '3']], stamp(2)), 2)
  t.same(records(), ['0 a=1', '1 b=2', '2 c=3'])
})

t.test('a gap in the sequence is refused, and so is an old epoch; a new epoch begins at 0', async (t) => {
  const { write } = open()
  write([['a', '1']], stamp(0))
  t.throws(() => write([['a', '1']], stamp(2)), { code: 'TRANSPORT_OUT_OF_ORDER_SEQUENCE_NUMBER', kind: 'fatal' })
  t.throws(() => write([['a', '1']], stamp(1, 1)), { code: 'TRANSPORT_OUT_OF_ORDER_SEQUENCE_NUMBER' })
  write([['a', '2']], stamp(0, 1))
  t.throws(() => write([['a', '1']], stamp(1, 0)), { code: 'TRANSPORT_INVALID_PRODUCER_EPOCH', kind: 'fenced' })
})

t.test('sequences go round after 2^31 - 1', async (t) => {
  const { write } = open()
  write([['a', '1']], stamp(2 ** 31 - 1))
  t.equal(write([['a', '2']], stamp(0)), 1)
})

t.test('compaction keeps the last value of a key, and the active segment as it is', async (t) => {
  const { broker, write, records, batches } = open({ 'cleanup.policy': 'compact', 'segment.ms': '1000' })
  write(
    [
      ['a', '1'],
      ['b', '1'],
      ['a', '2'],
    ],
    noProducer,
    0,
  )
  write(
    [
      ['b', '2'],
      ['c', '1'],
    ],
    noProducer,
    10,
  )
  write([['a', '3']], noProducer, 5000)
  broker.clean()
  t.same(records(), ['2 a=2', '3 b=2', '4 c=1', '5 a=3'])
  t.equal(batches()[0]?.baseOffset, 0, 'a batch keeps its offsets')
  t.equal(broker.listOffset(at, 'earliest'), 0)
})

t.test('a tombstone stays for delete.retention.ms after the first cleaning', async (t) => {
  const { broker, write, records, clock } = open({
    'cleanup.policy': 'compact',
    'segment.ms': '1000',
    'delete.retention.ms': '500',
  })
  write(
    [
      ['a', '1'],
      ['a', null],
      ['b', '1'],
    ],
    noProducer,
    0,
  )
  write([['z', '1']], noProducer, 5000)
  broker.clean()
  t.same(records(), ['1 a=null', '2 b=1', '3 z=1'])
  clock.advance(499)
  broker.clean()
  t.same(records(), ['1 a=null', '2 b=1', '3 z=1'])
  clock.advance(1)
  broker.clean()
  t.same(records(), ['2 b=1', '3 z=1'])
})

t.test('segments older than retention.ms are deleted, and the log starts later', async (t) => {
  const { broker, write, records, clock } = open({ 'retention.ms': '10000', 'segment.ms': '1000' })
  write([['a', '1']])
  clock.advance(5000)
  write([['b', '1']])
  clock.advance(6000)
  broker.clean()
  t.same(records(), ['1 b=1'])
  t.equal(broker.listOffset(at, 'earliest'), 1)
  clock.advance(20_000)
  broker.clean()
  t.same(records(), [])
  t.equal(broker.listOffset(at, 'earliest'), 2)
})

t.test('segments beyond retention.bytes are deleted, the oldest first', async (t) => {
  const { broker, write, records } = open({ 'retention.bytes': '200', 'segment.bytes': '100' })
  for (const value of ['1', '2', '3', '4', '5']) write([['a', value]])
  broker.clean()
  t.same(records(), ['2 a=3', '3 a=4', '4 a=5'])
})

t.test('cleaning happens by itself while something is written', async (t) => {
  const { write, records, clock } = open({ 'retention.ms': '1000', 'segment.ms': '100' })
  write([['a', '1']])
  clock.advance(20_000)
  write([['b', '1']])
  t.same(records(), ['1 b=1'])
})

t.test('records of an open transaction are not stable; aborted ones are told', async (t) => {
  const { broker, write, records } = open()
  write([['a', '1']])
  write([['b', '1']], stamp(0, 0, true))
  write([['c', '1']])
  t.same(records('read_committed'), ['0 a=1'])
  t.equal(broker.listOffset(at, 'latest-stable'), 1)
  broker.append(at, sealedMarker('abort', 5))
  write([['d', '1']], stamp(1, 0, true))
  broker.append(at, sealedMarker('commit', 5))
  t.same(records('read_committed'), ['0 a=1', '2 c=1', '4 d=1'])
  t.same(records(), ['0 a=1', '1 b=1', '2 c=1', '4 d=1'])
})

t.test('a topic with LogAppendTime gives records the time of the log', async (t) => {
  const { write, batches, clock } = open({ 'message.timestamp.type': 'LogAppendTime' })
  clock.advance(77)
  write([['a', '1']], noProducer, 5)
  t.equal(batches()[0]?.timestamp(0), 77)
})

t.test('everything is there again after a restart: records, starts, offsets, producers', async (t) => {
  const store = new MemoryLogStore()
  const { broker, write } = open({ 'cleanup.policy': 'compact,delete', 'segment.ms': '1000' }, store)
  write(
    [
      ['a', '1'],
      ['b', '1'],
    ],
    stamp(0),
  )
  write([['a', '2']], stamp(2), 5000)
  broker.deleteRecords(at, 1)
  broker.clean()
  const nobody = { groupId: 'g', generationId: -1, memberId: '', groupInstanceId: null }
  broker.commitOffsets(nobody, [{ ...at, offset: 2, leaderEpoch: 0, metadata: 'm' }])
  const producerId = broker.newProducerId()
  await broker.settled()

  const again = open({}, store)
  t.same(again.records(), ['1 b=1', '2 a=2'])
  t.equal(again.broker.listOffset(at, 'earliest'), 1)
  t.same(again.broker.offsets.of('g', [at]), [{ ...at, offset: 2, leaderEpoch: 0, metadata: 'm' }])
  t.equal(again.write([['a', '2']], stamp(2), 5000), 2, 'a repeat is known')
  t.equal(again.write([['c', '1']], stamp(3)), 3)
  t.ok(again.broker.newProducerId() > producerId)
  again.broker.deleteTopic('in')
  await again.broker.settled()
  t.same([...store.entries.keys()], ['producer-id'])
})

t.test('what one tick did is one storage transaction', async (t) => {
  const store = new MemoryLogStore()
  const { broker, write } = open({}, store)
  for (let index = 0; index < 10; index++) write([['a', String(index)]])
  await broker.settled()
  t.equal(store.transactions, 1)
})

t.test('where nothing can be stored nothing is acknowledged any more', async (t) => {
  const full: EmbeddedLogStore = {
    load: () => [],
    append: () => {
      throw new Error('disk full')
    },
    close: () => undefined,
  }
  const { broker, write } = open({}, full)
  await t.rejects(broker.settled(), { code: 'TRANSPORT_KAFKA_STORAGE_ERROR' })
  t.throws(() => write([['a', '1']]), { code: 'TRANSPORT_KAFKA_STORAGE_ERROR' })
})

t.test('the same seed, clock and calls leave the same bytes', async (t) => {
  const run = async (): Promise<MemoryLogStore> => {
    const store = new MemoryLogStore()
    const { broker, write, clock } = open(
      { 'message.timestamp.type': 'LogAppendTime', 'cleanup.policy': 'compact', 'segment.ms': '10' },
      store,
    )
    const protocols = [{ name: 'p', metadata: Buffer.alloc(0) }]
    const times = { sessionTimeoutMs: 1000, rebalanceTimeoutMs: 1000, protocolType: 'consumer' }
    const joined = await broker
      .group('g')
      .join(
        { groupId: 'g', memberId: '', groupInstanceId: null, ...times, protocols },
        { clientId: 'client', clientHost: 'test' },
      )
    for (let round = 0; round < 20; round++) {
      write([[`k${round % 3}`, joined.memberId]], stamp(round))
      clock.advance(7)
    }
    broker.clean()
    await broker.settled()
    return store
  }
  t.same([...(await run()).entries], [...(await run()).entries])
})

t.test('an append costs the same in a long log as in a short one', async (t) => {
  const { write } = open()
  const append = (count: number): number => {
    const before = process.cpuUsage()
    for (let number = 0; number < count; number++) write([['a', '1']])
    const { user, system } = process.cpuUsage(before)
    return (user + system) / count
  }
  append(5_000)
  const short = append(5_000)
  append(40_000)
  const long = append(5_000)
  t.ok(long < 3 * short, `${long.toFixed(1)} µs after 50,000 batches, ${short.toFixed(1)} µs after 5,000`)
})
