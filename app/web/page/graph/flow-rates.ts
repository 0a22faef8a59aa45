import type { FlowNow } from '../../../contracts/topology.ts'

/** Records a second by topic, between two answers. */
export function ratesOf(before: FlowNow | null, now: FlowNow): ReadonlyMap<string, number> {
  const seconds = before === null ? 0 : (now.at - before.at) / 1000
  // Another process has another clock, and a topic that was made anew begins again.
  if (before === null || seconds <= 0) return new Map()
  const rates = Object.entries(now.topics).map(([topic, written]) => {
    return [topic, Math.max(0, written - (before.topics[topic] ?? written)) / seconds] as const
  })
  return new Map(rates)
}

/** How wide a line is, in px. */
export const widthOf = (perSecond: number): number => Math.min(6, 1 + Math.log10(1 + perSecond))

/** `0/s`, `0.4/s`, `1,203/s`. */
export function rateText(perSecond: number): string {
  const digits = perSecond > 0 && perSecond < 10 ? 1 : 0
  return `${perSecond.toFixed(digits).replaceAll(/\B(?=(\d{3})+$)/g, ',')}/s`
}
