import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'tap'
import type { Test } from 'tap'
import { Serdes, TransportError, topic } from 'millrace'
import type { RawRecord } from 'millrace'
import { SqliteDocumentStore } from '../../../app/adapters/sqlite/sqlite-document-store.ts'
import { StoreUnavailable } from '../../../app/sink/document-store.ts'
import { KeyedDocuments } from '../../../app/sink/keyed-documents.ts'
import { Sink } from '../../../app/sink/sink.ts'
import type { FailedRecord, SinkOptions } from '../../../app/sink/sink.ts'
import { sinkDeadLetter } from '../../../app/sink/sink-dead-letter.ts'
import { directory } from '../../storage/media.ts'

interface Value {
  readonly id: number
  readonly name: string
}

const source = topic('enriched', { key: Serdes.string, value: Serdes.json<Value>() })
const registry = { url: 'http://127.0.0.1:1' } as never

const record = (offset: number, key: string | null, value: string | null): RawRecord => ({
  topic: source.name,
  partition: 2,
  offset,
  timestamp: 1000 + offset,
  key: key === null ? null : Buffer.from(key),
  value: value === null ? null : Buffer.from(value),
  headers: [{ key: 'source.position', value: Buffer.from(`bank.transfers:${offset}:0`) }],
})

const good = (offset: number): RawRecord => record(offset, String(offset), JSON.stringify({ id: offset, name: 'Amara' }))

interface Ran {
  readonly store: SqliteDocumentStore
  readonly failed: FailedRecord[]
  readonly commits: number
  readonly done: Promise<void>
}

/** Runs a sink over batches of one partition, to their end. Documents of more than 100 bytes are refused. */
async function run(
  t: Test,
  batches: readonly RawRecord[][],
  options: Pick<SinkOptions, 'tolerance' | 'maxBatchSize'>,
  earlier?: SqliteDocumentStore,
): Promise<Ran> {
  const store = earlier ?? new SqliteDocumentStore(':memory:', { bytesMax: 100 })
  if (earlier === undefined) t.teardown(() => store.close())
  const failed: FailedRecord[] = []
  let commits = 0
  const sink = new Sink({
    ...options,
    source: {
      async *[Symbol.asyncIterator]() {
        for (const records of batches) yield { records }
      },
      commit: async () => void commits++,
      close: async () => {},
    },
    store,
    converter: new KeyedDocuments(source, registry, (value) => ({ ...value })),
    report: async (some) => void failed.push(...some),
    sleep: async () => {},
    onWait: () => {},
  })
  sink.start()
  await sink.done.catch(() => {})
  return { store, failed, commits, done: sink.done }
}

const ids = async (store: SqliteDocumentStore): Promise<unknown[]> => {
  const query = { where: [], sort: { field: 'id', order: 'ascending' }, limit: 100, offset: 0 } as const
  return (await store.find(query)).documents.map(({ id }) => id)
}

/** Ten records, the fifth of which is a document that the store refuses. */
const tenWithOneTooLarge = Array.from({ length: 10 }, (_, index) =>
  index === 4 ? record(5, '5', JSON.stringify({ id: 5, name: 'x'.repeat(200) })) : good(index + 1),
)

test('S2: with errors.tolerance=none the first document that is refused ends the sink', async (t) => {
  const { store, commits, done } = await run(t, [tenWithOneTooLarge], { tolerance: 'none', maxBatchSize: 0 })
  await t.rejects(done, {
    name: 'FailedRecord',
    stage: 'TASK_PUT',
    message: 'enriched-2 at 5 becomes no document (TASK_PUT): The document 5 is refused: it has more than 100 bytes.',
  })
  t.equal(commits, 0)
  t.same(await ids(store), [], 'nothing of its batch is written')
})

test('S2: with errors.tolerance=all the nine others are written, and the one is a dead letter with all ten headers', async (t) => {
  const { store, failed, commits, done } = await run(t, [tenWithOneTooLarge], { tolerance: 'all', maxBatchSize: 0 })
  await done
  t.same(await ids(store), [1, 2, 3, 4, 6, 7, 8, 9, 10])
  t.equal(commits, 1)
  t.equal(failed.length, 1)
  const letter = sinkDeadLetter(failed[0]!, 'with context')
  const headers = Object.fromEntries(letter.headers.map(({ key, value }) => [key, Buffer.from(value as Uint8Array).toString()]))
  t.match(headers, {
    'source.position': 'bank.transfers:5:0',
    '__connect.errors.topic': 'enriched',
    '__connect.errors.partition': '2',
    '__connect.errors.offset': '5',
    '__connect.errors.connector.name': 'mongo-sink',
    '__connect.errors.task.id': '0',
    '__connect.errors.stage': 'TASK_PUT',
    '__connect.errors.class.name': 'org.apache.kafka.connect.sink.SinkTask',
    '__connect.errors.exception.class.name': 'DocumentRefused',
    '__connect.errors.exception.message': 'The document 5 is refused: it has more than 100 bytes.',
    '__connect.errors.exception.stacktrace': /DocumentRefused/,
  })
  t.same([letter.key, letter.value, letter.timestamp], [tenWithOneTooLarge[4]!.key, tenWithOneTooLarge[4]!.value, 1005])
  t.equal(sinkDeadLetter(failed[0]!, 'without context').headers.length, 1)
})

test('what cannot be read, or has no key, is passed by its stage; the last place counts as applied', async (t) => {
  const bad = [record(2, '2', 'hello'), record(3, null, '{"id":3,"name":"a"}'), record(4, '4', '{')]
  const { store, failed, done } = await run(t, [[good(1), ...bad]], { tolerance: 'all', maxBatchSize: 2 })
  await done
  t.same(
    failed.map(({ record: { offset }, stage }) => [offset, stage]),
    [
      [2, 'VALUE_CONVERTER'],
      [3, 'TASK_PUT'],
      [4, 'VALUE_CONVERTER'],
    ],
  )
  t.same(await ids(store), [1])
  t.same(await store.positions(), new Map([[2, 5]]), 'a second start does not begin before them')
})

test('two documents of one batch that are refused are two dead letters', async (t) => {
  const large = (offset: number): RawRecord =>
    record(offset, String(offset), JSON.stringify({ id: offset, name: 'x'.repeat(200) }))
  const { store, failed, done } = await run(t, [[large(1), good(2), large(3), good(4)]], { tolerance: 'all', maxBatchSize: 0 })
  await done
  t.same(
    failed.map((failure) => failure.record.offset),
    [1, 3],
  )
  t.same(await ids(store), [2, 4])
})

test('what comes again, as after an outage of the broker, is not reported again; nor is what an earlier sink has reported', async (t) => {
  const bad = record(2, '2', 'hello')
  const { store, failed, done } = await run(
    t,
    [
      [good(1), bad],
      [good(1), bad, good(3)],
    ],
    { tolerance: 'all', maxBatchSize: 0 },
  )
  await done
  t.equal(failed.length, 1)
  const again = await run(t, [[bad, record(4, '4', 'hello')]], { tolerance: 'all', maxBatchSize: 0 }, store)
  await again.done
  t.same(
    again.failed.map((failure) => failure.record.offset),
    [4],
  )
})

test('a store that is away is no error of a record: the sink ends, and reports nothing', async (t) => {
  const failed: FailedRecord[] = []
  const store = new SqliteDocumentStore(':memory:')
  await store.close()
  const sink = new Sink({
    tolerance: 'all',
    maxBatchSize: 0,
    source: {
      async *[Symbol.asyncIterator]() {
        yield { records: [good(1)] }
      },
      commit: async () => {},
      close: async () => {},
    },
    store,
    converter: new KeyedDocuments(source, registry, (value) => ({ ...value })),
    report: async (some) => void failed.push(...some),
    sleep: async () => {},
    onWait: () => {},
  })
  sink.start()
  await t.rejects(sink.done, /not open/)
  t.same(failed, [])
})

/** Down for the first writes. */
class DownStore extends SqliteDocumentStore {
  downFor = 0

  override async apply(...writes: Parameters<SqliteDocumentStore['apply']>): Promise<void> {
    if (this.downFor-- > 0) throw new StoreUnavailable('down')
    return super.apply(...writes)
  }
}

test('S3: a store that is down for 20 s gets all in order, nothing is a dead letter, and offsets wait', async (t) => {
  const store = new DownStore(':memory:')
  t.teardown(() => store.close())
  store.downFor = 13
  let [waitedMs, waits] = [0, 0]
  const committed: number[] = []
  const sink = new Sink({
    tolerance: 'all',
    maxBatchSize: 0,
    source: {
      async *[Symbol.asyncIterator]() {
        yield { records: [good(1), good(2)] }
        yield { records: [record(3, '1', JSON.stringify({ id: 1, name: 'Bruno' }))] }
      },
      commit: async () => void committed.push(waitedMs),
      close: async () => {},
    },
    store,
    converter: new KeyedDocuments(source, registry, (value) => ({ ...value })),
    report: async () => void t.fail('nothing is refused'),
    sleep: async (ms) => void (waitedMs += ms),
    onWait: () => void waits++,
  })
  sink.start()
  await sink.done
  t.ok(waitedMs >= 18_000, `${waitedMs} ms`)
  t.equal(waits, 13)
  t.same(committed, [waitedMs, waitedMs], 'no offset goes before its write')
  t.match(await store.get('1'), { name: 'Bruno' })
  t.same(await ids(store), [1, 2])
})

test('S3: a database that somebody else has locked is waited for', async (t) => {
  const path = join(directory(t), 'documents.db')
  const store = new SqliteDocumentStore(path)
  const other = new DatabaseSync(path)
  t.teardown(() => store.close())
  other.exec('begin exclusive')
  const write = { id: '1', document: { id: 1 }, partition: 0, offset: 0 }
  await t.rejects(store.apply([write]), StoreUnavailable)
  other.exec('rollback')
  other.close()
  await store.apply([write])
  t.same(await store.get('1'), { id: 1 })
})

test('X4: a group that refuses a commit, since it has counted the sink out, ends nothing', async (t) => {
  const store = new SqliteDocumentStore(':memory:')
  t.teardown(() => store.close())
  const refusals = ['fenced', 'rebalance', 'retriable'] as const
  let commits = 0
  const sink = new Sink({
    tolerance: 'none',
    maxBatchSize: 0,
    source: {
      async *[Symbol.asyncIterator]() {
        for (let offset = 0; offset < 4; offset++) yield { records: [good(offset)] }
      },
      commit: async () => {
        const kind = refusals[commits++]
        if (kind !== undefined) throw new TransportError('TRANSPORT_UNKNOWN_MEMBER_ID', kind, 'It is no member.')
      },
      close: async () => {},
    },
    store,
    converter: new KeyedDocuments(source, registry, (value) => ({ ...value })),
    report: async () => {},
    sleep: async () => {},
    onWait: () => {},
  })
  sink.start()
  await sink.done
  t.equal(commits, 4)
  t.same(await ids(store), [0, 1, 2, 3])
})

test('whoever stops a sink does not wait for its store', async (t) => {
  const store = new DownStore(':memory:')
  store.downFor = Infinity
  const waiting = Promise.withResolvers<void>()
  const sink = new Sink({
    tolerance: 'all',
    maxBatchSize: 0,
    source: {
      async *[Symbol.asyncIterator]() {
        yield { records: [good(1)] }
      },
      commit: async () => void t.fail('it is not written'),
      close: async () => {},
    },
    store,
    converter: new KeyedDocuments(source, registry, (value) => ({ ...value })),
    report: async () => {},
    sleep: (_ms, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    onWait: () => waiting.resolve(),
  })
  sink.start()
  await waiting.promise
  await sink.stop()
  await store.close()
  t.end()
})
