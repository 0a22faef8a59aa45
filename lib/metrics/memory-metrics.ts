import { MemoryHistogram } from './memory-histogram.ts'
import type { Counter, Histogram, Metric, Metrics, MetricTags, RecordingLevel } from './metrics.ts'

class MemoryCounter implements Counter {
  total = 0

  add(amount = 1): void {
    this.total += amount
  }
}

interface Entry {
  readonly metric: Metric
  readonly counter?: Counter
  readonly histogram?: Histogram
}

/** Keeps metrics as plain objects in memory. */
export class MemoryMetrics implements Metrics {
  readonly level: RecordingLevel
  readonly #entries = new Map<string, Entry>()

  constructor(level: RecordingLevel = 'info') {
    this.level = level
  }

  counter(name: string, group: string, tags: MetricTags): Counter {
    const id = identity(name, group, tags)
    const existing = this.#entries.get(id)?.counter
    if (existing !== undefined) return existing
    const counter = new MemoryCounter()
    this.#entries.set(id, { metric: { kind: 'counter', name, group, tags, value: () => counter.total }, counter })
    return counter
  }

  histogram(name: string, group: string, tags: MetricTags, bounds: readonly number[]): Histogram {
    const id = identity(name, group, tags)
    const existing = this.#entries.get(id)?.histogram
    if (existing !== undefined) return existing
    const histogram = new MemoryHistogram(bounds)
    this.#entries.set(id, { metric: { kind: 'histogram', name, group, tags, value: () => histogram.distribution }, histogram })
    return histogram
  }

  gauge(name: string, group: string, tags: MetricTags, read: () => number | string): void {
    this.#entries.set(identity(name, group, tags), { metric: { kind: 'gauge', name, group, tags, value: read } })
  }

  remove(tags: MetricTags): void {
    const wanted = Object.entries(tags)
    for (const [id, { metric }] of this.#entries)
      if (wanted.every(([tag, value]) => metric.tags[tag] === value)) this.#entries.delete(id)
  }

  all(): readonly Metric[] {
    return [...this.#entries.values()].map(({ metric }) => metric)
  }
}

function identity(name: string, group: string, tags: MetricTags): string {
  return JSON.stringify([name, group, Object.entries(tags).sort(([left], [right]) => (left < right ? -1 : 1))])
}
