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
  const before = systemClock.monotonic()
  await sleep(systemClock, 20)
  t.ok(systemClock.monotonic() - before >= 20)
  t.notOk(fired)
})

t.test('a timer takes any delay: Node itself takes one of more than 24.8 days for a millisecond', async (t) => {
  const fired: number[] = []
  const delays = [30 * 86_400_000, 2 ** 31 - 1, 2 ** 31, Number.MAX_SAFE_INTEGER, Infinity]
  const timers = delays.map((delayMs) => systemClock.schedule(delayMs, () => fired.push(delayMs)))
  await sleep(systemClock, 30)
  for (const timer of timers) timer.cancel()
  t.same(fired, [])
})

t.test('a timer whose time is over fires soon, and Node has nothing to warn of', async (t) => {
  const warnings: string[] = []
  const hear = ({ name }: Error): void => void warnings.push(name)
  process.on('warning', hear)
  await sleep(systemClock, -11_163)
  // Node tells of a warning in a turn of its own.
  await systemClock.yield()
  process.off('warning', hear)
  t.same(warnings, [])
})
