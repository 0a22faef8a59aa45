import t from 'tap'
import type { Timer } from '../../../lib/clock/clock.ts'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { AnswerTime } from '../../../lib/runtime/output/answer-time.ts'

/** A clock whose loop can be busy: time goes on, and timers fire when it is over. */
class BusyClock extends ManualClock {
  #busyMs = 0
  pending = 0

  override monotonic(): number {
    return super.monotonic() + this.#busyMs
  }

  override schedule(delayMs: number, callback: () => void): Timer {
    this.pending++
    const timer = super.schedule(delayMs, () => {
      this.pending--
      callback()
    })
    return {
      cancel: () => {
        this.pending--
        timer.cancel()
      },
    }
  }

  work(ms: number): void {
    this.#busyMs += ms
  }
}

t.test('it goes on while something is awaited, and stands still otherwise', (t) => {
  const clock = new BusyClock()
  const time = new AnswerTime(clock)
  clock.advance(500)
  t.equal(time.monotonic(), 0)
  time.begin()
  time.begin()
  clock.advance(500)
  t.equal(time.monotonic(), 500)
  time.end()
  clock.advance(500)
  t.equal(time.monotonic(), 1000, 'one of two has come')
  time.end()
  t.equal(clock.pending, 0, 'no timer keeps the process alive')
  clock.advance(500)
  time.begin()
  clock.advance(100)
  t.equal(time.monotonic(), 1100)
  t.end()
})

t.test('of the time in which the loop was busy it counts two ticks', (t) => {
  const clock = new BusyClock()
  const time = new AnswerTime(clock)
  time.begin()
  clock.work(7000)
  clock.advance(100)
  t.equal(time.monotonic(), 200)
  clock.advance(100)
  t.equal(time.monotonic(), 300)
  t.end()
})
