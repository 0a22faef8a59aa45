import { existsSync } from 'node:fs'
import { test } from 'tap'
import { openDirectory } from '../../../app/pipeline/directory.ts'

test('a real cluster has a directory that stays: its topics outlive the run, so must its databases', async (t) => {
  const before = process.cwd()
  process.chdir(t.testdir())
  t.teardown(() => process.chdir(before))
  const first = await openDirectory({ dir: undefined, kafka: 'broker.example:9092' })
  await first.release()
  t.ok(existsSync(first.path))
  const second = await openDirectory({ dir: undefined, kafka: 'broker.example:9092' })
  t.equal(second.path, first.path)
  const other = await openDirectory({ dir: undefined, kafka: 'broker.example:9093' })
  t.not(other.path, first.path)
})

test('without cluster and directory the data is there for one run', async (t) => {
  const { path, release } = await openDirectory({ dir: undefined, kafka: undefined })
  t.ok(existsSync(path))
  await release()
  t.notOk(existsSync(path))
})
