import t from 'tap'
import type { Change } from '../../lib/model/change.ts'
import { valueAndTimestamp } from '../../lib/model/value-and-timestamp.ts'
import type { Windowed } from '../../lib/model/windowed.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { CachedStateStore } from '../../lib/state/layers/flush-listener.ts'
import type { TimestampedKeyValueStore } from '../../lib/state/key-value/key-value-store.ts'
import { RecordCacheBudget } from '../../lib/state/layers/record-cache-budget.ts'
import type { StateStore } from '../../lib/state/state-store.ts'
import { timestampedKeyValueStore, timestampedWindowStore } from '../../lib/state/stores.ts'
import type { TimestampedWindowStore } from '../../lib/state/window/window-store.ts'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'
import { open, shownLog, storeTask } from './store-fixture.ts'

type Table = TimestampedKeyValueStore<string, string> & CachedStateStore<string, string> & StateStore
type Windows = TimestampedWindowStore<string, string> & CachedStateStore<Windowed<string>, string> & StateStore

const serdes = { key: Serdes.string, value: Serdes.string, caching: 'enabled' } as const

function opened(cacheBytes: number, oldValues: 'send' | 'omit' = 'send', compatibility: 'safe' | 'java' = 'safe') {
  const task = storeTask({ storage: new MemoryStorageFactory().open('app'), medium: 'memory', cacheBytes, compatibility })
  const store = open<Table>(timestampedKeyValueStore('s', serdes), task)
  const forwarded: string[] = []
  const isCached = store.setFlushListener((key, { oldValue, newValue }: Change<string>, timestamp) => {
    forwarded.push(`${key}:${oldValue}->${newValue}@${timestamp}/${task.context.recordContext().timestamp}`)
  }, oldValues)
  const put = (key: string, value: string | null, timestamp: number): void => {
    task.at(timestamp)
    store.put(key, value === null ? null : valueAndTimestamp(value, timestamp))
  }
  return { task, store, forwarded, isCached, put }
}

t.test('a flush emits the newest update of each key, in the order of the updates, each in its own context', async (t) => {
  const { task, store, forwarded, put } = opened(10_000)
  put('a', '1', 10)
  put('b', '1', 20)
  put('a', '2', 30)
  put('c', '1', 5)
  t.strictSame([forwarded, task.log], [[], []])
  store.flush()
  t.strictSame(forwarded, ['b:null->1@20/20', 'a:null->2@30/30', 'c:null->1@5/5'])
  t.strictSame(shownLog(task.log), ['b=1@20', 'a=2@30', 'c=1@5'])
  t.equal(task.context.recordContext().timestamp, 5, 'the context is put back')
  store.flush()
  t.equal(forwarded.length, 3, 'what was emitted is clean')
})

t.test('the old value is that of the store below; a deletion of nothing is not emitted', async (t) => {
  const { task, store, forwarded, put } = opened(10_000)
  put('a', '1', 1)
  store.flush()
  put('a', '2', 2)
  put('a', '3', 3)
  put('b', null, 5)
  store.flush()
  put('a', null, 6)
  store.flush()
  t.strictSame(forwarded, ['a:null->1@1/1', 'a:1->3@3/3', 'a:3->null@6/6'])
  t.strictSame(shownLog(task.log), ['a=1@1', 'a=3@3', 'a=null@6'])
})

for (const [compatibility, emitted] of [
  ['safe', ['a:null->null@3/3']],
  ['java', []],
] as const)
  t.test(`${compatibility}: a value that came and went between two flushes may have been read`, async (t) => {
    const { store, forwarded, put } = opened(10_000, 'send', compatibility)
    put('a', '1', 1)
    put('a', null, 2)
    put('a', null, 3)
    store.flush()
    t.strictSame(forwarded, emitted)
    put('a', null, 4)
    store.flush()
    t.strictSame(forwarded, emitted, 'once')
  })

t.test('old values are null where nobody wants them', async (t) => {
  const { store, forwarded, put } = opened(10_000, 'omit')
  for (const value of ['1', '2', null]) {
    put('a', value, 1)
    store.flush()
  }
  t.strictSame(forwarded, ['a:null->1@1/1', 'a:null->2@1/1', 'a:null->null@1/1'])
})

t.test('without a budget there is no cache: writes are logged at once, and operators forward by themselves', async (t) => {
  const { task, isCached, put } = opened(0)
  t.equal(isCached, false)
  put('a', '1', 1)
  put('a', null, 2)
  put('b', null, 3)
  t.strictSame(shownLog(task.log), ['a=1@1', 'a=null@2', 'b=null@3'])
})

t.test('the cache stays within its budget, and loses nothing', async (t) => {
  const { task, store, forwarded, put } = opened(5_000)
  const budget = task.context.cache as RecordCacheBudget
  for (let index = 0; index < 1_000; index++) {
    put(`key-${index % 100}`, String(index), index)
    if (budget.bytes > 5_000) t.fail(`${budget.bytes} bytes are cached`)
  }
  t.ok(forwarded.length > 0)
  store.flush()
  t.strictSame(
    [...store.all()].map(({ key, value }) => [key, value.value]).sort(),
    Array.from({ length: 100 }, (_, index) => [`key-${index}`, String(900 + index)]).sort(),
  )
  store.close()
  t.equal(budget.bytes, 0)
})

t.test('keys that are in use stay, others leave first', async (t) => {
  const { task, forwarded, put, store } = opened(4_000)
  for (let index = 0; index < 200; index++) {
    put('hot', String(index), index)
    put(`cold-${index}`, '', index)
  }
  store.flush()
  const hot = forwarded.filter((row) => row.startsWith('hot')).length
  t.ok(hot < 60, `200 updates of a key in use were emitted ${hot} times`)
  t.equal(task.log.length, forwarded.length)
})

t.test('what a listener writes to the store during a flush is emitted by the next one', async (t) => {
  const { task, store, put } = opened(10_000)
  const emitted: string[] = []
  store.setFlushListener((key, { newValue }) => {
    emitted.push(`${key}=${newValue}`)
    if (newValue?.length === 1) store.put(key === 'a' ? 'c' : 'b', valueAndTimestamp(`${newValue}!`, 9))
  }, 'send')
  for (const key of ['a', 'b', 'c']) put(key, '1', 1)
  store.flush()
  t.strictSame(emitted, ['a=1', 'b=1', 'c=1'])
  t.equal(store.get('c')?.value, '1!')
  store.flush()
  t.strictSame(emitted.slice(3), ['c=1!', 'b=1!'])
  store.flush()
  t.equal(task.log.length, 5)
})

t.test('two stores share a budget: the one that grows gives back', async (t) => {
  const evicted: string[] = []
  const budget = new RecordCacheBudget(100)
  const cache = (name: string, bytes: number) => ({ bytes, evict: (wanted: number) => void evicted.push(`${name} ${wanted}`) })
  const [left, right] = [cache('left', 60), cache('right', 50)]
  budget.charge(60, left)
  budget.charge(50, right)
  t.strictSame(evicted, ['right 20'])
})

t.test('a window store forwards windows', async (t) => {
  const task = storeTask({ storage: new MemoryStorageFactory().open('app'), medium: 'memory', cacheBytes: 10_000 })
  const store = open<Windows>(timestampedWindowStore('w', { ...serdes, retentionMs: 100, windowSizeMs: 10 }), task)
  const forwarded: unknown[] = []
  store.setFlushListener(
    (key, { oldValue, newValue }, timestamp) => void forwarded.push([key, oldValue, newValue, timestamp]),
    'send',
  )
  store.put('a', valueAndTimestamp('1', 12), 10)
  store.put('a', valueAndTimestamp('2', 11), 10)
  store.put('b', null, 20)
  store.flush()
  store.put('a', null, 10)
  store.flush()
  const window = { key: 'a', startMs: 10, endMs: 20 }
  t.strictSame(forwarded, [
    [window, null, '2', 11],
    [window, '2', null, 0],
  ])
})
