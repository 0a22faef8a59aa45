import type { Clock, Timer } from './clock.ts'

/** Node takes a longer delay for 1 ms: it holds delays in 31 bits. Of one that is negative it warns. */
const longestDelayMs = 2 ** 31 - 1

/** The machine's clock. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule,
  yield: () => new Promise<void>((resolve) => void setImmediate(resolve)),
})

// A delay that is too long for one timer of Node is made of several. Node also rounds down: a timer that comes early waits again.
function schedule(delayMs: number, callback: () => void): Timer {
  const dueMs = performance.now() + delayMs
  const wait = (ms: number): NodeJS.Timeout => setTimeout(look, Math.max(0, Math.min(Math.ceil(ms), longestDelayMs)))
  const look = (): void => {
    const leftMs = dueMs - performance.now()
    if (leftMs > 0) handle = wait(leftMs)
    else callback()
  }
  let handle = wait(delayMs)
  return { cancel: () => clearTimeout(handle) }
}
