import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { fromLatin1 } from '../../lib/model/bytes.ts'
import { openLmdbStorage } from '../../lib/storage/lmdb/open-lmdb-storage.ts'
import { storageSuite } from '../conformance/storage-suite.ts'
import { directory } from './media.ts'

const opened = {
  process: (t: Test) => openLmdbStorage(directory(t)),
  flush: (t: Test) => openLmdbStorage(directory(t), { durability: 'flush' }),
}

for (const [durability, open] of Object.entries(opened))
  t.test(`LMDB, durability ${durability}`, async (t) => storageSuite(t, open))

async function written(t: Test): Promise<string> {
  const dir = directory(t)
  const environment = (await openLmdbStorage(dir)).open('app/0_0')
  const table = environment.table('s')
  environment.transact([{ table, key: fromLatin1('k'), value: fromLatin1('v') }])
  environment.close()
  return dir
}

async function reopened(t: Test, dir: string) {
  const environment = (await openLmdbStorage(dir)).open('app/0_0')
  t.teardown(() => environment.close())
  return environment
}

t.test('what was written is there after a reopen', async (t) => {
  const environment = await reopened(t, await written(t))
  t.strictSame(environment.tables(), ['s'])
  t.strictSame(
    [...environment.table('s').iterate({})].map(({ value }) => Buffer.from(value).toString()),
    ['v'],
  )
})

t.test('opening a table, and removing one without rows, writes nothing: neither can find a full disk', async (t) => {
  const dir = await written(t)
  const environment = await reopened(t, dir)
  const data = () => readFileSync(join(dir, 'app/0_0/data.mdb'))
  const before = data()
  const table = environment.table('w/60000')
  t.strictSame([...table.iterate({})], [])
  environment.table('w/0')
  environment.drop(['w/0'])
  t.ok(before.equals(data()))
  environment.transact([{ table, key: fromLatin1('k'), value: fromLatin1('v') }])
  t.equal(table.count(), 1)
  t.strictSame(environment.tables(), ['s', 'w/60000'])
})

t.test('the lock of a dead process is taken over, its data kept', async (t) => {
  const dir = await written(t)
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  writeFileSync(join(dir, 'app/0_0/lock'), JSON.stringify({ pid: process.ppid, startedAt: 'another', boot }))
  t.strictSame((await reopened(t, dir)).tables(), ['s'])
})

t.test('the lock of a living process holds', async (t) => {
  const dir = await written(t)
  writeFileSync(join(dir, 'app/0_0/lock'), JSON.stringify({ pid: process.ppid, startedAt: null, boot: null }))
  const factory = await openLmdbStorage(dir)
  t.throws(() => factory.open('app/0_0'), { name: 'LockError', facts: { pid: process.ppid } })
})

t.test('after a crash of the machine nothing that was not flushed is trusted', async (t) => {
  const dir = await written(t)
  writeFileSync(join(dir, 'app/0_0/lock'), JSON.stringify({ pid: 1, startedAt: null, boot: 'another' }))
  t.strictSame((await reopened(t, dir)).tables(), [])
})

t.test('a state of another format is refused, and stays', async (t) => {
  const dir = await written(t)
  const { open } = await import('lmdb')
  const root = open({ path: join(dir, 'app/0_0'), maxDbs: 8, keyEncoding: 'binary', encoding: 'binary' })
  root.openDB({ name: 'directory', keyEncoding: 'ordered-binary', encoding: 'string' }).putSync('format', '99')
  await root.close()
  const factory = await openLmdbStorage(dir)
  t.throws(() => factory.open('app/0_0'), { name: 'ProcessorStateError', code: 'STREAMS_STATE_FORMAT', facts: { found: '99' } })
  t.ok(existsSync(join(dir, 'app/0_0/data.mdb')))
  t.throws(() => factory.open('app/0_0'), { code: 'STREAMS_STATE_FORMAT' }, 'and is not left locked')
})
