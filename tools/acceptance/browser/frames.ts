import type { Page } from 'playwright-core'

export interface Frames {
  readonly fps: number
  readonly p99: number
  readonly worst: number
  readonly long: number
}

/** Frames as the page sees them: what lies between two calls of `requestAnimationFrame`. */
export function measureFrames(page: Page, seconds: number): Promise<Frames> {
  return page.evaluate(async (ms) => {
    let long = 0
    new PerformanceObserver((list) => (long += list.getEntries().length)).observe({ type: 'long-animation-frame' })
    const deltas: number[] = []
    const start = performance.now()
    for (let last = start; last - start < ms;) {
      const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve))
      deltas.push(now - last)
      last = now
    }
    const sorted = deltas.slice(1).toSorted((left, right) => left - right)
    const mean = sorted.reduce((sum, delta) => sum + delta, 0) / sorted.length
    return { fps: 1_000 / mean, p99: sorted[Math.floor(sorted.length * 0.99)]!, worst: sorted.at(-1)!, long }
  }, seconds * 1_000)
}

export const showFrames = ({ fps, p99, worst, long }: Frames): string =>
  `${fps.toFixed(1)} fps, p99 ${p99.toFixed(1)} ms, worst ${worst.toFixed(0)} ms, ${long} long frames`
