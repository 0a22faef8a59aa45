import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ClassicLevel } from 'classic-level'
import { MemoryLevel } from 'memory-level'
import t from 'tap'
import type { LevelDatabase } from '../../lib/level.ts'
import { openLevelStorage } from '../../lib/level.ts'
import { latin1 } from '../../lib/model/bytes.ts'
import type { StorageEnvironment, StorageFactory } from '../../lib/storage/storage.ts'
import { storageSuite } from '../conformance/storage-suite.ts'
import { directory, levelDatabases, levelStorage, media } from './media.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')

function put(environment: StorageEnvironment, key: string, value: string | null): void {
  environment.transact([{ table: environment.table('s'), key: bytes(key), value: value === null ? null : bytes(value) }])
}

function rows(environment: StorageEnvironment): string[] {
  return [...environment.table('s').iterate({})].map(({ key, value }) => `${String(key)}=${String(value)}`)
}

function reopen(storage: StorageFactory): StorageEnvironment {
  return storage.open('app/0_0')
}

for (const name of Object.keys(levelDatabases)) t.test(name, async (t) => storageSuite(t, media[name]!))

for (const [name, database] of Object.entries(levelDatabases).filter(([name]) => name !== 'memory-level')) {
  t.test(`${name}: what was written is there after a reopen`, async (t) => {
    const dir = directory(t)
    const first = await levelStorage(t, database(dir))
    const environment = first.open('app/0_0')
    put(environment, 'a', '1')
    put(environment, 'a\0b', '2')
    put(environment, 'gone', '3')
    put(environment, 'gone', null)
    environment.table('w/0')
    environment.drop(['w/0'])
    environment.table('w/60000')
    first.open('app/0_1').close()
    first.destroy('app/0_1')
    first.open('global')
    await first.close()
    const second = await levelStorage(t, database(dir))
    t.strictSame(second.list(''), ['app/0_0', 'global'])
    t.strictSame(second.list('app/'), ['app/0_0'])
    t.strictSame(rows(reopen(second)), ['a=1', 'a\0b=2'])
    t.strictSame(second.list('app/').length, 1)
    second.open('global').close()
    t.strictSame((second.open('global') as StorageEnvironment).tables(), [])
  })

  t.test(`${name}: one storage has it at a time`, async (t) => {
    const dir = directory(t)
    const first = await levelStorage(t, database(dir))
    await t.rejects(openLevelStorage(database(dir)), { name: 'LockError', code: 'STREAMS_STORAGE_LOCKED' })
    await first.close()
    await first.close()
    await (await openLevelStorage(database(dir))).close()
  })
}

t.test('a database that somebody else has written is refused, and closed', async (t) => {
  for (const [key, value, facts] of [
    ['a', 'x', { key: 'a' }],
    ['g', 'x', { key: 'g' }],
    ['f', '99', { found: '99' }],
  ] as const) {
    const database = new MemoryLevel()
    await database.put(key, value)
    await t.rejects(openLevelStorage(database), { name: 'ProcessorStateError', code: 'STREAMS_STATE_FORMAT', facts })
    t.equal(database.status, 'closed')
  }
})

t.test('a value is held until it is written, and what was iterated before stays as it was', async (t) => {
  const storage = await levelStorage(t, new ClassicLevel(directory(t)), { maxHeldBytes: 10_000 })
  const environment = reopen(storage)
  for (let round = 0; round < 20; round++) {
    put(environment, 'a', `${round}`.padEnd(5000))
    await storage.flush()
  }
  const before = environment.table('s').iterate({})
  put(environment, 'a', 'new')
  await storage.flush()
  t.equal(String(before.next().value?.value).trim(), '19')
  t.strictSame(rows(environment), ['a=new'])
})

t.test('where the limit of memory is passed, nothing more is written', async (t) => {
  const dir = directory(t)
  const storage = await levelStorage(t, new ClassicLevel(dir), { maxHeldBytes: 1000 })
  const environment = reopen(storage)
  for (let key = 0; key < 10; key++) put(environment, `k${key}`, '')
  const full = { code: 'STREAMS_STORAGE_FULL', facts: { maxHeldBytes: 1000 } }
  t.throws(() => put(environment, 'one', 'more'), full)
  environment.drop(['s'])
  put(environment, 'again', '1')
  for (let key = 0; key < 9; key++) put(environment, `k${key}`, '')
  await storage.close()
  await t.rejects(openLevelStorage(new ClassicLevel(dir), { maxHeldBytes: 1000 }), full)
  await (await openLevelStorage(new ClassicLevel(dir))).close()
})

t.test(
  'writes that find no room wait in their order; they are there for readers, and are written when there is room',
  async (t) => {
    const database: LevelDatabase = new MemoryLevel()
    const storage = await levelStorage(t, database)
    const environment = reopen(storage)
    await storage.flush()
    const batch = database.batch.bind(database)
    database.batch = () => Promise.reject(new Error('Batch failed.', { cause: new Error('IO error: No space left on device') }))
    put(environment, 'a', '1')
    const full = { code: 'STREAMS_STORAGE_FULL' }
    await t.rejects(storage.flush(), full)
    t.throws(() => put(environment, 'b', '1'), full)
    environment.table('w/0')
    environment.drop(['w/0'])
    t.strictSame(rows(environment), ['a=1'], 'and what was refused is not there')
    await t.rejects(storage.flush(), full)
    database.batch = batch
    await storage.flush()
    put(environment, 'b', '1')
    await storage.flush()
    t.strictSame(rows(environment), ['a=1', 'b=1'])
    t.equal(String(await storedValue(database, 'a')), '1')
  },
)

async function storedValue(database: LevelDatabase, key: string): Promise<Uint8Array | undefined> {
  const iterator = database.iterator({ keyEncoding: 'buffer', valueEncoding: 'buffer', values: true })
  const all = await iterator.nextv(1000)
  await iterator.close()
  return all.find(([stored]) => latin1(stored).endsWith(`\0s\0${key}`))?.[1]
}

t.test('any other write that fails is the last one', async (t) => {
  const database: LevelDatabase = new MemoryLevel()
  const storage = await openLevelStorage(database)
  const environment = reopen(storage)
  await storage.flush()
  database.batch = () => Promise.reject(new Error('Input/output error.'))
  put(environment, 'a', '1')
  const failed = { name: 'ProcessorStateError', code: 'STREAMS_STORAGE_FAILED', cause: { message: 'Input/output error.' } }
  await t.rejects(storage.flush(), failed)
  t.throws(() => put(environment, 'b', '1'), failed)
  t.strictSame(rows(environment), ['a=1'], 'and what was refused is not there')
  await t.rejects(storage.close(), failed)
})

t.test('durability asks the database for a flush', async (t) => {
  for (const [durability, sync] of [
    ['process', false],
    ['flush', true],
  ] as const) {
    const database: LevelDatabase = new MemoryLevel()
    const storage = await levelStorage(t, database, { durability })
    const batch = database.batch.bind(database)
    const asked: boolean[] = []
    database.batch = (operations, options) => {
      asked.push(options.sync)
      return batch(operations, options)
    }
    put(reopen(storage), 'a', '1')
    await storage.flush()
    t.ok(asked.length > 0 && asked.every((each) => each === sync))
  }
})

t.test('kill -9 leaves what was there after some transaction, and all that was flushed', async (t) => {
  const dir = directory(t)
  const env = { ...process.env }
  delete env['NODE_OPTIONS']
  let last = -1
  for (const lines of [1, 40, 150]) {
    const child = spawn(
      process.execPath,
      ['--conditions=millrace-source', join(import.meta.dirname, 'level-child.ts'), dir, String(last)],
      {
        env,
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    let flushed = last
    let read = 0
    for await (const line of createInterface(child.stdout)) {
      flushed = Number(line)
      if (++read === lines) child.kill('SIGKILL')
    }
    if (child.signalCode === null) await once(child, 'exit')
    t.equal(child.signalCode, 'SIGKILL')
    const storage = await openLevelStorage(new ClassicLevel(dir))
    const environment = storage.open('app/0_0')
    const position = Number(environment.table('.positions').get(bytes('changelog')) ?? -1)
    t.ok(position >= flushed, `${position} is at least ${flushed}`)
    const found = [...environment.table('s').iterate({})].map(({ value }) => Number(value))
    t.strictSame(
      found,
      Array.from({ length: position + 1 }, (_, index) => index),
    )
    last = position
    await storage.close()
  }
})
