import { deepStrictEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { windowed } from '../../lib/model/windowed.ts'
import type { Windowed } from '../../lib/model/windowed.ts'
import { LocalQueryPort } from '../../lib/query/local-query-port.ts'
import { StoreReader } from '../../lib/query/store-reader.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { KeyValueStore } from '../../lib/state/key-value/key-value-store.ts'
import type { SessionStore } from '../../lib/state/session/session-store.ts'
import type { StateStore } from '../../lib/state/state-store.ts'
import type { StoreView } from '../../lib/state/store-spec.ts'
import { keyValueStore, sessionStore, versionedKeyValueStore, windowStore } from '../../lib/state/stores.ts'
import type { VersionedKeyValueStore } from '../../lib/state/versioned/versioned-key-value-store.ts'
import type { WindowStore } from '../../lib/state/window/window-store.ts'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'
import { collected } from '../runtime/running.ts'
import { open, storeTask } from '../state/store-fixture.ts'

// Pages of a range, one after the other, are the range: in every store, whatever its order and wherever a page ends.

/** One of them is the beginning of another, and goes on with the byte that times begin with. */
const keys = ['', 'a', 'a\0', 'a\0\0', 'ab', 'b']

const serdes = { key: Serdes.string, value: Serdes.string }
const caching = { ...serdes, caching: 'enabled' } as const
const time = { retentionMs: 100_000 }
const sized = { ...time, windowSizeMs: 10 }

type Write = readonly [key: string, one: number, other: number]

interface StoreOfKind {
  readonly view: StoreView
  readonly spec: object
  put(store: never, write: Write, value: string): void
  readonly ranges: Readonly<Record<string, readonly unknown[]>>
}

const keyValue: Omit<StoreOfKind, 'spec'> = {
  view: 'key-value',
  put: (store: KeyValueStore<string, string>, [key], value) => store.put(key, value),
  ranges: {
    range: ['a', 'b'],
    reverseRange: ['a', 'b'],
    all: [],
    reverseAll: [],
    prefixScan: [Buffer.from('a')],
  },
}

const window: Omit<StoreOfKind, 'spec'> = {
  view: 'window',
  put: (store: WindowStore<string, string>, [key, startMs], value) => store.put(key, value, startMs),
  ranges: {
    fetch: ['a', 0, 90_000],
    backwardFetch: ['a', 0, 90_000],
    fetchRange: ['a', 'ab', 10, 150_000],
    backwardFetchRange: [null, 'ab', 10, 150_000],
    fetchAll: [5, 150_000],
    backwardFetchAll: [5, 150_000],
    all: [],
    backwardAll: [],
  },
}

const session: Omit<StoreOfKind, 'spec'> = {
  view: 'session',
  put: (store: SessionStore<string, string>, [key, one, other], value) =>
    store.put(windowed(key, Math.min(one, other), Math.max(one, other)) as Windowed<string>, value),
  ranges: {
    fetch: ['a'],
    backwardFetch: ['a'],
    fetchRange: ['a', 'ab'],
    backwardFetchRange: [null, null],
    findSessions: ['a', 10, 120_000],
    backwardFindSessions: ['a', 10, 120_000],
    findSessionsRange: ['a', 'b', 10, 120_000],
    backwardFindSessionsRange: [null, 'ab', 10, 120_000],
  },
}

const versioned: Omit<StoreOfKind, 'spec'> = {
  view: 'versioned',
  put: (store: VersionedKeyValueStore<string, string>, [key, timestamp], value) => void store.put(key, value, timestamp),
  ranges: { history: ['a', {}], 'history descending': ['a', { order: 'descending' }] },
}

const layouts = ['key-first', 'time-first', 'time-first-indexed'] as const

const stores: Readonly<Record<string, StoreOfKind>> = {
  'key-value': { ...keyValue, spec: keyValueStore('s', serdes) },
  'cached key-value': { ...keyValue, spec: keyValueStore('s', caching) },
  ...Object.fromEntries(
    layouts.map((layout) => [
      `${layout} windows`,
      { ...window, spec: { ...windowStore('s', { ...caching, ...sized }), layout } },
    ]),
  ),
  'uncached windows': { ...window, spec: windowStore('s', { ...serdes, ...sized }) },
  'windows with duplicates': { ...window, spec: windowStore('s', { ...serdes, ...sized, duplicates: 'keep' }) },
  sessions: { ...session, spec: sessionStore('s', { ...serdes, ...time }) },
  'cached sessions': { ...session, spec: sessionStore('s', { ...caching, ...time }) },
  versioned: { ...versioned, spec: versionedKeyValueStore('s', { ...serdes, historyRetentionMs: 100_000 }) },
}

const times = fc.oneof(fc.constantFrom(0, 10, 59_999, 60_000, 120_000), fc.integer({ min: 0, max: 150_000 }))
const writes = fc.array(fc.tuple(fc.constantFrom(...keys), times, times), { maxLength: 40 })

for (const [name, { view, spec, put, ranges }] of Object.entries(stores))
  for (const medium of ['memory', 'disk'] as const)
    t.test(`${name}, ${medium}`, async (t) => {
      const property = fc.asyncProperty(writes, writes, fc.integer({ min: 1, max: 5 }), async (flushed, cached, pageRows) => {
        const storage = new MemoryStorageFactory().open('test')
        const task = storeTask({ storage, medium, cacheBytes: 100_000 })
        const store = open<StateStore>(spec, task)
        const write = (each: Write, index: number): void => {
          task.at(each[1])
          put(store as never, each, `v${index}`)
        }
        flushed.forEach(write)
        store.flush()
        cached.forEach(write)
        const reader = new StoreReader('s', view, new LocalQueryPort(() => [{ name: '0_0', store }], pageRows))
        for (const [range, values] of Object.entries(ranges)) {
          const method = range.split(' ')[0]!
          const whole = (store as unknown as Record<string, (...values: readonly unknown[]) => Iterable<unknown>>)[method]!
          deepStrictEqual(await collected(reader.rows(method, values)), [...whole.apply(store, [...values])], range)
        }
        store.close()
      })
      await fc.assert(property, { numRuns: 15 })
      t.pass('the pages are the range')
    })

t.test('rows that are written and deleted between two pages move no other row', async (t) => {
  const task = storeTask({ storage: new MemoryStorageFactory().open('test'), medium: 'disk' })
  const store = open<KeyValueStore<string, string>>(keyValueStore('s', serdes), task)
  for (const key of ['a', 'b', 'c', 'd', 'e']) store.put(key, key)
  const reader = new StoreReader('s', 'key-value', new LocalQueryPort(() => [{ name: '0_0', store }], 2))
  const seen: string[] = []
  for await (const { key } of reader.rows<{ key: string }>('all', [])) {
    seen.push(key)
    if (key === 'b') {
      store.delete('b')
      store.put('aa', 'aa')
      store.put('cc', 'cc')
    }
  }
  t.same(seen, ['a', 'b', 'c', 'cc', 'd', 'e'])
})

t.test('a part that moves away between two pages is an error, and what only writes cannot be asked', async (t) => {
  const task = storeTask({ storage: new MemoryStorageFactory().open('test'), medium: 'memory' })
  const store = open<KeyValueStore<string, string>>(keyValueStore('s', serdes), task)
  for (const key of ['a', 'b', 'c']) store.put(key, key)
  let parts = [{ name: '0_0', store }]
  const port = new LocalQueryPort(() => parts, 2)
  const rows = new StoreReader('s', 'key-value', port).rows('all', [])
  await rows.next()
  await rows.next()
  parts = [{ name: '0_1', store }]
  await t.rejects(rows.next(), { code: 'STREAMS_STORE_NOT_AVAILABLE', facts: { store: 's', part: '0_0' } })
  await t.rejects(port.value({ kind: 'value', store: 's', view: 'key-value', method: 'delete', values: ['a'] }))
  t.equal(store.get('a'), 'a')
})
