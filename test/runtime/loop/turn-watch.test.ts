import t from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { TurnWatch } from '../../../lib/runtime/loop/turn-watch.ts'

function open() {
  const clock = new ManualClock(0)
  const overdue: number[] = []
  const watch = new TurnWatch({ clock, maxPollIntervalMs: 1000, onOverdue: () => overdue.push(clock.now()) })
  return { clock, overdue, watch }
}

t.test('a turn that does not end is overdue, once', (t) => {
  const { clock, overdue, watch } = open()
  watch.turn()
  clock.advance(900)
  watch.turn()
  clock.advance(999)
  t.same(overdue, [])
  clock.advance(1)
  t.same(overdue, [1900])
  clock.advance(5000)
  t.same(overdue, [1900])
  watch.turn()
  clock.advance(5000)
  t.equal(overdue.length, 2, 'the next one that hangs is another')
  t.end()
})

t.test('a loop that waits for work may wait for ever', (t) => {
  const { clock, overdue, watch } = open()
  watch.turn()
  watch.rest()
  clock.advance(10_000)
  t.same(overdue, [])
  t.end()
})

t.test('a watch that is stopped has no timer', (t) => {
  const { clock, overdue, watch } = open()
  watch.turn()
  watch.stop()
  clock.advance(10_000)
  t.same(overdue, [])
  t.end()
})
