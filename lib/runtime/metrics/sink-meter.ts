import { latencyBoundsMs } from '../../metrics/bounds.ts'
import type { Counter, Histogram, Metrics, MetricTags } from '../../metrics/metrics.ts'
import type { OutputBytes } from '../output/record-output.ts'

/** What a sink has written to a topic, and how old it was. */
export class SinkMeter {
  readonly #records: Counter
  readonly #bytes: Counter
  readonly #age: Histogram

  /** `tags`: those of the node. */
  constructor(metrics: Metrics, tags: MetricTags, topic: string) {
    const ofTopic = { ...tags, 'topic-name': topic }
    this.#records = metrics.counter('records-produced', 'stream-topic-metrics', ofTopic)
    this.#bytes = metrics.counter('bytes-produced', 'stream-topic-metrics', ofTopic)
    this.#age = metrics.histogram('record-e2e-latency', 'stream-processor-node-metrics', tags, latencyBoundsMs)
  }

  wrote(key: OutputBytes, value: OutputBytes): void {
    this.#records.add(1)
    this.#bytes.add((key === null ? 0 : key.length) + (value === null ? 0 : value.length))
  }

  aged(ms: number): void {
    this.#age.record(ms)
  }
}
