import { fromLatin1 } from '../../../lib/model/bytes.ts'
import { Serdes } from '../../../lib/serde/serdes.ts'
import { keyValueStore, windowStore } from '../../../lib/state/stores.ts'
import type { WindowStore } from '../../../lib/state/window/window-store.ts'
import { checkpoint, open, storeTask } from '../../state/store-fixture.ts'
import { show, type StoreCase, type StringStore } from './store-case.ts'

const strings = { key: Serdes.string, value: Serdes.string, caching: 'enabled' } as const

/** A crash is: the store's object is dropped without a word, and opened anew on the same environment. */
export const crashCases: Readonly<Record<string, StoreCase>> = {
  'after a crash a store holds what was committed and checkpointed, with its position': (t, ground) => {
    const position = ground.storage.table('positions')
    const moved = (offset: string) => ({ table: position, key: fromLatin1('changelog'), value: fromLatin1(offset) })
    const store = open<StringStore>(keyValueStore('s', strings), storeTask(ground))
    store.put('a', '1')
    store.put('b', '1')
    store.flush()
    store.commit()
    store.put('a', 'open')
    store.delete('b')
    store.put('c', 'open')
    store.flush()
    checkpoint(store, ground.storage, [moved('2')])
    t.strictSame(show(store.all()), ['a=open', 'c=open'], 'the task that lives on sees its open writes')
    const crashed = open<StringStore>(keyValueStore('s', strings), storeTask(ground))
    t.strictSame(show(crashed.all()), ['a=1', 'b=1'])
    store.commit()
    t.strictSame(show(open<StringStore>(keyValueStore('s', strings), storeTask(ground)).all()), ['a=1', 'b=1'])
    checkpoint(store, ground.storage, [moved('5')])
    t.equal(store.dirtyBytes, 0)
    t.strictSame(show(open<StringStore>(keyValueStore('s', strings), storeTask(ground)).all()), ['a=open', 'c=open'])
    t.equal(Buffer.from(position.get(fromLatin1('changelog'))!).toString(), '5')
  },
  'a key deleted between commit and checkpoint stays deleted': (t, ground) => {
    const store = open<StringStore>(keyValueStore('s', { ...strings, caching: 'disabled' }), storeTask(ground))
    for (const value of ['1', null, '2', null]) {
      store.put('a', value)
      store.commit()
    }
    store.put('a', '3')
    store.commit()
    store.put('a', null)
    checkpoint(store, ground.storage)
    t.equal(store.get('a'), null)
    t.strictSame(show(store.all()), [])
    store.commit()
    checkpoint(store, ground.storage)
    t.equal(open<StringStore>(keyValueStore('s', strings), storeTask(ground)).get('a'), null)
  },
  'an expired segment comes back after a crash before the commit, and leaves disk after the checkpoint': (t, ground) => {
    const spec = windowStore('w', { ...strings, retentionMs: 100_000, windowSizeMs: 10 })
    const opened = () => open<WindowStore<string, string>>(spec, storeTask(ground))
    const store = opened()
    store.put('a', 'old', 0)
    store.flush()
    store.commit()
    checkpoint(store, ground.storage)
    t.ok(ground.storage.tables().includes('w/0'))
    store.put('a', 'new', 1_000_000)
    store.flush()
    checkpoint(store, ground.storage)
    t.equal(opened().fetchOne('a', 0), 'old')
    store.commit()
    checkpoint(store, ground.storage)
    t.notOk(ground.storage.tables().includes('w/0'))
    const again = opened()
    t.equal(again.fetchOne('a', 0), null)
    t.equal(again.fetchOne('a', 1_000_000), 'new')
  },
}
