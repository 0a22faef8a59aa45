import { cpSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { seededChance } from '../../../lib/clock/chance.ts'
import { positionWrite } from '../../../lib/runtime/restore/store-positions.ts'
import { StateDirectory } from '../../../lib/runtime/restore/state-directory.ts'
import { openLmdbStorage } from '../../../lib/storage/lmdb/open-lmdb-storage.ts'
import { MemoryStorageFactory } from '../../../lib/storage/memory/memory-storage.ts'
import type { StorageEnvironment, StorageFactory } from '../../../lib/storage/storage.ts'
import { media } from '../../storage/media.ts'

const task = { subtopology: 0, partition: 1 }
const at = (offset: number) => ({ offset, sinceMs: 1000, topicId: undefined })

t.test('on disk it keeps who the process is, and how far the state of closed tasks goes', async (t) => {
  const factory = await media['LMDB']!(t)
  const first = new StateDirectory(factory, 'app', seededChance(1))
  const storage = first.openTask(task)
  const offsets = [['a', 10], ['b', 5]] as const // prettier-ignore
  storage.transact(offsets.map(([topic, offset]) => positionWrite(storage, { topic, partition: 1 }, at(offset))))
  t.same([...first.closedTaskSums], [])
  first.closeTask(task, storage)
  t.same([...first.closedTaskSums], [['0_1', 15]])
  await first.close()
  const second = new StateDirectory(factory, 'app', seededChance(2))
  t.equal(second.processId, first.processId)
  t.same([...second.closedTaskSums], [['0_1', 15]])
  second.destroyTask(task)
  t.same([...second.closedTaskSums], [])
  await second.close()
})

t.test('one process at a time has it', async (t) => {
  const factory = new MemoryStorageFactory()
  const first = new StateDirectory(factory, 'app', seededChance(1))
  t.throws(() => new StateDirectory(factory, 'app', seededChance(2)), { code: 'STREAMS_STORAGE_LOCKED' })
  await first.close()
  await new StateDirectory(factory, 'app', seededChance(2)).close()
})

/** A directory on disk, how often it is opened, and where. */
async function placed(t: Test) {
  const root = t.testdir()
  const open = async (name: string, seed: number) =>
    new StateDirectory(await openLmdbStorage(join(root, name)), 'app', seededChance(seed))
  const copy = (from: string, to: string): void => cpSync(join(root, from), join(root, to), { recursive: true })
  return { open, copy }
}

t.test('a process that starts again knows its dead member, unless that has left', async (t) => {
  const { open } = await placed(t)
  const first = await open('state', 1)
  t.equal(first.former, null)
  first.keep('member-1')
  first.keep('member-2')
  await first.close()
  const second = await open('state', 2)
  t.same([second.former, second.isCopy, second.processId], ['member-2', false, first.processId])
  second.forget()
  await second.close()
  const third = await open('state', 3)
  t.equal(third.former, null)
  await third.close()
})

t.test('a copy of the directory is another process, and never takes the member of the original for its own', async (t) => {
  const { open, copy } = await placed(t)
  const original = await open('state', 1)
  original.keep('member-1')
  copy('state', 'copy')
  for (const seed of [2, 3]) {
    const twin = await open('copy', seed)
    t.equal(twin.isCopy, seed === 2, 'the first start in the new place notices it')
    t.equal(twin.former, null)
    t.not(twin.processId, original.processId)
    await twin.close()
  }
  t.equal(original.former, 'member-1')
  await original.close()
})

t.test('a disk that was cloned for another boot of a machine does not tell whose member it was', async (t) => {
  const factory = new MemoryStorageFactory()
  const rows = new Map<string, Uint8Array>()
  let isFull = false
  const table = {
    name: 'process',
    get: (key: Uint8Array) => rows.get(Buffer.from(key).toString()),
    iterate: () => [].values(),
    count: () => 0,
  }
  const environment: StorageEnvironment = {
    table: () => table,
    tables: () => [],
    drop: () => undefined,
    transact: (writes) => {
      if (isFull) throw new Error('No space left.')
      for (const { key, value } of writes)
        if (value === null) rows.delete(Buffer.from(key).toString())
        else rows.set(Buffer.from(key).toString(), value)
    },
    close: () => undefined,
  }
  const at = (boot: string): StorageFactory => ({
    medium: 'disk',
    open: () => environment,
    destroy: () => undefined,
    list: (prefix) => factory.list(prefix),
    place: () => ({ directory: 'machine 42', boot }),
  })
  new StateDirectory(at('one'), 'app', seededChance(1)).keep('member-1')
  t.equal(new StateDirectory(at('one'), 'app', seededChance(1)).former, 'member-1')
  const elsewhere = new StateDirectory(at('two'), 'app', seededChance(1))
  t.same([elsewhere.former, elsewhere.isCopy], [null, false])
  isFull = true
  elsewhere.keep('member-2')
  t.equal(elsewhere.former, 'member-2', 'it is known while the process lives')
})
