import { fromLatin1 } from '../../../lib/model/bytes.ts'
import { valueAndTimestamp } from '../../../lib/model/value-and-timestamp.ts'
import { Serdes } from '../../../lib/serde/serdes.ts'
import type { TimestampedKeyValueStore } from '../../../lib/state/key-value/key-value-store.ts'
import { keyValueStore, timestampedKeyValueStore } from '../../../lib/state/stores.ts'
import { checkpoint, open, storeTask } from '../../state/store-fixture.ts'
import { show, type StoreCase, type StoreGround, type StringStore } from './store-case.ts'

const strings = { key: Serdes.string, value: Serdes.string, caching: 'enabled' } as const

function opened(ground: StoreGround, entries: Readonly<Record<string, string>> = {}): StringStore {
  const store = open<StringStore>(keyValueStore('s', strings), storeTask(ground))
  for (const [key, value] of Object.entries(entries)) store.put(key, value)
  return store
}

/** Rows in all layers at once: stored, committed, open, cached. */
function layered(ground: StoreGround): StringStore {
  const store = opened(ground, { a: '1', b: 'old', c: 'gone', e: '5' })
  store.flush()
  store.commit()
  checkpoint(store, ground.storage)
  store.put('b', '2')
  store.put('d', '4')
  store.flush()
  store.commit()
  store.delete('c')
  store.flush()
  store.put('f', '6')
  store.put('a', '1!')
  return store
}

export const keyValueCases: Readonly<Record<string, StoreCase>> = {
  'get, put, putIfAbsent, putAll, delete': (t, ground) => {
    const store = opened(ground)
    t.equal(store.get('a'), null)
    store.put('a', '1')
    t.equal(store.get('a'), '1')
    t.equal(store.putIfAbsent('a', '2'), '1')
    t.equal(store.putIfAbsent('b', '2'), null)
    store.putAll([
      { key: 'c', value: '3' },
      { key: 'a', value: null },
    ])
    t.equal(store.delete('b'), '2')
    t.equal(store.delete('b'), null)
    t.strictSame(show(store.all()), ['c=3'])
    t.throws(() => store.get(null as unknown as string), TypeError)
  },
  'reads see all layers as one': (t, ground) => {
    const store = layered(ground)
    const all = ['a=1!', 'b=2', 'd=4', 'e=5', 'f=6']
    t.strictSame(show(store.all()), all)
    t.strictSame(show(store.reverseAll()), all.toReversed())
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f'])
      t.equal(store.get(key), all.find((row) => row.startsWith(key))?.slice(2) ?? null, key)
  },
  'ranges include both ends, and an inverted one is empty': (t, ground) => {
    const store = layered(ground)
    t.strictSame(show(store.range('b', 'e')), ['b=2', 'd=4', 'e=5'])
    t.strictSame(show(store.reverseRange('b', 'e')), ['e=5', 'd=4', 'b=2'])
    t.strictSame(show(store.range(null, 'b')), ['a=1!', 'b=2'])
    t.strictSame(show(store.range('e', null)), ['e=5', 'f=6'])
    t.strictSame(show(store.range('bb', 'cc')), [])
    t.strictSame(show(store.range('e', 'b')), [])
    t.strictSame(show(store.reverseRange('e', 'b')), [])
  },
  'a prefix scan goes by bytes': (t, ground) => {
    const store = open<StringStore>(keyValueStore('s', { ...strings, key: Serdes.bytes }), storeTask(ground)) as unknown as {
      put(key: Uint8Array, value: string): void
      prefixScan(prefix: Uint8Array): Iterable<{ readonly value: string }>
    }
    for (const [key, value] of Object.entries({ a: '1', 'a\xff': '2', 'a\xff\xff': '3', b: '4', '\xff': '5', '\xff\xff': '6' }))
      store.put(fromLatin1(key), value)
    const values = (prefix: string): string => [...store.prefixScan(fromLatin1(prefix))].map(({ value }) => value).join('')
    t.equal(values('a'), '123')
    t.equal(values('a\xff'), '23')
    t.equal(values('\xff'), '56')
    t.equal(values(''), '123456')
    t.equal(values('c'), '')
  },
  'an iterator does not see what is written after it': (t, ground) => {
    const store = layered(ground)
    const [all, reverse] = [store.all(), store.reverseAll()]
    t.equal(all.next().value?.key, 'a')
    const seen: string[] = []
    for (const { key, value } of store.all()) {
      seen.push(`${key}=${value}`)
      store.delete(key)
      store.put(`${key}${key}`, value)
    }
    store.flush()
    t.strictSame(seen, ['a=1!', 'b=2', 'd=4', 'e=5', 'f=6'])
    t.strictSame(show(all), ['b=2', 'd=4', 'e=5', 'f=6'])
    t.strictSame(show(reverse), ['f=6', 'e=5', 'd=4', 'b=2', 'a=1!'])
    t.strictSame(show(store.all()), ['aa=1!', 'bb=2', 'dd=4', 'ee=5', 'ff=6'])
  },
  'keys of 0, 1,978 and 100,000 bytes': (t, ground) => {
    const keys = ['', 'k'.repeat(1_978), 'k'.repeat(100_000)]
    const store = opened(ground, Object.fromEntries(keys.map((key) => [key, String(key.length)])))
    store.flush()
    store.commit()
    checkpoint(store, ground.storage)
    for (const key of keys) t.equal(store.get(key), String(key.length))
    t.strictSame(
      [...store.all()].map(({ value }) => value),
      ['0', '1978', '100000'],
    )
    t.strictSame(
      [...store.range(keys[1]!, keys[2]!)].map(({ value }) => value),
      ['1978', '100000'],
    )
  },
  '100,000 dirty keys are sorted once, not per scan': (t, ground) => {
    const store = opened({ ...ground, cacheBytes: Math.min(ground.cacheBytes, 1_000_000) })
    const name = (index: number): string => `key-${String((index * 7_919) % 100_000).padStart(6, '0')}`
    for (let index = 0; index < 100_000; index++) store.put(name(index), 'v')
    let scanned = 0
    let previous = ''
    for (const { key } of store.all()) {
      if (key <= previous) t.fail(`${key} after ${previous}`)
      previous = key
      scanned++
    }
    t.equal(scanned, 100_000)
    const started = process.cpuUsage()
    for (let index = 0; index < 1_000; index++) {
      store.put(name(index), `w${index}`)
      const first = store.range(name(index), null).next().value
      if (first?.value !== `w${index}`) t.fail(`${first?.key} was read for ${name(index)}`)
    }
    const { user } = process.cpuUsage(started)
    t.ok(user < 1_000_000, `1,000 writes and scans took ${Math.round(user / 1_000)} ms of CPU; sorting each time takes minutes`)
  },
  'a timestamped store keeps the time': (t, ground) => {
    const spec = timestampedKeyValueStore('s', { ...strings, value: Serdes.long })
    const store = open<TimestampedKeyValueStore<string, number>>(spec, storeTask(ground))
    store.put('a', valueAndTimestamp(7, 1_700_000_000_123))
    store.flush()
    store.commit()
    t.strictSame(store.get('a'), valueAndTimestamp(7, 1_700_000_000_123))
    checkpoint(store, ground.storage)
    t.strictSame(store.get('a'), valueAndTimestamp(7, 1_700_000_000_123))
    t.strictSame([...store.all()], [{ key: 'a', value: valueAndTimestamp(7, 1_700_000_000_123) }])
  },
  'a value that cannot be written is refused by put': (t, ground) => {
    const store = open<TimestampedKeyValueStore<string, number>>(
      timestampedKeyValueStore('s', { ...strings, value: Serdes.long }),
      storeTask(ground),
    )
    const facts = { store: 's', topic: 'app-s-changelog', component: 'value' }
    t.throws(() => store.put('a', valueAndTimestamp(0.5, 1)), {
      name: 'SerializationError',
      code: 'STREAMS_SERIALIZATION',
      facts,
    })
    t.equal(store.get('a'), null)
  },
  'a closed store says so': (t, ground) => {
    const store = opened(ground, { a: '1' })
    store.close()
    store.close()
    const closed = { name: 'InvalidStateStoreError', code: 'STREAMS_STORE_CLOSED', facts: { store: 's' } }
    t.throws(() => store.get('a'), closed)
    t.throws(() => store.put('a', '2'), closed)
    t.throws(() => store.all(), closed)
    t.throws(() => store.approximateNumEntries(), closed)
  },
}
