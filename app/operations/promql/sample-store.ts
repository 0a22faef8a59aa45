import type { Labels, Matcher, Selection } from './expression.ts'

/** A value of a series at an instant. Null: the series had ended by then. */
export interface Point {
  readonly at: number
  readonly value: number | null
}

export interface Sample {
  readonly metric: string
  readonly labels: Labels
  readonly value: number
}

interface Series {
  readonly labels: Labels
  readonly points: Point[]
}

/** A series, with the points of it that were asked for: at least one. */
export interface Selected {
  readonly labels: Labels
  readonly points: readonly { readonly at: number; readonly value: number }[]
}

/** So long the newest point of a series counts, as with Prometheus: a scrape may be late. */
const lookbackMs = 300_000

/** The samples of some minutes, in memory. */
export class SampleStore {
  readonly #keepMs: number
  /** By metric, then by labels. */
  readonly #series = new Map<string, Map<string, Series>>()

  /** With what the longest of these selections asks for. */
  constructor(selections: readonly Selection[]) {
    const reaches = selections.map(({ rangeMs, offsetMs }) => (rangeMs ?? lookbackMs) + offsetMs)
    this.#keepMs = Math.max(lookbackMs, ...reaches) + 60_000
  }

  /**
   * What a scrape has brought, all of it with the label `instance`. A series of the instance that it has not brought has ended: its process is
   * gone, or another has its task.
   */
  add(at: number, instance: string, samples: readonly Sample[]): void {
    const brought = new Set(samples.map((sample) => this.#append(at, instance, sample)))
    for (const bySeries of this.#series.values())
      for (const [key, { labels, points }] of bySeries) {
        if (labels['instance'] === instance && !brought.has(points) && points.at(-1)!.value !== null)
          points.push({ at, value: null })
        const old = points.findIndex((point) => point.at >= at - this.#keepMs)
        if (old === -1) bySeries.delete(key)
        else points.splice(0, old)
      }
  }

  /** The newest point of each series at that time. */
  newest({ metric, matchers, offsetMs }: Selection, now: number): readonly Selected[] {
    const at = now - offsetMs
    return this.#matching(metric, matchers).flatMap(({ labels, points }) => {
      const point = points.findLast((each) => each.at <= at)
      if (point === undefined || point.value === null || at - point.at >= lookbackMs) return []
      return [{ labels, points: [{ at: point.at, value: point.value }] }]
    })
  }

  /** The points of each series within the range that ends at that time. As with Prometheus 3, its first instant is no part of it. */
  within({ metric, matchers, rangeMs, offsetMs }: Selection, now: number): readonly Selected[] {
    const at = now - offsetMs
    return this.#matching(metric, matchers).flatMap(({ labels, points }): Selected[] => {
      const within = points.flatMap((point): { at: number; value: number }[] => {
        const isWithin = point.at > at - rangeMs! && point.at <= at
        return isWithin && point.value !== null ? [{ at: point.at, value: point.value }] : []
      })
      return within.length === 0 ? [] : [{ labels, points: within }]
    })
  }

  #append(at: number, instance: string, { metric, labels: own, value }: Sample): Point[] {
    const labels = { ...own, instance }
    const key = keyOf(labels)
    const bySeries = this.#series.get(metric) ?? new Map<string, Series>()
    this.#series.set(metric, bySeries)
    const series: Series = bySeries.get(key) ?? { labels, points: [] }
    bySeries.set(key, series)
    series.points.push({ at, value })
    return series.points
  }

  #matching(metric: string, matchers: readonly Matcher[]): Series[] {
    return [...(this.#series.get(metric)?.values() ?? [])].filter(({ labels }) =>
      matchers.every((matcher) => matches(matcher, labels[matcher.label] ?? '')),
    )
  }
}

/** The same for the same labels, in whatever order they are. */
export function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1)))
}

function matches({ operator, value }: Matcher, found: string): boolean {
  if (operator === '=' || operator === '!=') return (found === value) === (operator === '=')
  return new RegExp(`^(?:${value})$`).test(found) === (operator === '=~')
}
