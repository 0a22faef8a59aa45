import t from 'tap'
import type { ManualClock } from '../../lib/clock/manual-clock.ts'
import { StreamsError } from '../../lib/model/errors.ts'
import { readPosition } from '../../lib/runtime/restore/store-positions.ts'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'
import type { StorageEnvironment } from '../../lib/storage/storage.ts'
import { windowed } from '../../lib/model/windowed.ts'
import type { TaskStores } from '../../lib/runtime/task/task-stores.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { SessionStore } from '../../lib/state/session/session-store.ts'
import { sessionStore, windowStore } from '../../lib/state/stores.ts'
import type { WindowStore } from '../../lib/state/window/window-store.ts'
import { keyValueStore } from './plan.ts'
import { environment } from './task-fixture.ts'
import { changelog, noSource, openStores, storeNode } from './task-stores-fixture.ts'

t.test('what stores write goes to the changelog of each, in the partition of the task', (t) => {
  const { store, changelogs, stores } = openStores()
  store.put('a', '1')
  t.same(changelogs.written, ['test-s-changelog a=1'])
  t.match(stores.restores(), [{ storeName: 's', partition: changelog, from: undefined, isSource: false, records: 'last-of-key' }])
  t.end()
})

t.test('a checkpoint says how far the changelog was acknowledged at the commit, and not how far it is now', (t) => {
  const { store, changelogs, stores, storage } = openStores()
  store.put('a', '1')
  changelogs.acknowledged = 1
  stores.commit(noSource)
  store.put('b', '2')
  changelogs.acknowledged = 2
  stores.checkpoint()
  t.equal(readPosition(storage, changelog)?.offset, 1)
  const again = openStores(undefined, storage)
  t.equal(again.stores.restores()[0]?.from, 1)
  t.equal(again.store.get('a'), '1')
  t.equal(again.store.get('b'), null, 'what was not committed is replayed')
  t.end()
})

t.test('before the first acknowledgement there is no position, and restores do not move it back', (t) => {
  const { stores, changelogs, storage } = openStores()
  stores.commit(noSource)
  stores.checkpoint()
  t.equal(readPosition(storage, changelog), undefined)
  const [restore] = stores.restores()
  restore!.restore([{ offset: 8, key: Buffer.from('a'), value: Buffer.from('1'), timestamp: 0, headers: [] }], 9)
  changelogs.acknowledged = 4
  stores.commit(noSource)
  stores.checkpoint()
  t.equal(readPosition(storage, changelog)?.offset, 9)
  t.end()
})

t.test('a position says since when its rows may have missed deletions', (t) => {
  const { stores, changelogs, storage } = openStores()
  const sinceMs = (): number | undefined => readPosition(storage, changelog)?.sinceMs
  const record = { offset: 8, key: Buffer.from('a'), value: Buffer.from('1'), timestamp: 0, headers: [] }
  const clock = environment.clock as ManualClock
  const beganMs = clock.now()
  stores.restores()[0]!.begin('an-id')
  clock.advance(100)
  stores.restores()[0]!.restore([record], 9)
  stores.checkpoint()
  t.equal(sinceMs(), beganMs, 'a restore that has not ended may have missed those since it began')
  t.equal(readPosition(storage, changelog)?.topicId, 'an-id')
  const again = openStores(undefined, storage)
  again.stores.restores()[0]!.begin('an-id')
  again.stores.checkpoint()
  t.equal(sinceMs(), beganMs, 'so does the one that goes on with it')
  stores.restored()
  changelogs.acknowledged = 10
  stores.commit(noSource)
  stores.checkpoint()
  t.equal(sinceMs(), beganMs + 100)
  t.end()
})

t.test('a store in memory is restored from the start, always', (t) => {
  const node = keyValueStore('s', [])
  const inMemory = { ...node, spec: { ...node.spec, medium: 'memory' as const } }
  const { store, changelogs, stores, storage } = openStores(inMemory)
  store.put('a', '1')
  changelogs.acknowledged = 1
  stores.commit(noSource)
  stores.checkpoint()
  t.equal(openStores(inMemory, storage).stores.restores()[0]?.from, undefined)
  t.end()
})

t.test('a store without changelog is not restored, and has no position', (t) => {
  const { store, changelogs, stores, storage } = openStores({ ...keyValueStore('s', []), changelog: undefined })
  store.put('a', '1')
  t.same(changelogs.written, [])
  t.same(stores.restores(), [])
  stores.commit(noSource)
  stores.checkpoint()
  t.equal(readPosition(storage, changelog), undefined)
  t.equal(store.get('a'), '1')
  t.end()
})

t.test('many rows are stored in slices, the position with the last one; what is written meanwhile waits for the next', (t) => {
  const { store, changelogs, stores, storage } = openStores()
  const rows = (): number => storage.table('s').count()
  for (let key = 0; key < 5000; key++) store.put(`key-${key}`, 'old')
  changelogs.acknowledged = 5000
  stores.commit(noSource)
  stores.beginCheckpoint()
  t.equal(rows(), 1500, 'a slice')
  t.equal(readPosition(storage, changelog), undefined)
  store.put('key-4999', 'new')
  store.put('more', 'new')
  changelogs.acknowledged = 5002
  stores.commit(noSource)
  stores.beginCheckpoint()
  t.equal(rows(), 1500, 'one checkpoint at a time')
  while (stores.continueCheckpoint());
  t.equal(rows(), 5000)
  t.equal(readPosition(storage, changelog)?.offset, 5000, 'the position of its beginning')
  t.equal(openStores(undefined, storage).store.get('key-4999'), 'old')
  stores.checkpoint()
  t.equal(readPosition(storage, changelog)?.offset, 5002)
  const again = openStores(undefined, storage)
  t.same([again.store.get('key-4999'), again.store.get('more'), again.store.get('key-1')], ['new', 'new', 'old'])
  t.end()
})

const strings = { key: Serdes.string, value: Serdes.string }
const window = { ...strings, retentionMs: 100_000, windowSizeMs: 10 }

/** Puts and gets of both kinds of stores. */
const timed = {
  windows: (stores: TaskStores) => {
    const store = stores.get('s') as unknown as WindowStore<string, string>
    return {
      put: (key: string, value: string | null, startMs: number) => store.put(key, value, startMs),
      get: (key: string, startMs: number) => store.fetchOne(key, startMs),
    }
  },
  sessions: (stores: TaskStores) => {
    const store = stores.get('s') as unknown as SessionStore<string, string>
    return {
      put: (key: string, value: string | null, endMs: number) => store.put(windowed(key, endMs, endMs), value),
      get: (key: string, endMs: number) => store.fetchSession(key, endMs, endMs),
    }
  },
}

for (const [what, node] of [
  ['windows', storeNode(windowStore('s', window))],
  ['sessions', storeNode(sessionStore('s', { ...strings, retentionMs: 100_000 }))],
] as const)
  t.test(`${what} are stored in slices, stream time with the position; what is written meanwhile waits for the next`, (t) => {
    const { changelogs, stores, storage } = openStores(node)
    const { put } = timed[what](stores)
    const tables = (): string[] => storage.tables().filter((name) => name.startsWith('s/'))
    const rows = (): number => tables().reduce((sum, name) => sum + storage.table(name).count(), 0)
    for (let key = 0; key < 5000; key++) put(`key-${key}`, 'old', 10 * key)
    const commit = (acknowledged: number): void => {
      changelogs.acknowledged = acknowledged
      stores.commit(noSource)
    }
    commit(5000)
    stores.beginCheckpoint()
    t.equal(rows(), 1500, 'a slice')
    t.equal(storage.table('s').count(), 0, 'no stream time')
    put('key-4998', null, 49_980)
    put('key-0', 'new', 0)
    put('later', 'new', 300_000)
    commit(5003)
    while (stores.continueCheckpoint());
    t.equal(readPosition(storage, changelog)?.offset, 5000, 'the position of its beginning')
    const before = timed[what](openStores(node, storage).stores)
    t.same([before.get('key-0', 0), before.get('key-4998', 49_980), before.get('later', 300_000)], ['old', 'old', null])
    stores.checkpoint()
    t.equal(readPosition(storage, changelog)?.offset, 5003)
    const after = timed[what](openStores(node, storage).stores)
    t.same([after.get('key-0', 0), after.get('key-4998', 49_980), after.get('later', 300_000)], [null, null, 'new'])
    t.equal(tables().length, 1, 'what has expired is dropped when its stream time is stored')
    t.end()
  })

t.test('a restore that memory holds up stores what it has in slices', (t) => {
  const { stores, storage } = openStores()
  const bytes = (number: number): Buffer => Buffer.from(`key-${number}`)
  const record = (offset: number) => ({ offset, key: bytes(offset), value: bytes(offset), timestamp: 0, headers: [] })
  const records = Array.from({ length: 3000 }, (_, offset) => record(offset))
  const [restore] = stores.restores()
  t.equal(restore!.restore(records, 3000), 3000)
  const rows = (): number => storage.table('s').count()
  t.equal(rows(), 0)
  restore!.relieve()
  t.equal(rows(), 1500)
  while (stores.continueCheckpoint());
  t.equal(rows(), 3000)
  t.equal(readPosition(storage, changelog)?.offset, 3000)
  t.end()
})

t.test('a checkpoint that is under way is stored when its task is closed, whatever was written since', (t) => {
  const { store, changelogs, stores, storage } = openStores()
  for (let key = 0; key < 5000; key++) store.put(`key-${key}`, 'old')
  changelogs.acknowledged = 5000
  stores.commit(noSource)
  stores.beginCheckpoint()
  store.put('key-4999', 'new')
  stores.close()
  t.equal(readPosition(storage, changelog)?.offset, 5000)
  t.equal(openStores(undefined, storage).store.get('key-4999'), 'old')
  t.end()
})

t.test('rows of a first checkpoint that did not come to its position are forgotten: their deletions may be gone', (t) => {
  const { store, changelogs, stores, storage } = openStores()
  for (let key = 0; key < 5000; key++) store.put(`key-${key}`, 'old')
  changelogs.acknowledged = 5000
  stores.commit(noSource)
  stores.beginCheckpoint()
  for (let slices = 0; slices < 20 && storage.table('s').count() === 0; slices++) stores.continueCheckpoint()
  const [first] = storage.table('s').iterate({})
  const key = Buffer.from(first!.key).toString()
  t.equal(readPosition(storage, changelog), undefined, 'the process is killed here')
  const again = openStores(undefined, storage)
  t.equal(again.stores.restores()[0]?.from, undefined)
  t.equal(again.store.get(key), null, 'another process deleted it, and compaction has removed that from the changelog')
  t.end()
})

t.test('a slice that finds the storage full is written again with all that are left', (t) => {
  const inner = new MemoryStorageFactory().open('task')
  let isFull = false
  const storage: StorageEnvironment = {
    table: (name) => inner.table(name),
    tables: () => inner.tables(),
    drop: (names) => inner.drop(names),
    transact: (writes) => {
      if (isFull) throw new StreamsError('STREAMS_STORAGE_FULL', 'Full.')
      inner.transact(writes)
    },
    close: () => inner.close(),
  }
  const { store, changelogs, stores } = openStores(undefined, storage)
  for (let key = 0; key < 5000; key++) store.put(`key-${key}`, 'old')
  changelogs.acknowledged = 5000
  stores.commit(noSource)
  stores.beginCheckpoint()
  isFull = true
  t.equal(stores.continueCheckpoint(), false)
  t.equal(store.get('key-4999'), 'old')
  isFull = false
  ;(environment.clock as ManualClock).advance(60_000)
  stores.checkpoint()
  t.equal(storage.table('s').count(), 5000)
  t.equal(readPosition(storage, changelog)?.offset, 5000)
  t.end()
})
