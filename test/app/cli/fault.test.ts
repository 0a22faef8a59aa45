import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'tap'
import { drawn, opened, sealed } from '../../../app/cli/fault.ts'
import { faults } from '../../../app/cli/faults.ts'
import { directory } from '../../storage/media.ts'

test('a seed draws the order of the ten faults, and each of them once', (t) => {
  const names = (seed: number): string[] => drawn(seed).map(({ name }) => name)
  t.same(names(7), names(7))
  t.equal(new Set(names(7)).size, 10)
  t.same(names(7).toSorted(), faults.map(({ name }) => name).toSorted())
  t.ok(new Set(Array.from({ length: 40 }, (_, seed) => names(seed)[0])).size >= 8, 'any may be the first')
  t.equal(opened(sealed('a cause')), 'a cause')
  t.end()
})

test('a database that is locked is free again when the fault is taken away', async (t) => {
  const dir = directory(t)
  using database = new DatabaseSync(join(dir, 'transfers.db'), { timeout: 0 })
  database.exec('pragma journal_mode = wal; create table t (n)')
  const ending = new AbortController()
  const fault = faults.find(({ name }) => name === 'database-locked')!
  const injected = fault.inject({ url: 'http://127.0.0.1:1', dir }, ending.signal)
  t.throws(() => database.exec('insert into t values (1)'), /locked/)
  ending.abort()
  await injected
  database.exec('insert into t values (1)')
})
