import { test } from 'tap'
import { Phases } from '../../../../app/pipeline/supervisor/phases.ts'

test('the pipeline starts, runs, is killed, restores, has recovered, and runs again', async (t) => {
  let now = 1000
  const phases = new Phases(
    () => {},
    () => now,
  )
  const seen = [phases.phase]
  const step = (act: () => void): void => {
    now += 100
    act()
    seen.push(phases.phase)
  }
  step(() => phases.ready())
  step(() => phases.died(11, 'SIGKILL', 3))
  step(() => phases.reborn(12))
  step(() => phases.answers(17))
  step(() => phases.drained())
  step(() => phases.ready())
  step(() => phases.drained())
  t.same(seen, ['starting', 'running', 'killed', 'killed', 'restoring', 'restoring', 'restoring', 'recovered'])
  t.match(phases.outage, {
    deadPid: 11,
    newPid: 12,
    signal: 'SIGKILL',
    at: 1200,
    backAt: 1400,
    recoveredAt: 1700,
    waited: 17,
    count: 1,
  })
  now += 10_000
  phases.setPaused(false)
  t.equal(phases.phase, 'running')
  phases.close()
})

test('a paused generator is told, an outage before it', async (t) => {
  const phases = new Phases(() => {})
  phases.ready()
  phases.setPaused(true)
  t.equal(phases.phase, 'paused')
  phases.died(11, 'SIGKILL', 0)
  t.equal(phases.phase, 'killed')
  phases.close()
})
