import fc from 'fast-check'
import t from 'tap'
import { streamRecord } from '../../lib/model/stream-record.ts'
import type { StreamRecord } from '../../lib/model/stream-record.ts'
import type { Processor, ProcessorContext } from '../../lib/processor/processor.ts'
import { applyAll } from '../../lib/runtime/restore/changelog.ts'
import { decodeCommittedMetadata } from '../../lib/runtime/task/partition-metadata.ts'
import { StreamTask } from '../../lib/runtime/task/stream-task.ts'
import type { KeyValueStore } from '../../lib/state/key-value/key-value-store.ts'
import type { StorageEnvironment } from '../../lib/storage/storage.ts'
import { openLmdbStorage } from '../../lib/storage/lmdb/open-lmdb-storage.ts'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'
import { decodeRecordBatch } from '../../lib/transport/record-batch/decode-record-batches.ts'
import { noProducer, RecordBatchBuilder } from '../../lib/transport/record-batch/record-batch-builder.ts'
import { keyValueStore, processor, sink, source, subtopology } from './plan.ts'
import { environment, Log, placed } from './task-fixture.ts'

/** Appends each value to what the store has of its key. */
function appending(): Processor<never, never, unknown, unknown> {
  let store: KeyValueStore<string, string>
  return {
    init: (context: ProcessorContext<string, string>) => void (store = context.stateStore('s')),
    process({ key, value, timestamp }: StreamRecord<string, string>, context: ProcessorContext<string, string>) {
      const next = (store.get(key) ?? '') + value
      store.put(key, next)
      context.forward(streamRecord(key, next, timestamp))
    },
  } as unknown as Processor<never, never, unknown, unknown>
}

const nodes = [source('SOURCE', ['in']), processor('APPEND', ['SOURCE'], appending, ['s']), sink('SINK', ['APPEND'], 'out')]
const part = subtopology(0, nodes, { stores: [keyValueStore('s', ['APPEND'])] })
const partition = { topic: 'in', partition: 0 }
const changelog = 'test-s-changelog'

function open(storage: StorageEnvironment, log: Log, committed = 0): { task: StreamTask; from: number; replayed: number } {
  const globalStores = { names: new Set<string>(), store: () => undefined }
  const id = { subtopology: 0, partition: 0 }
  const task = new StreamTask({
    id,
    environment,
    subtopologies: [part],
    partitions: [partition],
    storage,
    output: log,
    globalStores,
  })
  task.open()
  const restore = task.restores()[0]!
  const tail = placed(log.of(changelog)).slice(restore.from ?? 0)
  applyAll(restore.restore, tail, log.of(changelog).length)
  task.start(committed === 0 ? [] : [{ ...partition, offset: committed, leaderEpoch: -1, metadata: '' }])
  task.seek(partition, committed)
  return { task, from: restore.from ?? 0, replayed: tail.length }
}

function feed(task: StreamTask, rows: readonly (readonly [key: string, value: string])[]): void {
  if (rows.length === 0) return
  const builder = new RecordBatchBuilder()
  rows.forEach(([key, value], index) => builder.append(Buffer.from(key), Buffer.from(value), index, []))
  task.addRecords(partition, decodeRecordBatch(builder.seal(noProducer)), 0, rows.length)
  while (task.isProcessable(0)) task.process()
}

const contents = (task: StreamTask) =>
  Object.fromEntries(
    [...(task.store('s') as unknown as KeyValueStore<string, string>).all()].map(({ key, value }) => [key, value]),
  )

t.test('what is committed: offset, partition time', async (t) => {
  const { task } = open(new MemoryStorageFactory().open('task'), new Log())
  feed(task, [['a', '1'], ['a', '2'], ['b', '3']]) // prettier-ignore
  const [offset] = task.prepareCommit()
  t.match(offset, { topic: 'in', partition: 0, offset: 3 })
  t.equal(decodeCommittedMetadata(offset!.metadata).partitionTime, 2)
  task.postCommit([offset!], 'if-due')
  t.notOk(task.isCommitNeeded)
  t.same(task.prepareCommit(), [])
  task.close()
})

t.test('a task on disk opens at the position of its checkpoint, and replays only the tail', async (t) => {
  const storage = await openLmdbStorage(t.testdir())
  const log = new Log()
  const environment1 = storage.open('task')
  const first = open(environment1, log)
  feed(first.task, [['a', '1'], ['b', '2']]) // prettier-ignore
  first.task.postCommit(first.task.prepareCommit(), 'always')
  feed(first.task, [['a', '3']])
  first.task.postCommit(first.task.prepareCommit(), 'if-due')
  first.task.close()
  environment1.close()
  const second = open(storage.open('task'), log, 3)
  t.same([second.from, second.replayed], [2, 1])
  t.same(contents(second.task), { a: '13', b: '2' })
  second.task.close()
})

/** Every way to commit, checkpoint and crash gives what the changelog says: as if the store had never been written to disk. */
t.test('a store that crashes anywhere equals its changelog', async (t) => {
  const step = fc.oneof(
    fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2')), { minLength: 1, maxLength: 4 }),
    fc.constantFrom('commit' as const, 'checkpoint' as const, 'crash' as const),
  )
  const dir = t.testdir()
  const factory = await openLmdbStorage(dir)
  let run = 0
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const name = `task${run++}`
      const log = new Log()
      let storage = factory.open(name)
      let { task } = open(storage, log)
      for (const each of [...steps, 'crash' as const]) {
        if (typeof each !== 'string') feed(task, each)
        else if (each === 'crash') {
          task.close()
          storage.close()
          storage = factory.open(name)
          ;({ task } = open(storage, log))
          const expected = new Map<string, string>()
          for (const { key, value } of log.of(changelog))
            expected.set(Buffer.from(key).toString(), Buffer.from(value!).toString())
          t.same(contents(task), Object.fromEntries([...expected].sort()))
        } else task.postCommit(task.prepareCommit(), each === 'checkpoint' ? 'always' : 'if-due')
      }
      task.close()
      storage.close()
      factory.destroy(name)
    }),
    { numRuns: 60 },
  )
})
