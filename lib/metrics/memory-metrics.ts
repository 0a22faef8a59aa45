import type { Counter, Metric, Metrics, MetricTags } from './metrics.ts'

class MemoryCounter implements Counter {
  total = 0

  add(amount = 1): void {
    this.total += amount
  }
}

interface Entry extends Metric {
  readonly counter?: Counter
}

/** Keeps metrics as plain objects in memory. */
export class MemoryMetrics implements Metrics {
  readonly #entries = new Map<string, Entry>()

  counter(name: string, group: string, tags: MetricTags): Counter {
    const id = identity(name, group, tags)
    const existing = this.#entries.get(id)?.counter
    if (existing !== undefined) return existing
    const counter = new MemoryCounter()
    this.#entries.set(id, { name, group, tags, counter, value: () => counter.total })
    return counter
  }

  gauge(name: string, group: string, tags: MetricTags, read: () => number | string): void {
    this.#entries.set(identity(name, group, tags), { name, group, tags, value: read })
  }

  remove(tags: MetricTags): void {
    const wanted = Object.entries(tags)
    for (const [id, entry] of this.#entries)
      if (wanted.every(([tag, value]) => entry.tags[tag] === value)) this.#entries.delete(id)
  }

  all(): readonly Metric[] {
    return [...this.#entries.values()]
  }
}

function identity(name: string, group: string, tags: MetricTags): string {
  return JSON.stringify([name, group, Object.entries(tags).sort(([left], [right]) => (left < right ? -1 : 1))])
}
