import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, utimesSync, writeFileSync } from 'node:fs'
import { uptime } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import t, { type Test } from 'tap'
import { openLmdbStorage } from '../../lib/storage/lmdb/open-lmdb-storage.ts'
import { directory } from './media.ts'

const name = 'app/0_0'
const holder = new URL('lock-holder.ts', import.meta.url)

async function written(t: Test): Promise<string> {
  const dir = directory(t)
  const environment = (await openLmdbStorage(dir)).open(name)
  environment.transact([{ table: environment.table('s'), key: Buffer.from('k'), value: Buffer.from('v') }])
  environment.close()
  return dir
}

async function rows(dir: string): Promise<number> {
  const environment = (await openLmdbStorage(dir)).open(name)
  const count = environment.table('s').count()
  environment.close()
  return count
}

async function throwsLocked(t: Test, dir: string, because: string): Promise<void> {
  const factory = await openLmdbStorage(dir)
  t.throws(() => factory.open(name), { name: 'LockError', code: 'STREAMS_STORAGE_LOCKED' }, because)
}

const record = (dir: string): string => join(dir, name, 'lock')
const write = (dir: string, owner: object): void => writeFileSync(record(dir), JSON.stringify(owner))
const boot = (): string | null => {
  const file = '/proc/sys/kernel/random/boot_id'
  return existsSync(file) ? readFileSync(file, 'latin1').trim() : null
}

async function held(t: Test, dir: string): Promise<ChildProcess> {
  const child = fork(holder, [dir])
  t.teardown(() => child.kill('SIGKILL'))
  await once(child, 'message')
  return child
}

for (const [what, text] of [
  ['An empty', ''],
  ['Half of a', '{"pid":12,"star'],
] as const) {
  t.test(`${what} lock file, left by kill -9 or a full disk, costs no row`, async (t) => {
    const dir = await written(t)
    writeFileSync(record(dir), text)
    t.equal(await rows(dir), 1)
  })

  t.test(`${what} lock file from before the machine booted tells of its crash: nothing unflushed is trusted`, async (t) => {
    const dir = await written(t)
    writeFileSync(record(dir), text)
    const beforeBoot = Date.now() / 1000 - uptime() - 60
    utimesSync(record(dir), beforeBoot, beforeBoot)
    t.equal(await rows(dir), 0)
  })
}

t.test('A lock is never found half written: one that cannot be written leaves the former one, and the rows', async (t) => {
  const dir = await written(t)
  const crashed = { pid: 2 ** 22 + 1, startedAt: null, boot: boot() }
  write(dir, crashed)
  mkdirSync(`${record(dir)}.new`)
  const factory = await openLmdbStorage(dir)
  t.throws(() => factory.open(name))
  t.strictSame(JSON.parse(readFileSync(record(dir), 'utf8')), crashed)
  rmdirSync(`${record(dir)}.new`)
  t.equal(await rows(dir), 1, 'and the next open finds all')
})

t.test('An open that fails keeps the record of an earlier crash', async (t) => {
  const dir = await written(t)
  const environment = (await openLmdbStorage(dir)).open(name)
  environment.close()
  write(dir, { pid: 1, startedAt: null, boot: 'another' })
  mkdirSync(`${record(dir)}.new`)
  const factory = await openLmdbStorage(dir)
  t.throws(() => factory.open(name))
  t.match(readFileSync(record(dir), 'utf8'), 'another', 'so that the crash is not forgotten')
})

t.test('Reading alone holds the lock, and leaves the record as it was: the first write signs', async (t) => {
  const dir = await written(t)
  const factory = await openLmdbStorage(dir)
  const crashed = { pid: 2 ** 22 + 1, startedAt: null, boot: boot() }
  for (const found of [null, crashed]) {
    if (found !== null) write(dir, found)
    const environment = factory.openToRead!(name)
    t.equal(environment.table('s').count(), 1)
    await throwsLocked(t, dir, 'it is being read')
    environment.close()
    t.strictSame(existsSync(record(dir)) ? JSON.parse(readFileSync(record(dir), 'utf8')) : null, found)
  }
  const environment = factory.openToRead!(name)
  environment.transact([{ table: environment.table('s'), key: Buffer.from('k'), value: Buffer.from('w') }])
  t.match(JSON.parse(readFileSync(record(dir), 'utf8')), { pid: process.pid })
  environment.close()
  t.notOk(existsSync(record(dir)), 'what was written is flushed')
})

t.test('Reading alone trusts nothing that was not flushed when the machine crashed', async (t) => {
  const dir = await written(t)
  write(dir, { pid: 1, startedAt: null, boot: 'another' })
  const environment = (await openLmdbStorage(dir)).openToRead!(name)
  t.equal(environment.table('s').count(), 0)
  environment.close()
  t.equal(await rows(dir), 0)
})

t.test('A lock holds though its owner cannot be seen by its number', async (t) => {
  const dir = await written(t)
  await held(t, dir)
  write(dir, { ...JSON.parse(readFileSync(record(dir), 'utf8')), pid: 2 ** 22 + 1 })
  await throwsLocked(t, dir, 'the owner is in another pid namespace')
  write(dir, { ...JSON.parse(readFileSync(record(dir), 'utf8')), pid: process.pid })
  await throwsLocked(t, dir, 'the owner has the number that this process has in its own namespace')
  write(dir, { pid: process.pid, startedAt: null, boot: null, lock: 'kernel' })
  await throwsLocked(t, dir, 'there is no /proc')
  writeFileSync(record(dir), '')
  await throwsLocked(t, dir, 'the record is empty')
})

t.test('A lock ends with its process, and the rows stay', async (t) => {
  const dir = await written(t)
  const child = await held(t, dir)
  child.kill('SIGKILL')
  await once(child, 'exit')
  t.ok(existsSync(record(dir)))
  t.equal(await rows(dir), 1)
})

t.test('The record of a dead process does not hold, though its number is in use again', async (t) => {
  const dir = await written(t)
  write(dir, { pid: process.ppid, startedAt: null, boot: boot(), lock: 'kernel' })
  t.equal(await rows(dir), 1)
})

t.test('Two workers of one process do not share an environment', async (t) => {
  const dir = await written(t)
  const worker = new Worker(holder, { workerData: dir })
  await once(worker, 'message')
  await throwsLocked(t, dir, 'the worker has it')
  worker.postMessage('close')
  t.strictSame(await once(worker, 'message'), ['closed'])
  t.equal(await rows(dir), 1)
  await worker.terminate()
})

t.test('A worker that is terminated gives its lock back', async (t) => {
  const dir = await written(t)
  const worker = new Worker(holder, { workerData: dir })
  await once(worker, 'message')
  await worker.terminate()
  t.equal(await rows(dir), 1)
})

t.test('A volume that is moved within the machine keeps lock and rows', async (t) => {
  const dir = await written(t)
  const child = await held(t, dir)
  const moved = join(directory(t), 'moved')
  renameSync(dir, moved)
  await throwsLocked(t, moved, 'its owner lives')
  child.kill('SIGKILL')
  await once(child, 'exit')
  t.equal(await rows(moved), 1)
  mkdirSync(dir)
})
