import t from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { RestorePace } from '../../../lib/runtime/restore/restore-pace.ts'
import { restoreTurnMs, Turns } from '../../../lib/runtime/restore/turns.ts'

const kib = 1024

/** The bytes at which a checkpoint is due, found by trying. */
function dueAt(pace: RestorePace): number {
  for (let bytes = 16 * kib; ; bytes += 16 * kib) {
    const budget = pace.budget()
    if (!budget.spend(bytes)) return bytes
  }
}

t.test('a budget ends with its bytes', async (t) => {
  const budget = new RestorePace(new ManualClock()).budget()
  t.ok(budget.spend(100 * kib))
  t.notOk(budget.spend(200 * kib))
})

t.test('a budget ends with its time, however small the records are', async (t) => {
  const clock = new ManualClock()
  const budget = new RestorePace(clock).budget()
  t.ok(budget.spend(1))
  clock.advance(restoreTurnMs)
  let more = 0
  while (budget.spend(1)) more++
  t.ok(more < 100)
})

t.test('checkpoints that are quick become larger, slow ones smaller, within bounds', async (t) => {
  const clock = new ManualClock()
  const pace = new RestorePace(clock)
  const store = (tookMs: number): void => pace.checkpointIfDue(Infinity, () => clock.advance(tookMs))
  const first = dueAt(pace)
  pace.checkpointIfDue(first - 16 * kib - 1, () => t.fail('it is not due'))
  store(1)
  t.ok(dueAt(pace) > first)
  for (let times = 0; times < 20; times++) store(1)
  t.equal(dueAt(pace), 1024 * kib)
  for (let times = 0; times < 20; times++) store(5000)
  t.equal(dueAt(pace), 256 * kib)
})

t.test('a turn is given when it has taken its time', async (t) => {
  const clock = new ManualClock()
  const turns = new Turns(clock)
  clock.advance(restoreTurnMs - 1)
  await turns.give()
  clock.advance(1)
  let isGiven = false
  const given = turns.give().then(() => (isGiven = true))
  await Promise.resolve()
  t.notOk(isGiven)
  clock.advance(0)
  await given
  await turns.give()
  turns.begin()
})
