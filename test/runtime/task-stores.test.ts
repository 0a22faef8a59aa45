import t from 'tap'
import type { ManualClock } from '../../lib/clock/manual-clock.ts'
import { readPosition } from '../../lib/runtime/restore/store-positions.ts'
import { keyValueStore } from './plan.ts'
import { environment } from './task-fixture.ts'
import { changelog, noSource, openStores } from './task-stores-fixture.ts'

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
  stores.start()
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
