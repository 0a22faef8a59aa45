import { MessageChannel } from 'node:worker_threads'
import t from 'tap'
import { windowed } from '../../lib/model/windowed.ts'
import { LocalQueryPort } from '../../lib/query/local-query-port.ts'
import { answerQueries, MessageQueryPort } from '../../lib/query/message-query-port.ts'
import { openQueryableStore } from '../../lib/query/open-queryable-store.ts'
import type {
  QueryableKeyValueStore,
  QueryableSessionStore,
  QueryableVersionedStore,
  QueryableWindowStore,
} from '../../lib/query/queryable-stores.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { KeyValueStore, TimestampedKeyValueStore } from '../../lib/state/key-value/key-value-store.ts'
import type { SessionStore } from '../../lib/state/session/session-store.ts'
import type { StateStore } from '../../lib/state/state-store.ts'
import type { StoreView } from '../../lib/state/store-spec.ts'
import {
  keyValueStore,
  sessionStore,
  timestampedKeyValueStore,
  versionedKeyValueStore,
  windowStore,
} from '../../lib/state/stores.ts'
import type { VersionedKeyValueStore } from '../../lib/state/versioned/versioned-key-value-store.ts'
import type { WindowStore } from '../../lib/state/window/window-store.ts'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'
import { collected } from '../runtime/running.ts'
import { open, storeTask } from '../state/store-fixture.ts'

// Every query of every kind of store, through a channel that copies what is posted, as to a worker.

const serdes = { key: Serdes.string, value: Serdes.json<{ n: number }>() }

function opened<S>(spec: object): S & StateStore {
  return open<S>(spec, storeTask({ storage: new MemoryStorageFactory().open('test'), medium: 'memory' }))
}

/** The store, behind a channel; two rows a page. */
function behindChannel<Q>(t: { teardown(end: () => void): void }, view: StoreView, store: StateStore): Q {
  const { port1, port2 } = new MessageChannel()
  answerQueries(port1, new LocalQueryPort(() => [{ name: '0_0', store }], 2))
  t.teardown(() => port1.close())
  return openQueryableStore('s', view, new MessageQueryPort(port2)) as Q
}

t.test('a key-value store', async (t) => {
  const store = opened<KeyValueStore<string, { n: number }>>(keyValueStore('s', serdes))
  for (const [n, key] of ['a', 'ab', 'b', 'c', 'd'].entries()) store.put(key, { n })
  const queries = behindChannel<QueryableKeyValueStore<string, { n: number }>>(t, 'key-value', store)
  t.same(await queries.get('b'), { n: 2 })
  t.equal(await queries.get('x'), null)
  t.equal(await queries.approximateNumEntries(), 5)
  t.same(await collected(queries.range('ab', 'c')), [...store.range('ab', 'c')])
  t.same(await collected(queries.reverseRange('ab', null)), [...store.reverseRange('ab', null)])
  t.same(await collected(queries.all()), [...store.all()])
  t.same(await collected(queries.reverseAll()), [...store.reverseAll()])
  t.same(await collected(queries.prefixScan(Buffer.from('a'))), [...store.prefixScan(Buffer.from('a'))])
})

t.test('a timestamped store gives plain values', async (t) => {
  const store = opened<TimestampedKeyValueStore<string, { n: number }>>(timestampedKeyValueStore('s', serdes))
  store.put('a', { value: { n: 1 }, timestamp: 5 })
  const queries = behindChannel<QueryableKeyValueStore<string, { n: number }>>(t, 'key-value', store)
  t.same(await queries.get('a'), { n: 1 })
  t.same(await collected(queries.all()), [{ key: 'a', value: { n: 1 } }])
})

t.test('a window store', async (t) => {
  const store = opened<WindowStore<string, { n: number }>>(windowStore('s', { ...serdes, retentionMs: 1000, windowSizeMs: 10 }))
  for (const [n, startMs] of [0, 10, 20, 30].entries()) for (const key of ['a', 'b']) store.put(key, { n }, startMs)
  const queries = behindChannel<QueryableWindowStore<string, { n: number }>>(t, 'window', store)
  t.same(await queries.fetchOne('a', 20), { n: 2 })
  t.equal(await queries.fetchOne('a', 21), null)
  t.same(await collected(queries.fetch('a', 5, Infinity)), [...store.fetch('a', 5, Infinity)])
  t.same(await collected(queries.backwardFetch('a', 0, 25)), [...store.backwardFetch('a', 0, 25)])
  t.same(await collected(queries.fetchRange('a', null, 0, 25)), [...store.fetchRange('a', null, 0, 25)])
  t.same(await collected(queries.backwardFetchRange(null, 'a', 0, 25)), [...store.backwardFetchRange(null, 'a', 0, 25)])
  t.same(await collected(queries.fetchAll(5, 25)), [...store.fetchAll(5, 25)])
  t.same(await collected(queries.backwardFetchAll(5, 25)), [...store.backwardFetchAll(5, 25)])
  t.same(await collected(queries.all()), [...store.all()])
  t.same(await collected(queries.backwardAll()), [...store.backwardAll()])
})

t.test('a session store', async (t) => {
  const store = opened<SessionStore<string, { n: number }>>(sessionStore('s', { ...serdes, retentionMs: 1000 }))
  for (const [n, startMs] of [0, 10, 20].entries())
    for (const key of ['a', 'b']) store.put(windowed(key, startMs, startMs + 5), { n })
  const queries = behindChannel<QueryableSessionStore<string, { n: number }>>(t, 'session', store)
  t.same(await queries.fetchSession('a', 10, 15), { n: 1 })
  t.equal(await queries.fetchSession('a', 10, 16), null)
  t.same(await collected(queries.fetch('a')), [...store.fetch('a')])
  t.same(await collected(queries.backwardFetch('a')), [...store.backwardFetch('a')])
  t.same(await collected(queries.fetchRange(null, 'b')), [...store.fetchRange(null, 'b')])
  t.same(await collected(queries.backwardFetchRange('a', null)), [...store.backwardFetchRange('a', null)])
  t.same(await collected(queries.findSessions('a', 6, 30)), [...store.findSessions('a', 6, 30)])
  t.same(await collected(queries.backwardFindSessions('a', 6, 30)), [...store.backwardFindSessions('a', 6, 30)])
  t.same(await collected(queries.findSessionsRange('a', 'b', 6, 30)), [...store.findSessionsRange('a', 'b', 6, 30)])
  t.same(await collected(queries.backwardFindSessionsRange('a', 'b', 6, 30)), [
    ...store.backwardFindSessionsRange('a', 'b', 6, 30),
  ])
})

t.test('a versioned store gives versions, which are values with their times', async (t) => {
  const spec = versionedKeyValueStore('s', { ...serdes, historyRetentionMs: 1000 })
  const store = opened<VersionedKeyValueStore<string, { n: number }>>(spec)
  for (const n of [1, 2, 3, 4]) store.put('a', { n }, n * 10)
  const queries = behindChannel<QueryableVersionedStore<string, { n: number }>>(t, 'versioned', store)
  t.same(await queries.get('a'), { value: { n: 4 }, timestamp: 40 })
  t.same(await queries.get('a', 25), { value: { n: 2 }, timestamp: 20 })
  t.same(await collected(queries.history('a')), [...store.history('a')])
  const latest = { fromMs: 15, order: 'descending' } as const
  t.same(await collected(queries.history('a', latest)), [...store.history('a', latest)])
})

t.test('errors arrive with their code and facts; a channel that closes is one', async (t) => {
  const store = opened<KeyValueStore<string, { n: number }>>(keyValueStore('s', serdes))
  const queries = behindChannel<QueryableKeyValueStore<string, { n: number }>>(t, 'key-value', store)
  await t.rejects(queries.get(1 as never), { code: 'STREAMS_SERIALIZATION' })
  store.close()
  await t.rejects(queries.get('a'), { name: 'InvalidStateStoreError', code: 'STREAMS_STORE_CLOSED', facts: { store: 's' } })

  const { port1, port2 } = new MessageChannel()
  const port = new MessageQueryPort(port2)
  const asked = port.value({ kind: 'value', store: 's', view: 'key-value', method: 'get', values: ['a'] })
  port1.close()
  await t.rejects(asked, { name: 'InvalidStateStoreError', code: 'STREAMS_STORE_NOT_AVAILABLE' })
  await t.rejects(port.value({ kind: 'value', store: 's', view: 'key-value', method: 'get', values: ['a'] }), {
    code: 'STREAMS_STORE_NOT_AVAILABLE',
  })
})
