import t from 'tap'
import type { StreamRecord } from '../../lib/model/stream-record.ts'
import { topic } from '../../lib/model/topic.ts'
import type { ProcessorContext } from '../../lib/processor/processor.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { RestoredRecord } from '../../lib/runtime/restore/changelog.ts'
import { GlobalTask } from '../../lib/runtime/restore/global-task.ts'
import type { KeyValueStore } from '../../lib/state/key-value/key-value-store.ts'
import { readPosition } from '../../lib/runtime/restore/store-positions.ts'
import {
  keyValueStore,
  sessionStore,
  timestampedKeyValueStore,
  versionedKeyValueStore,
  windowStore,
} from '../../lib/state/stores.ts'
import type { WindowStore } from '../../lib/state/window/window-store.ts'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'
import type { StorageEnvironment } from '../../lib/storage/storage.ts'
import { SingleRecordBatch } from '../../lib/testing/single-record-batch.ts'
import type { AnyStore } from '../../lib/state/store-value.ts'
import { Topology } from '../../lib/topology/topology.ts'
import { environment } from './task-fixture.ts'
import { changelog, openStores, storeNode } from './task-stores-fixture.ts'

// The topology changes over a restart: a store never takes rows of another kind or format for its own.

const strings = { key: Serdes.string, value: Serdes.string }
const window = { ...strings, windowSizeMs: 10, retentionMs: 150_000 }
const merger = (left: unknown): unknown => left
const plain = storeNode(keyValueStore('s', strings))
const kinds = {
  'key-value': plain,
  window: storeNode(windowStore('s', window)),
  'window (slices of 10 ms by 5 ms)': storeNode({ ...windowStore('s', window), slicing: { advanceMs: 5, merger } } as AnyStore),
  'window (slices of 10 ms by 2 ms)': storeNode({ ...windowStore('s', window), slicing: { advanceMs: 2, merger } } as AnyStore),
  session: storeNode(sessionStore('s', { ...strings, retentionMs: 150_000 })),
  versioned: storeNode(versionedKeyValueStore('s', { ...strings, historyRetentionMs: 10 })),
  'window with duplicates': storeNode(windowStore('s', { ...window, duplicates: 'keep' })),
}

function record(key: string | Uint8Array, value: string, offset = 0): RestoredRecord {
  return { offset, key: Buffer.from(key), value: Buffer.from(value), timestamp: 5, headers: [] }
}

/** Storage in which a store has left a row and its position. */
function leftBy(node = plain) {
  const { stores, keep, storage } = openStores(node)
  stores.restores()[0]?.restore([record(Buffer.concat([Buffer.from('a'), Buffer.alloc(16)]), '1')], 1)
  keep(1)
  stores.close()
  return storage
}

for (const [was, before] of Object.entries(kinds))
  for (const [is, after] of Object.entries(kinds).filter(([kind]) => kind !== was))
    t.test(`a ${was} store that is now a ${is} store is an error that names it`, async (t) => {
      const facts = { store: 's', found: was, kind: is }
      const error = { name: 'ProcessorStateError', code: 'STREAMS_STORE_KIND_CHANGED', message: /The store s is a /, facts }
      t.throws(() => openStores(after, leftBy(before)), error)
    })

t.test('rows of another format are restored from the changelog', (t) => {
  const storage = leftBy()
  t.equal(openStores(plain, storage).stores.restores()[0]?.from, 1)
  const timestamped = storeNode(timestampedKeyValueStore('s', strings))
  const { stores, store, keep } = openStores(timestamped, storage)
  const [restore] = stores.restores()
  t.equal(restore?.from, undefined)
  t.equal(store.approximateNumEntries(), 0)
  restore!.restore([record('a', '1')], 1)
  keep(1)
  const again = openStores(timestamped, storage)
  t.equal(again.stores.restores()[0]?.from, 1)
  t.same(again.store.get('a'), { value: '1', timestamp: 5 })
  t.end()
})

t.test('windows that are kept longer are in other segments: they are restored, and not overlooked', (t) => {
  const { stores, keep, storage } = openStores(kinds.window)
  const windows = stores.get('s') as unknown as WindowStore<string, string>
  windows.put('a', 'new', 80_000)
  keep(1)
  const longer = openStores(storeNode(windowStore('s', { ...window, retentionMs: 400_000 })), storage)
  t.equal(longer.stores.restores()[0]?.from, undefined)
  t.same([...(longer.stores.get('s') as unknown as WindowStore<string, string>).all()], [])
  t.equal(readPosition(storage, changelog), undefined)
  t.same(
    storage.tables().filter((name) => name.startsWith('s/')),
    [],
  )
  t.end()
})

t.test('without a changelog such rows could not be restored: an error', (t) => {
  const unlogged = (node: typeof plain) => ({ ...node, changelog: undefined })
  const { store, keep, storage } = openStores(unlogged(plain))
  store.put('a', '1')
  keep(1)
  const timestamped = unlogged(storeNode(timestampedKeyValueStore('s', strings)))
  const facts = { store: 's', found: 'plain', expected: 'timestamped' }
  t.throws(() => openStores(timestamped, storage), { code: 'STREAMS_STATE_FORMAT', facts })
  t.equal(openStores(unlogged(plain), storage).store.get('a'), '1')
  t.end()
})

t.test('state from before there were formats stays as it is, and has one after the next checkpoint', (t) => {
  const storage = leftBy()
  storage.drop(['.formats'])
  const { stores, store, keep } = openStores(plain, storage)
  t.equal(stores.restores()[0]?.from, 1)
  t.equal(store.approximateNumEntries(), 1)
  store.put('b', '2')
  keep(2)
  t.throws(() => openStores(kinds.window, storage), { code: 'STREAMS_STORE_KIND_CHANGED' })
  t.end()
})

t.test('a store that has left nothing may be of any kind', (t) => {
  const { stores, storage } = openStores(plain)
  stores.checkpoint()
  t.doesNotThrow(() => openStores(kinds.window, storage))
  t.end()
})

const inMemory = (node: typeof plain) => ({ ...node, spec: { ...node.spec, medium: 'memory' as const } })

for (const [is, key] of [
  ['window', 'a'],
  ['window', 'customer-0000000042'],
  ['session', 'a'],
  ['session', 'customer-0000000042'],
  ['session', Buffer.concat([Buffer.from('key of a window'), Buffer.from('000000000000271000000000', 'hex')])],
] as const)
  t.test(`a changelog of another kind is an error for a ${is} store in memory: the key ${String(key)}`, async (t) => {
    const [restore] = openStores(inMemory(kinds[is])).stores.restores()
    const facts = { store: 's', kind: is, ...changelog }
    t.throws(() => restore!.accept([record(key, '1')]), { code: 'STREAMS_STORE_KIND_CHANGED', facts })
  })

/** A global task whose store `s` has processed `a`, where the position says that it has not. */
function globalTask(storage: StorageEnvironment, store: AnyStore, toStored: (value: string) => unknown) {
  const processing = () => {
    let own: KeyValueStore<unknown, unknown>
    return {
      init: (context: ProcessorContext<never, never>) => void (own = context.stateStore('s')),
      process: ({ key, value }: StreamRecord<string, string>) => own.put(key, toStored(value)),
    }
  }
  const names = { sourceName: 'source', processorName: 'processor' }
  const topology = new Topology().addGlobalStore({ ...names, store, topic: topic('in', strings), supplier: processing })
  const task = new GlobalTask({ environment, subtopologies: topology.plan('app').subtopologies, storage })
  task.addPartition({ topic: 'in', partition: 0 })
  task.open()
  task.start()
  return task
}

t.test('the topic of a global store of another format is read again', (t) => {
  const storage = new MemoryStorageFactory().open('global')
  const partition = { topic: 'in', partition: 0 }
  const first = globalTask(storage, keyValueStore('s', strings), (value) => value)
  first.addRecords(partition, new SingleRecordBatch(0, record('a', '1')), 0, 1)
  first.checkpoint()
  t.equal(globalTask(storage, keyValueStore('s', strings), (value) => value).fetchPosition(partition), 1)
  const timestamped = timestampedKeyValueStore('s', strings)
  const second = globalTask(storage, timestamped, (value) => ({ value, timestamp: 5 }))
  t.equal(second.fetchPosition(partition), -1)
  second.addRecords(partition, new SingleRecordBatch(0, record('a', '1')), 0, 1)
  second.checkpoint()
  const again = globalTask(storage, timestamped, (value) => ({ value, timestamp: 5 }))
  t.same((again.store('s') as unknown as KeyValueStore<string, unknown>).get('a'), { value: '1', timestamp: 5 })
  t.end()
})
