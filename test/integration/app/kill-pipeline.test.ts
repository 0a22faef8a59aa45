import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { killPipeline } from '../../app/kill-pipeline.ts'
import type { KillOptions, KillOutcome } from '../../app/kill-pipeline.ts'

// The file's own limit, where it is run without the project's script.
t.setTimeout(300_000)

async function kill(t: Test, options: Omit<KillOptions, 'dir'>): Promise<KillOutcome> {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-kill-'))
  t.teardown(() => rm(dir, { recursive: true, force: true }))
  return killPipeline({ ...options, dir })
}

t.test('E7, C4: kill -9 at ten random moments, the read API equals the join in SQL', { timeout: 180_000 }, async (t) => {
  const outcome = await kill(t, { writes: 10_000, kills: 10, seed: 1, positions: 'with data' })
  t.same(outcome.differences, [])
  t.equal(outcome.kills, 10)
  t.ok(outcome.tailRestores > 0, 'stores are opened at a position above zero')
  t.ok(outcome.replayed < outcome.logged, `${outcome.replayed} records replayed of ${outcome.logged} in the changelogs`)
})

t.test('negative control: positions apart from data are found out', { timeout: 180_000 }, async (t) => {
  const outcome = await kill(t, { writes: 1500, kills: 4, seed: 3, positions: 'apart from data' })
  t.not(outcome.differences.length, 0)
})
