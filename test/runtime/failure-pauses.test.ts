import t from 'tap'
import { ManualClock } from '../../lib/clock/manual-clock.ts'
import { FailurePauses } from '../../lib/runtime/failure-pauses.ts'

t.test(
  'pauses double with each failure that comes soon, up to ten seconds, and begin anew after half a minute that went well',
  (t) => {
    const clock = new ManualClock(0)
    const pauses = new FailurePauses(clock, 100)
    const failAfter = (ms: number): number => {
      pauses.began()
      clock.advance(ms)
      return pauses.failed()
    }
    t.same([failAfter(0), failAfter(10), failAfter(29_999)], [100, 200, 400])
    t.same([failAfter(30_000), failAfter(0)], [100, 100])
    for (let count = 0; count < 10; count++) failAfter(0)
    t.equal(failAfter(0), 10_000)
    t.end()
  },
)
