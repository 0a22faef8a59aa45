import t from 'tap'
import { noHeaders } from '../../lib/model/headers.ts'
import { noDeadLetters } from '../../lib/runtime/errors/dead-letters.ts'
import type { ChangelogOutput } from '../../lib/runtime/output/task-changelogs.ts'
import { CurrentRecord } from '../../lib/runtime/task/current-record.ts'
import { TaskStores } from '../../lib/runtime/task/task-stores.ts'
import { readPosition } from '../../lib/runtime/restore/store-positions.ts'
import type { KeyValueStore } from '../../lib/state/key-value/key-value-store.ts'
import type { ChangelogSink } from '../../lib/state/state-store.ts'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'
import type { StorageEnvironment } from '../../lib/storage/storage.ts'
import type { StoreNode } from '../../lib/topology/topology-plan.ts'
import { keyValueStore } from './plan.ts'
import { environment } from './task-fixture.ts'

/** A changelog that acknowledges when the test says so. */
class FakeChangelogs implements ChangelogOutput {
  readonly written: string[] = []
  acknowledged: number | undefined

  sink(topic: string): ChangelogSink {
    return { append: (key, value) => void this.written.push(`${topic} ${String(key)}=${String(value)}`) }
  }

  nextOffset(): number | undefined {
    return this.acknowledged
  }
}

const changelog = { topic: 'test-s-changelog', partition: 3 }

interface Opened {
  readonly stores: TaskStores
  readonly changelogs: FakeChangelogs
  readonly storage: StorageEnvironment
  put(key: string, value: string): void
  get(key: string): string | null
}

function open(node: StoreNode = keyValueStore('s', []), storage = new MemoryStorageFactory().open('task')): Opened {
  const changelogs = new FakeChangelogs()
  const current = new CurrentRecord('not kept')
  current.set('in', 3, 0, 7, noHeaders)
  const scope = {
    environment,
    id: { subtopology: 0, partition: 3 },
    storage,
    current,
    droppedRecords: environment.metrics.counter('dropped-records', 'stream-task-metrics', {}),
    shared: new Map(),
    sendDeadLetter: noDeadLetters(environment.logger),
    streamTime: () => -1,
  }
  const sourceOf = (): never => {
    throw new Error('No source topic is a changelog here.')
  }
  const stores = new TaskStores({ nodes: [node], scope, changelogs, sourceOf })
  stores.open()
  const store = stores.get('s') as unknown as KeyValueStore<string, string>
  return { stores, changelogs, storage, put: (key, value) => store.put(key, value), get: (key) => store.get(key) }
}

const neverAsked = (): undefined => void t.fail('no source topic is a changelog here')

t.test('what stores write goes to the changelog of each, in the partition of the task', (t) => {
  const { put, changelogs, stores } = open()
  put('a', '1')
  t.same(changelogs.written, ['test-s-changelog a=1'])
  t.match(stores.restores(), [{ storeName: 's', partition: changelog, from: undefined, isSource: false, records: 'last-of-key' }])
  t.end()
})

t.test('a checkpoint says how far the changelog was acknowledged at the commit, and not how far it is now', (t) => {
  const { put, changelogs, stores, storage } = open()
  put('a', '1')
  changelogs.acknowledged = 1
  stores.commit(neverAsked)
  put('b', '2')
  changelogs.acknowledged = 2
  stores.checkpoint()
  t.equal(readPosition(storage, changelog), 1)
  const again = open(undefined, storage)
  t.equal(again.stores.restores()[0]?.from, 1)
  t.equal(again.get('a'), '1')
  t.equal(again.get('b'), null, 'what was not committed is replayed')
  t.end()
})

t.test('before the first acknowledgement there is no position, and restores do not move it back', (t) => {
  const { stores, changelogs, storage } = open()
  stores.commit(neverAsked)
  stores.checkpoint()
  t.equal(readPosition(storage, changelog), undefined)
  const [restore] = stores.restores()
  restore!.restore([{ offset: 8, key: Buffer.from('a'), value: Buffer.from('1'), timestamp: 0, headers: [] }], 9)
  changelogs.acknowledged = 4
  stores.commit(neverAsked)
  stores.checkpoint()
  t.equal(readPosition(storage, changelog), 9)
  t.end()
})

t.test('a store in memory is restored from the start, always', (t) => {
  const node = keyValueStore('s', [])
  const inMemory = { ...node, spec: { ...node.spec, medium: 'memory' as const } }
  const { put, changelogs, stores, storage } = open(inMemory)
  put('a', '1')
  changelogs.acknowledged = 1
  stores.commit(neverAsked)
  stores.checkpoint()
  t.equal(open(inMemory, storage).stores.restores()[0]?.from, undefined)
  t.end()
})

t.test('a store without changelog is not restored, and has no position', (t) => {
  const { put, changelogs, stores, storage, get } = open({ ...keyValueStore('s', []), changelog: undefined })
  put('a', '1')
  t.same(changelogs.written, [])
  t.same(stores.restores(), [])
  stores.commit(neverAsked)
  stores.checkpoint()
  t.equal(readPosition(storage, changelog), undefined)
  t.equal(get('a'), '1')
  t.end()
})
