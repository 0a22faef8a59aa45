import t from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { StreamsError } from '../../../lib/model/errors.ts'
import { silentLogger } from '../../../lib/runtime/logger.ts'
import { CheckpointWriter } from '../../../lib/runtime/restore/checkpoint-writer.ts'
import { MemoryStorageFactory } from '../../../lib/storage/memory/memory-storage.ts'
import type { StorageEnvironment, StorageWrite } from '../../../lib/storage/storage.ts'
import { whileWriting } from '../../../lib/storage/lmdb/disk-full.ts'
import { changelog, noSource, openStores } from '../task-stores-fixture.ts'

/** A storage in memory whose disk is full while the test says so. */
class FillingStorage implements StorageEnvironment {
  isFull = false
  readonly #inner = new MemoryStorageFactory().open('task')

  table = (name: string) => this.#inner.table(name)
  tables = () => this.#inner.tables()
  drop = (names: readonly string[]) => this.#inner.drop(names)
  close = () => this.#inner.close()

  transact(writes: readonly StorageWrite[]): void {
    if (this.isFull) throw new StreamsError('STREAMS_STORAGE_FULL', 'The disk is full.')
    this.#inner.transact(writes)
  }
}

function open() {
  const clock = new ManualClock()
  const said: string[] = []
  const logger = {
    ...silentLogger,
    error: (message: string) => void said.push(message),
    info: (message: string) => void said.push(message),
  }
  const storage = new FillingStorage()
  const table = storage.table('s')
  const writer = new CheckpointWriter({ storage, clock, logger, owner: 'Task 0_0' })
  const write = (): boolean => writer.write([{ table, key: Buffer.from('k'), value: Buffer.from('v') }], () => undefined)
  return { clock, said, storage, table, writer, write }
}

t.test('a checkpoint that finds storage full waits, for longer each time, and says so', async (t) => {
  const { clock, said, storage, table, writer, write } = open()
  storage.isFull = true
  for (const pauseMs of [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
    t.notOk(write())
    t.match(said.at(-1), new RegExp(`Task 0_0: a checkpoint waits, and is tried again in ${pauseMs} ms\\. The disk is full\\.`))
    clock.advance(pauseMs - 1)
    t.notOk(writer.isReady)
    clock.advance(1)
    t.ok(writer.isReady)
  }
  t.equal(writer.full?.code, 'STREAMS_STORAGE_FULL')
  storage.isFull = false
  t.ok(write())
  t.match(said.at(-1), /has room again/)
  t.equal(writer.full, undefined)
  t.equal(table.count(), 1)
})

t.test('what is removed after a checkpoint may find storage full, too, and is removed later', async (t) => {
  const { clock, writer } = open()
  let isRemoved = false
  const remove = (): void => {
    if (clock.now() < 1000) throw new StreamsError('STREAMS_STORAGE_FULL', 'The disk is full.')
    isRemoved = true
  }
  t.notOk(writer.write([], remove))
  t.notOk(writer.isReady)
  clock.advance(1000)
  t.ok(writer.write([], remove))
  t.ok(isRemoved)
})

t.test('other errors of storage are not endured', async (t) => {
  const { storage, write } = open()
  storage.transact = () => {
    throw new TypeError('broken')
  }
  t.throws(write, TypeError)
})

t.test(
  'a full disk costs a store nothing: rows stay, and are stored with their position and format when there is room',
  async (t) => {
    const storage = new FillingStorage()
    const { stores, store, changelogs } = openStores(undefined, storage)
    const commit = (row: string): void => {
      store.put(row, row)
      changelogs.acknowledged = (changelogs.acknowledged ?? 0) + 1
      stores.commit(noSource)
      stores.checkpoint()
    }
    storage.isFull = true
    commit('a')
    commit('b')
    t.strictSame([store.get('a'), store.get('b')], ['a', 'b'])
    t.equal(storage.table('s').count(), 0)
    storage.isFull = false
    const { environment } = await import('../task-fixture.ts')
    ;(environment.clock as ManualClock).advance(60_000)
    commit('c')
    t.equal(stores.dirtyBytes, 0)
    const again = openStores(undefined, storage)
    t.equal(again.stores.restores()[0]?.from, 3, `of ${changelog.topic}`)
    t.strictSame(['a', 'b', 'c'].map((key) => again.store.get(key)), ['a', 'b', 'c']) // prettier-ignore
    t.equal(storage.table('.formats').count(), 1)
  },
)

t.test('a full disk has a code, as the system, LMDB and Node say it; other errors keep theirs', async (t) => {
  for (const code of [28, 'ENOSPC', -30792]) {
    const fail = (): never => {
      throw Object.assign(new Error('No space left on device: Attempting to write page'), { code })
    }
    t.throws(() => whileWriting('/state/app/0_0', fail), {
      code: 'STREAMS_STORAGE_FULL',
      message:
        'The state in /state/app/0_0 cannot be written (No space left on device): make room on its disk. What is not stored stays in changelogs.',
      facts: { path: '/state/app/0_0' },
    })
  }
  t.throws(() => whileWriting('p', () => { throw new TypeError('x') }), TypeError) // prettier-ignore
})
