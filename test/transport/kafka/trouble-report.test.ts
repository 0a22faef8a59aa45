import t from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { TroubleReport } from '../../../lib/transport/kafka/client/trouble-report.ts'

t.test('each kind of trouble is told once in ten seconds, then with the number of times', async (t) => {
  const clock = new ManualClock(0)
  const told: string[] = []
  const report = new TroubleReport({ warn: (message) => void told.push(message) }, clock)
  for (let time = 0; time < 5; time++) report.tell('a', 'a is gone.', {})
  report.tell('b', 'b is gone.', {})
  t.same(told.splice(0), ['a is gone.', 'b is gone.'])
  clock.advance(10_000)
  report.tell('a', 'a is gone.', {})
  report.tell('b', 'b is gone.', {})
  t.same(told, ['a is gone. (4 times more since the last report)', 'b is gone.'])
})

t.test('without a log nothing is kept', async (t) => {
  t.doesNotThrow(() => new TroubleReport(undefined, new ManualClock(0)).tell('a', 'a', {}))
})
