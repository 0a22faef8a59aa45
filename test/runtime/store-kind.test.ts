import t from 'tap'
import { streamRecord, type StreamRecord } from '../../lib/model/stream-record.ts'
import { supplied } from '../../lib/processor/processor-parameters.ts'
import type { Processor, ProcessorContext } from '../../lib/processor/processor.ts'
import { LocalQueryPort } from '../../lib/query/local-query-port.ts'
import { openQueryableStore } from '../../lib/query/open-queryable-store.ts'
import type { QueryableKeyValueStore } from '../../lib/query/queryable-stores.ts'
import type { CachedStateStore } from '../../lib/state/layers/flush-listener.ts'
import { RecordCacheBudget } from '../../lib/state/layers/record-cache-budget.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { KeyValueStore } from '../../lib/state/key-value/key-value-store.ts'
import { keyValueStore } from '../../lib/state/stores.ts'
import type { StoreSpec } from '../../lib/state/store-spec.ts'
import type { StorageEnvironment } from '../../lib/storage/storage.ts'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'
import { applyAll } from '../../lib/runtime/restore/changelog.ts'
import { StreamTask } from '../../lib/runtime/task/stream-task.ts'
import { SingleRecordBatch } from '../../lib/testing/single-record-batch.ts'
import { InternalTopologyBuilder } from '../../lib/topology/internal-topology-builder.ts'
import { planTopology } from '../../lib/topology/plan-topology.ts'
import { environment, Log, placed } from './task-fixture.ts'
import { kindsWithSum, sumStore, type Sum } from './sum-store.ts'

// Planning, tasks and queries know a kind of store by its row in a table, also one that only this test has.

const partition = { topic: 'in', partition: 0 }
const changelog = 'app-sum-changelog'
const text = { key: Serdes.string, value: Serdes.string }

/** Keeps the last value of each key in a cache; what the cache gives up goes on. */
function latest(): Processor<string, string, string, string> {
  let store: KeyValueStore<string, string> & CachedStateStore<string, string>
  return {
    init(context: ProcessorContext<string, string>) {
      store = context.stateStore('latest')
      store.setFlushListener((key, { newValue }, timestamp) => context.forward(streamRecord(key, newValue!, timestamp)), 'omit')
    },
    process: ({ key, value }) => store.put(key, value),
  }
}

function adding(): Processor<string, string, never, never> {
  let sum: Sum
  return {
    init: (context: ProcessorContext<never, never>) => void (sum = context.stateStore('sum')),
    process: ({ value }: StreamRecord<string, string>) => sum.add(Number(value)),
  }
}

function planned() {
  const topology = new InternalTopologyBuilder()
  topology.addSource({ name: 'source', topics: ['in'], ...text } as never)
  topology.addProcessor({ name: 'latest', processor: supplied('process', latest as never), parents: ['source'] })
  topology.addProcessor({ name: 'adding', processor: supplied('process', adding as never), parents: ['latest'] })
  // Added before the store whose cache fills it.
  topology.addStateStore(sumStore('sum'), ['adding'])
  topology.addStateStore(keyValueStore('latest', { ...text, caching: 'enabled' }) as unknown as StoreSpec, ['latest'])
  return planTopology(topology, 'app', {}, kindsWithSum)
}

function open(storage: StorageEnvironment, log: Log): { readonly task: StreamTask; readonly replayed: readonly string[] } {
  const task = new StreamTask({
    id: { subtopology: 0, partition: 0 },
    environment: { ...environment, cache: new RecordCacheBudget(1_000_000) },
    subtopologies: planned().subtopologies,
    partitions: [partition],
    storage,
    output: log,
    globalStores: { names: new Set(), store: () => undefined },
  })
  task.open()
  const replayed: string[] = []
  for (const { partition, from = 0, records, restore } of task.restores()) {
    const tail = placed(log.of(partition.topic)).slice(from)
    if (partition.topic === changelog) replayed.push(records, ...tail.map(({ value }) => String(value)))
    applyAll(restore, tail, log.of(partition.topic).length)
  }
  task.start([])
  task.seek(partition, 0)
  return { task, replayed }
}

function feed(task: StreamTask, rows: readonly (readonly [key: string, value: string])[]): void {
  for (const [offset, [key, value]] of rows.entries()) {
    const record = { key: Buffer.from(key), value: Buffer.from(value), timestamp: 0, headers: [] }
    task.addRecords(partition, new SingleRecordBatch(offset, record), 0, 1)
  }
  while (task.hasRecords) task.process()
}

t.test('its changelog has the configuration that the kind asks for', (t) => {
  const stores = planned().subtopologies.flatMap((each) => each.stores)
  t.match(stores.find(({ spec }) => spec.name === 'sum')?.changelog, {
    topic: {
      name: changelog,
      config: { 'cleanup.policy': 'delete', 'retention.ms': '-1', 'message.timestamp.type': 'CreateTime' },
    },
  })
  t.end()
})

t.test('it is flushed after the caches that fill it, checkpointed, and restored by all records behind its position', (t) => {
  const storage = new MemoryStorageFactory().open('task')
  const log = new Log()
  const first = open(storage, log).task
  feed(first, [['a', '1'], ['b', '2'], ['a', '3']]) // prettier-ignore
  first.postCommit(first.prepareCommit(), 'always')
  t.same(
    log.of(changelog).map(({ value }) => String(value)),
    ['5'],
    'what the cache held came in time for this commit',
  )
  feed(first, [['a', '10']])
  first.postCommit(first.prepareCommit(), 'if-due')
  feed(first, [['a', '20']])
  first.postCommit(first.prepareCommit(), 'if-due')
  first.close()
  const second = open(storage, log)
  t.same(second.replayed, ['all', '10', '20'], 'the checkpoint had the first')
  t.equal((second.task.store('sum') as Sum).get('sum'), 35)
  t.end()
})

t.test('it is queried by the view that the kind names', async (t) => {
  const { task } = open(new MemoryStorageFactory().open('task'), new Log())
  feed(task, [['a', '7']])
  task.postCommit(task.prepareCommit(), 'if-due')
  const { view } = kindsWithSum['sum']!
  const port = new LocalQueryPort((name) => [{ name: '0_0', store: task.store(name)! }])
  const store = openQueryableStore<string, number>('sum', view!, port) as QueryableKeyValueStore<string, number>
  t.equal(await store.get('sum'), 7)
  t.equal(await store.get('other'), null)
})
