import type { Test } from 'tap'
import t from 'tap'
import { seededChance } from '../../lib/clock/chance.ts'
import { ManualClock } from '../../lib/clock/manual-clock.ts'
import { TransportError } from '../../lib/model/errors.ts'
import { noHeaders } from '../../lib/model/headers.ts'
import type { TopicPartition } from '../../lib/model/topic-partition.ts'
import { partitionKey } from '../../lib/model/topic-partition.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import type { Changelog, StateRestoreListener } from '../../lib/runtime/restore/changelog.ts'
import { ChangelogReader } from '../../lib/runtime/restore/changelog-reader.ts'
import { EmbeddedCluster } from '../../lib/transport/embedded/embedded-cluster.ts'
import type { Fetcher, FetchLimits } from '../../lib/transport/fetcher.ts'
import { RecordBatchBuilder } from '../../lib/transport/record-batch/record-batch-builder.ts'
import { attribute, batchChecksum, field } from '../../lib/transport/record-batch/wire-format.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (slice: Uint8Array | null): string | null => (slice === null ? null : new TextDecoder().decode(slice))

const limits: FetchLimits = {
  maxWaitMs: 1000,
  minBytes: 1,
  maxBytes: 1 << 20,
  maxBytesPerPartition: 1 << 20,
  isolationLevel: 'read_committed',
}

const plainStamp = { producerId: -1, producerEpoch: -1, baseSequence: -1, isTransactional: false }
const transactional = (baseSequence: number) => ({ producerId: 7, producerEpoch: 0, baseSequence, isTransactional: true })

type Row = readonly [key: string | null, value: string | null]

async function open(
  t: Test,
  { fetcher, ...more }: { fetcher?: (real: Fetcher) => Fetcher; isolationLevel?: 'read_uncommitted' } = {},
) {
  const clock = new ManualClock(1_700_000_000_000)
  const cluster = new EmbeddedCluster({ clock, chance: seededChance(1) })
  const admin = await cluster.admin({ clientId: 'test' })
  await admin.createTopics([{ name: 'log', partitions: 3, config: { 'retention.ms': '-1' } }])
  const heard: unknown[] = []
  const hear =
    (name: string) =>
    (partition: TopicPartition, ...rest: readonly unknown[]): void =>
      void heard.push([name, partitionKey(partition), ...rest])
  const listener: StateRestoreListener = {
    onRestoreStart: hear('start'),
    onBatchRestored: hear('batch'),
    onRestoreEnd: hear('end'),
    onRestoreSuspended: hear('suspended'),
  }
  const reader = new ChangelogReader({
    openFetcher: async () => {
      const real = await cluster.fetcher({ clientId: 'restore' })
      return fetcher?.(real) ?? real
    },
    admin,
    clock,
    logger: silentLogger,
    listener,
    limits: { ...limits, ...more },
    retryBackoffMs: 100,
    taskTimeoutMs: 300,
  })
  t.teardown(async () => {
    await reader.close()
    await cluster.close()
  })
  const append = (rows: readonly Row[], stamp = plainStamp, partition = 0): number =>
    cluster.broker.append({ topic: 'log', partition }, batchOf(rows).seal(stamp))
  const mark = (type: 'commit' | 'abort', partition = 0): number =>
    cluster.broker.append({ topic: 'log', partition }, marker(type))
  return { cluster, admin, clock, reader, heard, append, mark }
}

function batchOf(rows: readonly Row[]): RecordBatchBuilder {
  const batch = new RecordBatchBuilder()
  for (const [key, value] of rows)
    batch.append(key === null ? null : bytes(key), value === null ? null : bytes(value), 1000 + batch.count, noHeaders)
  return batch
}

function marker(type: 'commit' | 'abort'): Uint8Array {
  const batch = new RecordBatchBuilder()
  batch.append(Uint8Array.of(0, 0, 0, type === 'commit' ? 1 : 0), Uint8Array.of(0, 0, 0, 0, 0, 0), 1000, noHeaders)
  const sealed = Buffer.from(batch.seal({ ...transactional(-1) }))
  sealed.writeInt16BE(sealed.readInt16BE(field.attributes) | attribute.control, field.attributes)
  sealed.writeUInt32BE(batchChecksum(sealed), field.crc)
  return sealed
}

/** A changelog whose store writes down what it gets. */
function changelog(more: Partial<Changelog> & { readonly at?: number } = {}) {
  const applied: unknown[] = []
  const { at = 0, ...rest } = more
  const given: Changelog = {
    partition: { topic: 'log', partition: at },
    storeName: `store-${at}`,
    taskId: { subtopology: 0, partition: at },
    start: 'earliest',
    apply: (records, nextOffset) => {
      applied.push([records.map(({ key, value, timestamp }) => `${text(key)}=${text(value)}@${timestamp}`), nextOffset])
      return nextOffset
    },
    ...rest,
  }
  return { applied, changelog: given }
}

async function restoreAll(reader: ChangelogReader): Promise<string[]> {
  const completed: string[] = []
  while (!reader.isIdle) completed.push(...(await reader.restoreOnce()).map(({ storeName }) => storeName))
  return completed
}

t.test('a store is restored from the beginning, the last value of each key', async (t) => {
  const { reader, heard, append } = await open(t)
  append([
    ['a', '1'],
    ['b', '1'],
    ['a', '2'],
    [null, 'no key'],
  ])
  append([
    ['c', '1'],
    ['b', null],
  ])
  const { applied, changelog: log } = changelog()
  reader.register(log)
  t.same(await restoreAll(reader), ['store-0'])
  t.same(applied, [[['a=2@1002', 'c=1@1000', 'b=null@1001'], 6]])
  t.same(heard, [
    ['start', 'log-0', 'store-0', 0, 6],
    ['batch', 'log-0', 'store-0', 6, 5],
    ['end', 'log-0', 'store-0', 5],
  ])
})

t.test('a store whose history matters gets every record', async (t) => {
  const { reader, append } = await open(t)
  append([
    ['a', '1'],
    ['a', '2'],
    ['b', '1'],
  ])
  const { applied, changelog: log } = changelog({ records: 'all' })
  reader.register(log)
  await restoreAll(reader)
  t.same(applied, [[['a=1@1000', 'a=2@1001', 'b=1@1002'], 3]])
})

t.test('restore goes on at a checkpoint, also within a batch', async (t) => {
  const { reader, append } = await open(t)
  append([
    ['a', '1'],
    ['b', '2'],
    ['c', '3'],
  ])
  const { applied, changelog: log } = changelog({ start: 2 })
  reader.register(log)
  await restoreAll(reader)
  t.same(applied, [[['c=3@1002'], 3]])
})

t.test('it ends where the log ended at registration, or at the limit', async (t) => {
  const { reader, append } = await open(t)
  append([
    ['a', '1'],
    ['b', '2'],
    ['c', '3'],
  ])
  const { applied, changelog: log } = changelog({ endOffsetMax: 2 })
  reader.register(log)
  t.same(await restoreAll(reader), ['store-0'])
  t.same(applied, [[['a=1@1000', 'b=2@1001'], 2]])
})

t.test('nothing to read completes at once, and is told', async (t) => {
  const { reader, heard, append } = await open(t)
  append([['a', '1']], plainStamp, 1)
  reader.register(changelog().changelog)
  reader.register(changelog({ at: 1, start: 1 }).changelog)
  reader.register(changelog({ at: 2, endOffsetMax: 0 }).changelog)
  t.same(
    (await reader.restoreOnce()).map(({ storeName }) => storeName),
    ['store-0', 'store-1', 'store-2'],
  )
  t.same(heard.filter((each) => (each as string[])[0] === 'end').length, 3)
  t.ok(reader.isIdle)
})

t.test('several partitions are restored together', async (t) => {
  const { reader, append } = await open(t)
  for (const partition of [0, 1, 2]) append([[`k${partition}`, 'v']], plainStamp, partition)
  const logs = [0, 1, 2].map((at) => changelog({ at }))
  for (const each of logs) reader.register(each.changelog)
  t.same((await restoreAll(reader)).sort(), ['store-0', 'store-1', 'store-2'])
  t.same(
    logs.map(({ applied }) => applied),
    [0, 1, 2].map((at) => [[[`k${at}=v@1000`], 1]]),
  )
})

t.test('aborted transactions are left out, and their offsets passed over', async (t) => {
  const { reader, append, mark } = await open(t)
  append([['a', 'good']], transactional(0))
  mark('commit')
  append(
    [
      ['a', 'bad'],
      ['b', 'bad'],
    ],
    transactional(1),
  )
  mark('abort')
  const { applied, changelog: log } = changelog()
  reader.register(log)
  t.same(await restoreAll(reader), ['store-0'])
  t.same(applied, [[['a=good@1000'], 5]])
})

t.test('a transaction that is still open is waited for, because its owner may have committed it', async (t) => {
  const { reader, append, mark } = await open(t)
  append([['a', '1']], transactional(0))
  const { applied, changelog: log } = changelog()
  reader.register(log)
  const step = reader.restoreOnce()
  await new Promise(setImmediate)
  t.same(applied, [])
  mark('commit')
  t.same((await step).length, 1)
  // The log ended at 1 when it was registered: the marker behind it need not be read.
  t.same(applied, [[['a=1@1000'], 1]])
})

t.test('positions that the broker no longer has corrupt their tasks, and hold up nobody else', async (t) => {
  const { reader, heard, admin, append } = await open(t)
  append([
    ['a', '1'],
    ['b', '1'],
  ])
  append([['c', '1']])
  await admin.deleteRecords([{ topic: 'log', partition: 0, offset: 2 }])
  append([['a', '1']], plainStamp, 1)
  append([['a', '1']], plainStamp, 2)
  const healthy = changelog({ at: 2 })
  reader.register(changelog({ start: 1 }).changelog)
  reader.register(healthy.changelog)
  await t.rejects(reader.restoreOnce(), {
    name: 'TaskCorruptedError',
    code: 'STREAMS_CHANGELOG_OUT_OF_RANGE',
    message: /store-0.*offset 1.*log-0/i,
    tasks: [{ subtopology: 0, partition: 0 }],
  })
  t.same(await restoreAll(reader), ['store-2'])
  t.same(healthy.applied, [[['a=1@1000'], 1]])
  t.same(
    heard.filter((each) => (each as string[])[0] === 'suspended'),
    [['suspended', 'log-0', 'store-0', 0]],
  )
})

t.test('all tasks ahead of their changelogs are named in one error', async (t) => {
  const { reader } = await open(t)
  reader.register(changelog({ at: 0, start: 4 }).changelog)
  reader.register(changelog({ at: 1, start: 9 }).changelog)
  const tasks = [0, 1].map((partition) => ({ subtopology: 0, partition }))
  await t.rejects(reader.restoreOnce(), { name: 'TaskCorruptedError', code: 'STREAMS_CHANGELOG_OUT_OF_RANGE', tasks })
  t.ok(reader.isIdle)
})

t.test('a global store has no task to be corrupted', async (t) => {
  const { reader } = await open(t)
  reader.register(changelog({ taskId: null, start: 4 }).changelog)
  await t.rejects(reader.restoreOnce(), { name: 'ProcessorStateError', code: 'STREAMS_CHANGELOG_OUT_OF_RANGE' })
})

t.test('retention that overtakes a restore from the beginning only moves the beginning', async (t) => {
  let isFirst = true
  const { reader, admin, append } = await open(t, {
    fetcher: (real) => ({
      fetch: async (positions, asked) => {
        if (isFirst) await admin.deleteRecords([{ topic: 'log', partition: 0, offset: 1 }])
        isFirst = false
        return real.fetch(positions, asked)
      },
      heldBytes: 0,
      close: () => real.close(),
    }),
  })
  append([['a', '1']])
  append([['b', '1']])
  const { applied, changelog: log } = changelog()
  reader.register(log)
  t.same(await restoreAll(reader), ['store-0'])
  t.same(applied, [[['b=1@1000'], 2]])
})

/** A fetcher whose first calls fail. */
function failing(error: TransportError, times: number) {
  return (real: Fetcher): Fetcher => ({
    fetch: (positions, asked) => (times-- > 0 ? Promise.reject(error) : real.fetch(positions, asked)),
    heldBytes: 0,
    close: () => real.close(),
  })
}

const retriable = new TransportError('TRANSPORT_NETWORK_EXCEPTION', 'retriable', 'The broker is away.')

/** Lets a step get as far as it can, then lets the pause after its error pass. */
async function passPause(clock: ManualClock): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
  clock.advance(100)
}

t.test('a retriable error is waited out', async (t) => {
  const { reader, clock, append } = await open(t, { fetcher: failing(retriable, 2) })
  append([['a', '1']])
  const { applied, changelog: log } = changelog()
  reader.register(log)
  for (let time = 0; time < 2; time++) {
    const step = reader.restoreOnce()
    await passPause(clock)
    t.same(await step, [])
  }
  t.same(await restoreAll(reader), ['store-0'])
  t.same(applied, [[['a=1@1000'], 1]])
})

t.test('a retriable error that does not end is thrown after the task timeout', async (t) => {
  const { reader, clock, append } = await open(t, { fetcher: failing(retriable, Infinity) })
  append([['a', '1']])
  reader.register(changelog().changelog)
  for (let time = 0; time < 3; time++) {
    const step = reader.restoreOnce()
    await passPause(clock)
    t.same(await step, [])
  }
  await t.rejects(reader.restoreOnce(), { code: 'TRANSPORT_NETWORK_EXCEPTION' })
})

t.test('other errors are thrown at once', async (t) => {
  const fatal = new TransportError('TRANSPORT_TOPIC_AUTHORIZATION_FAILED', 'fatal', 'Not allowed.')
  const { reader, append } = await open(t, { fetcher: failing(fatal, 1) })
  append([['a', '1']])
  reader.register(changelog().changelog)
  await t.rejects(reader.restoreOnce(), { code: 'TRANSPORT_TOPIC_AUTHORIZATION_FAILED' })
})

t.test('a changelog that is registered meanwhile does not wait for those that are stuck', async (t) => {
  const { reader, append } = await open(t)
  append([['a', '1']], transactional(0))
  append([['b', '1']], plainStamp, 1)
  reader.register(changelog().changelog)
  const step = reader.restoreOnce()
  await new Promise(setImmediate)
  reader.register(changelog({ at: 1 }).changelog)
  t.same(await step, [])
  t.same(
    (await reader.restoreOnce()).map(({ storeName }) => storeName),
    ['store-1'],
  )
})

t.test('nothing is applied to a changelog that was unregistered during its fetch', async (t) => {
  const { reader, heard, append, mark } = await open(t)
  append([['a', '1']], transactional(0))
  const { applied, changelog: log } = changelog()
  reader.register(log)
  const step = reader.restoreOnce()
  await new Promise(setImmediate)
  reader.unregister(log.partition)
  mark('commit')
  t.same(await step, [])
  t.same(applied, [])
  t.same(heard, [
    ['start', 'log-0', 'store-0', 0, 1],
    ['suspended', 'log-0', 'store-0', 0],
  ])
  t.ok(reader.isIdle)
})

t.test('serdes are prepared before records are applied, unless the task has gone', async (t) => {
  const { reader, append } = await open(t)
  append([['a', '1']])
  append([['a', '1']], plainStamp, 1)
  const order: string[] = []
  const prepare = async (): Promise<void> => void order.push('prepared')
  const apply: Changelog['apply'] = (_, nextOffset) => {
    order.push('applied')
    return nextOffset
  }
  reader.register(changelog({ prepare, apply }).changelog)
  await restoreAll(reader)
  t.same(order, ['prepared', 'applied'])
  const gone = changelog({ at: 1, prepare: async () => reader.unregister({ topic: 'log', partition: 1 }) })
  reader.register(gone.changelog)
  t.same(await restoreAll(reader), [])
  t.same(gone.applied, [])
})

t.test('closing ends a waiting step and suspends what is under way', async (t) => {
  const { reader, heard, append } = await open(t)
  append([['a', '1']], transactional(0))
  reader.register(changelog().changelog)
  const step = reader.restoreOnce()
  await new Promise(setImmediate)
  await reader.close()
  t.same(await step, [])
  t.same(heard.at(-1), ['suspended', 'log-0', 'store-0', 0])
  await reader.close()
})
