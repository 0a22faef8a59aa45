import fc from 'fast-check'
import t from 'tap'
import { keyValueStore, Serdes, timestampedKeyValueStore, valueAndTimestamp } from 'millrace'
import type { KeyValueStore, TimestampedKeyValueStore } from 'millrace'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'
import { runs } from '../laws/runs.ts'
import { open, shownLog, storeTask } from './store-fixture.ts'

// A store with a limit of entries; and stores whose timestamps Java loses.

type Store = KeyValueStore<string, string>

const serdes = { key: Serdes.string, value: Serdes.string }
const storage = () => new MemoryStorageFactory().open('task')

function lru(maxEntries: number, compatibility: 'safe' | 'java' = 'safe') {
  const task = storeTask({ storage: storage(), medium: 'memory', compatibility })
  return { task, store: open<Store>(keyValueStore('s', { ...serdes, maxEntries }), task) }
}

t.test('what was longest not read or written goes, and the changelog hears of it first', async (t) => {
  const { task, store } = lru(2)
  task.at(1)
  store.put('a', '1')
  store.put('b', '2')
  store.get('a')
  task.at(5)
  store.put('c', '3')
  t.same(
    [...store.all()].map(({ key }) => key),
    ['a', 'c'],
  )
  t.same(shownLog(task.log), ['a=1@1', 'b=2@1', 'b=null@5', 'c=3@5'])
})

for (const compatibility of ['safe', 'java'] as const)
  t.test(`${compatibility}: the changelog of a timestamped one`, async (t) => {
    const task = storeTask({ storage: storage(), medium: 'memory', compatibility })
    const spec = timestampedKeyValueStore('s', { ...serdes, maxEntries: 1 })
    const store = open<TimestampedKeyValueStore<string, string>>(spec, task)
    store.put('a', valueAndTimestamp('1', 7))
    store.put('b', valueAndTimestamp('2', 8))
    t.same(shownLog(task.log), compatibility === 'safe' ? ['a=1@7', 'a=null@0', 'b=2@8'] : ['a=1@7', 'b=2@8'])
  })

t.test('law: restored from its changelog it holds what it held', async () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd', 'e')
  const step = fc.oneof(
    fc.record({ key, value: fc.option(fc.constantFrom('1', '2')) }).map((put) => (store: Store) => store.put(put.key, put.value)),
    key.map((read) => (store: Store) => void store.get(read)),
  )
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4 }), fc.array(step, { maxLength: 40 }), (maxEntries, steps) => {
      const { task, store } = lru(maxEntries)
      for (const each of steps) each(store)
      const restored = lru(maxEntries).store
      restored.restore(task.log)
      const [left, right] = [store, restored].map((each) => JSON.stringify([...each.all()]))
      return left === right
    }),
    runs(300),
  )
})

t.test('a number of entries that cannot be is refused', async (t) => {
  t.throws(() => keyValueStore('s', { maxEntries: -1 }), TypeError)
  t.throws(() => keyValueStore('s', { maxEntries: 2, medium: 'disk' }), TypeError)
})

for (const medium of ['memory', 'disk'] as const)
  t.test(`${medium}: timestamps over a plain supplier`, async (t) => {
    for (const compatibility of ['safe', 'java'] as const) {
      const task = storeTask({ storage: storage(), medium, compatibility })
      const spec = timestampedKeyValueStore('s', { ...serdes, supplier: 'plain' })
      const store = open<TimestampedKeyValueStore<string, string>>(spec, task)
      store.put('a', valueAndTimestamp('1', 7))
      const isLost = compatibility === 'java' && medium === 'disk'
      t.same(store.get('a'), valueAndTimestamp('1', isLost ? -1 : 7), compatibility)
      t.same(shownLog(task.log), ['a=1@7'])
    }
  })
