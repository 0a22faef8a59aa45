import t from 'tap'
import { sleep } from '../../lib/clock/clock.ts'
import { ManualClock } from '../../lib/clock/manual-clock.ts'

t.test('timers fire in order of their time, then of their making, those made on the way included', (t) => {
  const clock = new ManualClock(1000)
  const fired: string[] = []
  const note = (name: string) => () => void fired.push(`${name} at ${clock.now()}`)
  clock.schedule(20, note('late'))
  clock.schedule(10, () => {
    note('first')()
    clock.schedule(5, note('made on the way'))
  })
  clock.schedule(10, note('second'))
  clock.schedule(15, note('cancelled')).cancel()
  clock.advance(19)
  t.same(fired, ['first at 1010', 'second at 1010', 'made on the way at 1015'])
  t.equal(clock.now(), 1019)
  clock.advance(1)
  t.equal(fired.at(-1), 'late at 1020')
  t.end()
})

t.test('a loop that yields goes on at the next step, also one that takes no time', async (t) => {
  const clock = new ManualClock(0)
  let turns = 0
  const loop = (async () => {
    while (turns < 2) {
      await clock.yield()
      turns++
    }
  })()
  await Promise.resolve()
  t.equal(turns, 0, 'time stands still')
  clock.advance(0)
  await Promise.resolve()
  t.equal(turns, 1, 'one turn a step')
  clock.advance(0)
  await loop
  t.equal(turns, 2)
})

t.test('a sleep ends with its time, or at once where its signal is aborted', async (t) => {
  const clock = new ManualClock(0)
  const aborting = new AbortController()
  const slept = Promise.all([sleep(clock, 5), sleep(clock, 1000, aborting.signal)])
  clock.advance(5)
  aborting.abort()
  await slept
  await sleep(clock, 1000, aborting.signal)
  t.equal(clock.now(), 5)
})

t.test('a wall clock that is set changes no duration, and fires no timer', async (t) => {
  const clock = new ManualClock(1_000_000)
  const fired: number[] = []
  clock.schedule(10, () => fired.push(clock.now()))
  const beforeMs = clock.monotonic()
  clock.advance(4)
  clock.jump(-3_600_000)
  clock.jump(1)
  t.equal(clock.monotonic() - beforeMs, 4)
  t.equal(clock.now(), 1_000_005 - 3_600_000)
  clock.advance(5)
  t.same(fired, [])
  clock.advance(1)
  t.same(fired, [1_000_011 - 3_600_000])
})
