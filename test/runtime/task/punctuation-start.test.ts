import t from 'tap'
import { firstPunctuation, PunctuationQueue } from '../../../lib/runtime/task/punctuation-queue.ts'

/** When a punctuation of 10 ms fires that is scheduled at `now`; without a start it first fires at 0. */
function times(startMs: number | undefined, now: number, ...clock: readonly number[]): readonly number[] {
  const queue = new PunctuationQueue()
  const fired: number[] = []
  const firstMs = startMs === undefined ? 0 : firstPunctuation(startMs, 10, now)
  queue.schedule('n', firstMs, 10, (at) => void fired.push(at))
  for (const at of clock) queue.punctuate(at, (_, time, punctuator) => punctuator(time))
  return fired
}

t.test('without a start it fires first where its type says', async (t) => {
  t.strictSame(times(undefined, 25, 25, 29, 30), [25, 30])
})

t.test('a start to come is when it first fires, and counts the intervals', async (t) => {
  t.strictSame(times(33, 25, 25, 32, 33, 42, 43), [33, 43])
  t.strictSame(times(25, 25, 25, 34, 35), [25, 35])
  t.strictSame(times(5, -1, 4, 5), [5])
})

// Java: `PunctuationSchedule.next`, asked by `StreamTask.getInitialSchedule`.
t.test('of a start that has passed it fires at the next interval', async (t) => {
  t.strictSame(times(3, 25, 25, 32, 33, 43), [33, 43])
  t.strictSame(times(5, 25, 34, 35), [35], 'also where one is due just then')
  t.strictSame(times(24, 25, 33, 34), [34])
})

t.test('a start is a time in ms', async (t) => {
  for (const startMs of [0.5, NaN, Infinity]) t.throws(() => firstPunctuation(startMs, 1, 0), /startMs/)
})
