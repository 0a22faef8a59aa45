import t from 'tap'
import { sleep } from '../../lib/clock/clock.ts'
import { systemClock } from '../../lib/clock/system-clock.ts'

t.test('a busy loop that yields lets a timer fire', async (t) => {
  let fired = false
  systemClock.schedule(1, () => (fired = true))
  while (!fired) await systemClock.yield()
  t.ok(fired)
})

t.test('a sleep takes its time, and a timer that is cancelled does not fire', async (t) => {
  let fired = false
  systemClock.schedule(1, () => (fired = true)).cancel()
  const before = systemClock.now()
  await sleep(systemClock, 20)
  t.ok(systemClock.now() - before >= 19)
  t.notOk(fired)
})
