import { cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { seededChance } from '../../../lib/clock/chance.ts'
import { silentLogger } from '../../../lib/runtime/logger.ts'
import { whyStale } from '../../../lib/runtime/restore/changelog-topics.ts'
import { logEmptied, StateDirectory } from '../../../lib/runtime/restore/state-directory.ts'
import { readPosition } from '../../../lib/runtime/restore/store-positions.ts'
import { openLmdbStorage } from '../../../lib/storage/lmdb/open-lmdb-storage.ts'
import type { StorageEnvironment } from '../../../lib/storage/storage.ts'
import { directory } from '../../storage/media.ts'
import { openStores, storeNode } from '../task-stores-fixture.ts'
import { timestampedKeyValueStore } from '../../../lib/state/stores.ts'
import { Serdes } from '../../../lib/serde/serdes.ts'

// State directories of applications, each as some release wrote it. make-state.ts there says how one is added.
const fixtures = join(import.meta.dirname, '../../fixtures/state')
const formats = readdirSync(fixtures, { withFileTypes: true }).filter((entry) => entry.isDirectory())
const task = { subtopology: 0, partition: 0 }
const changelog = { topic: 'test-s-changelog', partition: 0 }

async function opened(t: Test, format: string): Promise<StorageEnvironment> {
  const dir = directory(t)
  cpSync(join(fixtures, format), dir, { recursive: true })
  const state = new StateDirectory(await openLmdbStorage(dir), 'test', seededChance(1))
  t.strictSame([...state.closedTaskSums], [['0_0', 3]])
  const storage = state.openTask(task)
  t.teardown(() => {
    state.closeTask(task, storage)
    return state.close()
  })
  return storage
}

const node = storeNode(timestampedKeyValueStore('s', { key: Serdes.string, value: Serdes.string }))

for (const { name: format } of formats) {
  t.test(`state as in ${format} is read: rows and positions`, async (t) => {
    const storage = await opened(t, format)
    const rows = [...openStores(node, storage, task).store.all()]
    t.match(rows, [
      { key: 'a', value: { value: '1', timestamp: 11 } },
      { key: 'b', value: { value: '2', timestamp: 12 } },
      { key: 'c', value: { value: '3', timestamp: 13 } },
    ])
    const position = readPosition(storage, changelog)
    t.equal(position?.offset, 3)
    const why = whyStale(changelog, position!, { id: position!.topicId, deleteRetentionMs: 1000 }, position!.sinceMs ?? 0)
    if (format === '1-offsets-alone')
      t.match(why, /did not write down when/, 'its age is unknown: it is restored, and that is logged')
    else t.equal(why, undefined)
  })
}

/** State whose format has this number. */
async function withFormat(t: Test, format: string): Promise<string> {
  const dir = directory(t)
  cpSync(join(fixtures, '1-with-times'), dir, { recursive: true })
  const { open } = await import('lmdb')
  const root = open({ path: join(dir, 'test/0_0'), maxDbs: 16, keyEncoding: 'binary', encoding: 'binary' })
  root.openDB({ name: 'directory', keyEncoding: 'ordered-binary', encoding: 'string' }).putSync('format', format)
  await root.close()
  return dir
}

t.test('state of an older format is removed, so that it is restored, and that is said', async (t) => {
  const storage = (await openLmdbStorage(await withFormat(t, '0'))).open('test/0_0')
  t.teardown(() => storage.close())
  t.strictSame(storage.tables(), [])
  const said: string[] = []
  logEmptied(storage, 'task 0_0', { ...silentLogger, warn: (message) => void said.push(message) })
  t.match(said, [/stored state of task 0_0 cannot be used: it had format 0, and this release writes format 1\. It is restored/])
})

t.test('state of a newer format is refused with a code, and stays as it is', async (t) => {
  const factory = await openLmdbStorage(await withFormat(t, '2'))
  for (let times = 0; times < 2; times++)
    t.throws(() => factory.open('test/0_0'), { code: 'STREAMS_STATE_FORMAT', facts: { found: '2', expected: 1 } })
})
