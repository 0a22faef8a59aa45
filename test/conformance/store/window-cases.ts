import { Serdes } from '../../../lib/serde/serdes.ts'
import { windowStore } from '../../../lib/state/stores.ts'
import type { StateStore } from '../../../lib/state/state-store.ts'
import type { UnemittedWindows, WindowEntry, WindowedEntry, WindowStore } from '../../../lib/state/window/window-store.ts'
import { checkpoint, open, storeTask, type StoreTask } from '../../state/store-fixture.ts'
import type { StoreCase, StoreGround } from './store-case.ts'

type Windows = WindowStore<string, string> & StateStore

const options = { key: Serdes.string, value: Serdes.string, retentionMs: 120_000, windowSizeMs: 10 } as const

function opened(ground: StoreGround, expiry: 'exact' | 'segmented', task: StoreTask = storeTask(ground)): Windows {
  return open<Windows>(windowStore('w', { ...options, expiry, caching: 'enabled' }), task)
}

function fill(store: Windows): void {
  for (const [key, value, start] of [
    ['b', '1', 0],
    ['a', '2', 10],
    ['a', '3', 0],
    ['ab', '4', 5],
    ['a', '5', 70_000],
    ['b', '6', 60_000],
  ] as const)
    store.put(key, value, start)
}

const shown = (rows: Iterable<WindowedEntry<string, string>>): string =>
  [...rows].map(({ key, value }) => `${key.key}@${key.startMs}=${value}`).join(' ')
const values = (rows: Iterable<WindowEntry<string> | WindowedEntry<string, string>>): string =>
  [...rows].map(({ value }) => value).join('')

export const windowCases: Readonly<Record<string, StoreCase>> = {
  'exact: rows by start, then by key': (t, ground) => {
    const store = opened(ground, 'exact')
    fill(store)
    const all = 'a@0=3 b@0=1 ab@5=4 a@10=2 b@60000=6 a@70000=5'
    t.equal(shown(store.all()), all)
    t.equal(shown(store.backwardAll()), all.split(' ').toReversed().join(' '))
    t.equal(shown(store.fetchAll(5, 60_000)), 'ab@5=4 a@10=2 b@60000=6')
    t.equal(shown(store.fetchRange('a', 'ab', 0, 100)), 'a@0=3 ab@5=4 a@10=2')
    t.equal(shown(store.fetchRange('ab', null, 0, 100)), 'b@0=1 ab@5=4')
    t.equal(shown(store.backwardFetchRange(null, 'a', 0, 100)), 'a@10=2 a@0=3')
    t.equal(shown(store.fetchRange('b', 'a', 0, 100)), '')
  },
  'segmented: rows by segment, then by key': (t, ground) => {
    const store = opened(ground, 'segmented')
    fill(store)
    const all = 'a@0=3 a@10=2 ab@5=4 b@0=1 a@70000=5 b@60000=6'
    t.equal(shown(store.all()), all)
    store.flush()
    store.commit()
    checkpoint(store, ground.storage)
    t.equal(shown(store.all()), all)
    t.equal(shown(store.backwardAll()), all.split(' ').toReversed().join(' '))
    t.equal(shown(store.fetchRange('a', 'ab', 0, 100)), 'a@0=3 a@10=2 ab@5=4')
  },
  'time first: rows by start, then by key; with an index a range of keys goes by key': (t, ground) => {
    for (const layout of ['time-first', 'time-first-indexed'] as const) {
      const spec = { ...windowStore(layout, { ...options, expiry: 'segmented' }), layout }
      const store = open<Windows>(spec, storeTask(ground))
      fill(store)
      const check = (): void => {
        t.equal(shown(store.all()), 'a@0=3 b@0=1 ab@5=4 a@10=2 b@60000=6 a@70000=5')
        t.equal(shown(store.backwardFetchAll(5, 60_000)), 'b@60000=6 a@10=2 ab@5=4')
        const byKey = 'a@0=3 a@10=2 ab@5=4 b@0=1'
        t.equal(shown(store.fetchRange(null, null, 0, 10)), layout === 'time-first' ? 'a@0=3 b@0=1 ab@5=4 a@10=2' : byKey)
        t.equal(values(store.fetch('a', 0, 20)), '32')
      }
      check()
      store.commit()
      checkpoint(store, ground.storage)
      check()
      store.put('a', null, 0)
      t.equal(shown(store.fetchAll(0, 5)), 'b@0=1 ab@5=4', 'a deletion is one in both orders')
      t.equal(store.fetchOne('a', 0), null)
    }
  },
  'what is yet to be emitted is not forgotten, however old it is': (t, ground) => {
    for (const expiry of ['exact', 'segmented'] as const) {
      const spec = { ...windowStore(`kept-${expiry}`, { ...options, expiry }), emit: 'on-window-close', layout: 'time-first' }
      const store = open<Windows & UnemittedWindows>(spec, storeTask(ground))
      store.put('a', '1', 0)
      store.put('a', '2', 200_000)
      store.put('b', '3', 9_000_000)
      t.equal(shown(store.all()), 'a@0=1 a@200000=2 b@9000000=3')
      store.keepFrom(200_000)
      t.equal(shown(store.all()), 'a@200000=2 b@9000000=3')
      store.keepFrom(9_000_000)
      store.commit()
      checkpoint(store, ground.storage)
      t.equal(shown(store.all()), 'b@9000000=3')
    }
  },
  'nothing lies before the epoch': (t, ground) => {
    for (const expiry of ['exact', 'segmented'] as const) {
      const store = opened(ground, expiry)
      fill(store)
      t.equal(values(store.fetch('a', -20, -5)), '')
      t.equal(values(store.fetchRange('a', 'b', -20, -5)), '')
      t.equal(values(store.fetchAll(-20, -5)), '')
      store.flush()
      store.commit()
      checkpoint(store, ground.storage)
      t.equal(values(store.fetch('a', -20, -5)), '')
    }
  },
  'one key by time, both bounds included': (t, ground) => {
    for (const expiry of ['exact', 'segmented'] as const) {
      const store = opened(ground, expiry)
      fill(store)
      t.strictSame(
        [...store.fetch('a', 0, 10)],
        [
          { startMs: 0, value: '3' },
          { startMs: 10, value: '2' },
        ],
      )
      t.equal(values(store.fetch('a', 1, Infinity)), '25')
      t.equal(values(store.backwardFetch('a', 0, 70_000)), '523')
      t.equal(values(store.fetch('a', 11, 69_999)), '')
      t.equal(values(store.fetch('a', 10, 0)), '')
      t.equal(store.fetchOne('a', 10), '2')
      store.put('a', null, 10)
      t.equal(store.fetchOne('a', 10), null)
      t.equal(values(store.fetch('a', 0, Infinity)), '35')
      store.flush()
      store.commit()
      checkpoint(store, ground.storage)
    }
  },
  'a key that begins another one is not mixed up with it': (t, ground) => {
    for (const expiry of ['exact', 'segmented'] as const) {
      const store = opened(ground, expiry)
      store.put('k', '1', 70_000)
      store.put('k\0', '2', 60_000)
      store.put('k\0\0', '3', 65_000)
      t.equal(values(store.fetch('k', 0, 80_000)), '1')
      t.equal(
        values([...store.fetchRange('k', 'k\0\0', 0, 80_000)].sort((left, right) => (left.value < right.value ? -1 : 1))),
        '123',
      )
      t.equal(values(store.fetchRange('k', 'k', 0, 80_000)), '1')
      store.flush()
      store.commit()
      checkpoint(store, ground.storage)
    }
  },
  'expiry: exact refuses and counts what is as old as the retention, segmented only lost segments': (t, ground) => {
    for (const [expiry, dropped] of [
      ['exact', 2],
      ['segmented', 1],
    ] as const) {
      const task = storeTask(ground)
      const store = open<Windows>(windowStore(expiry, { ...options, expiry }), task)
      store.put('a', 'new', 250_000)
      store.put('a', 'lost', 119_999)
      store.put('a', 'late', 130_000)
      store.put('a', 'in time', 130_001)
      t.equal(task.dropped.total, dropped, expiry)
      t.equal(shown(store.all()), 'a@130001=in time a@250000=new', 'what has expired is not read, even where it was written')
      t.equal(store.fetchOne('a', 130_000), null)
    }
  },
  'duplicates are kept in order, deletions of them mean nothing': (t, ground) => {
    for (const expiry of ['exact', 'segmented'] as const) {
      const task = storeTask(ground)
      const store = open<Windows>(windowStore(`dup-${expiry}`, { ...options, expiry, duplicates: 'keep' }), task)
      store.put('a', '1', 0)
      store.put('a', null, 0)
      store.put('a', '2', 0)
      store.put('b', '3', 0)
      t.equal(values(store.fetch('a', 0, 0)), '12')
      t.equal(values(store.all()), '123')
      const sequences = task.log.map(({ key }) => Buffer.from(key).readUInt32BE(9))
      t.strictSame(sequences, ground.changelog === 'on' ? [1, 2, 3, 4] : [], 'the changelog counts deletions')
    }
  },
  'an iterator over windows does not see what is written after it': (t, ground) => {
    const store = opened(ground, 'segmented')
    fill(store)
    const rows = store.fetch('a', 0, Infinity)
    store.put('a', null, 10)
    store.put('a', '9', 20)
    store.flush()
    t.equal(values(rows), '325')
    t.equal(values(store.fetch('a', 0, Infinity)), '395')
  },
}
