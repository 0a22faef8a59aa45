import type { Clock } from './clock.ts'

/** The machine's clock. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  schedule: (delayMs: number, callback: () => void) => {
    const handle = setTimeout(callback, delayMs)
    return { cancel: () => clearTimeout(handle) }
  },
  yield: () => new Promise<void>((resolve) => void setImmediate(resolve)),
})
