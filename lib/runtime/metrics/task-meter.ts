import { latencyBoundsMs } from '../../metrics/bounds.ts'
import type { Counter, Histogram, Metrics, MetricTags } from '../../metrics/metrics.ts'

const group = 'stream-task-metrics'

/** What a task has processed, and how long its turns took. It is told once a turn, not once a record. */
export class TaskMeter {
  readonly #processed: Counter
  readonly #latency: Histogram
  readonly #punctuated: Counter
  readonly #restored: Counter

  constructor(metrics: Metrics, tags: MetricTags) {
    this.#processed = metrics.counter('process', group, tags)
    this.#latency = metrics.histogram('process-latency', group, tags, latencyBoundsMs)
    this.#punctuated = metrics.counter('punctuate', group, tags)
    this.#restored = metrics.counter('restore', group, tags)
  }

  processed(records: number, ms: number): void {
    this.#processed.add(records)
    this.#latency.record(ms)
  }

  punctuated(times: number): void {
    this.#punctuated.add(times)
  }

  restored(records: number): void {
    this.#restored.add(records)
  }
}
