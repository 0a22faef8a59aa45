import { latencyBoundsMs } from '../../metrics/bounds.ts'
import type { Histogram, Metrics, MetricTags } from '../../metrics/metrics.ts'

/** A sample, while one is taken: when it began, and its number. */
export interface AgeSample {
  /** The wall-clock time; −1: no ages are taken. */
  readonly sampledMs: number
  readonly samples: number
}

/** One record in this many of a sample is measured. A commit may flush a whole cache, which is one sample. */
const recordsPerAge = 16

/** How old the records of samples are at a node (KIP-613): the first of each sample, and one in sixteen after it. */
export class RecordAges {
  readonly #ages: Histogram
  readonly #current: AgeSample
  #sample = 0
  #unmeasured = 0

  constructor(ages: Histogram, current: AgeSample) {
    this.#ages = ages
    this.#current = current
  }

  /** The node has got a record. */
  took(timestamp: number): void {
    if (this.#current.sampledMs >= 0) this.#sampled(timestamp)
  }

  #sampled(timestamp: number): void {
    const { samples, sampledMs } = this.#current
    if (samples === this.#sample && --this.#unmeasured > 0) return
    this.#sample = samples
    this.#unmeasured = recordsPerAge
    this.#ages.record(sampledMs - timestamp)
  }
}

/** The ages at the node of these tags. Null where nothing is timed. */
export function agesAt(metrics: Metrics, tags: MetricTags, current: AgeSample): RecordAges | null {
  if (metrics.level === 'off') return null
  const ages = metrics.histogram('record-e2e-latency', 'stream-processor-node-metrics', tags, latencyBoundsMs)
  return new RecordAges(ages, current)
}
