import t from 'tap'
import { Serdes } from '../../lib/serde/serdes.ts'
import { windowStore } from '../../lib/state/stores.ts'
import type { ReadOnlyWindowStore, WindowStore } from '../../lib/state/window/window-store.ts'
import type { PositionedIterator } from '../../lib/state/key-value/row-iterators.ts'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'
import { open, storeTask } from './store-fixture.ts'

// The look-ups of a store use one scratch in turn.

const declared = { key: Serdes.string, value: Serdes.bytes, retentionMs: 1_000, windowSizeMs: 10 }

function opened(cacheBytes: number): WindowStore<string, Uint8Array> {
  const spec = windowStore('windows', { ...declared, caching: cacheBytes > 0 ? 'enabled' : 'disabled' })
  return open(spec, storeTask({ storage: new MemoryStorageFactory().open('app'), medium: 'disk', cacheBytes }))
}

function filled(cacheBytes: number) {
  const store = opened(cacheBytes)
  for (const startMs of [30, 10, 20]) store.put('a', Buffer.from(`a${startMs}`), startMs)
  store.put('b', Buffer.from('b10'), 10)
  return store
}

const shown = (entry: { startMs: number; value: Uint8Array }) => [entry.startMs, Buffer.from(entry.value).toString()]
const expected = [
  [10, 'a10'],
  [20, 'a20'],
  [30, 'a30'],
]

function written(store: WindowStore<string, Uint8Array>): void {
  store.put('a', null, 20)
  store.put('a', Buffer.from('changed'), 30)
  for (let index = 0; index < 500; index++) store.put(`other${index}`, Buffer.alloc(100), 40)
}

for (const cacheBytes of [0, 1_000_000]) {
  const name = cacheBytes === 0 ? 'without a cache' : 'with a cache'

  t.test(`${name}, what is written while windows are read is not seen`, async (t) => {
    const store = filled(cacheBytes)
    const seen = []
    for (const entry of store.fetch('a', 0, 100)) {
      if (seen.length === 0) written(store)
      seen.push(shown(entry))
    }
    t.strictSame(seen, expected)
    t.strictSame([...store.fetch('a', 0, 100)].map(shown), [
      [10, 'a10'],
      [30, 'changed'],
    ])
  })

  t.test(`${name}, a look-up that begins while another one is read changes nothing there`, async (t) => {
    const store = filled(cacheBytes)
    const seen = []
    for (const entry of store.fetch('a', 0, 100)) {
      t.strictSame([...store.fetch('b', 0, 100)].map(shown), [[10, 'b10']])
      t.strictSame([...store.backwardFetch('a', 0, 100)].map(shown), expected.toReversed())
      seen.push(shown(entry))
    }
    t.strictSame(seen, expected)
  })

  t.test(`${name}, an iterator that has ended shows nothing of the next look-up`, async (t) => {
    const store = filled(cacheBytes)
    const [complete, left] = [store.fetch('a', 0, 100), store.fetch('a', 0, 100)]
    const values = [...complete].map(({ value }) => value)
    left.next()
    left.return!()
    const next = store.fetch('b', 0, 100)
    t.strictSame([complete.next().done, left.next().done, complete.return!().done], [true, true, true])
    t.strictSame([...next].map(shown), [[10, 'b10']])
    t.strictSame(values.map(String), ['a10', 'a20', 'a30'])
  })

  t.test(`${name}, a look-up goes on behind each position, in both directions`, async (t) => {
    const store = filled(cacheBytes)
    t.strictSame(inPages(store, 'fetch'), expected)
    t.strictSame(inPages(store, 'backwardFetch'), expected.toReversed())
  })
}

/** Reads one window a page. */
function inPages(store: ReadOnlyWindowStore<string, Uint8Array>, method: 'fetch' | 'backwardFetch') {
  type Paged = (
    key: string,
    fromMs: number,
    toMs: number,
    after?: string,
  ) => PositionedIterator<{ startMs: number; value: Uint8Array }>
  const read = (store[method] as Paged).bind(store)
  const seen: unknown[] = []
  let after: string | undefined
  for (;;) {
    const page = read('a', 0, 100, after)
    const { done, value } = page.next()
    if (done === true) return seen
    seen.push(shown(value))
    after = page.position
    page.return!()
  }
}
