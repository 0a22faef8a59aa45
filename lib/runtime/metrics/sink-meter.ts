import type { Counter, Metrics, MetricTags } from '../../metrics/metrics.ts'
import type { OutputBytes } from '../output/record-output.ts'
import type { RecordAges } from './record-ages.ts'

/**
 * What a sink has written to a topic, and how old it was. A record is added to sums of the sink; the sums go to the counters when the task
 * tells its metrics, once a turn.
 */
export class SinkMeter {
  readonly ages: RecordAges
  readonly #records: Counter
  readonly #bytes: Counter
  readonly #untold: SinkMeter[]
  #untoldRecords = 0
  #untoldBytes = 0

  /** `tags`: those of the node. `untold`: the meters of the task that have something to tell. */
  constructor(metrics: Metrics, tags: MetricTags, topic: string, ages: RecordAges, untold: SinkMeter[]) {
    const ofTopic = { ...tags, 'topic-name': topic }
    this.#records = metrics.counter('records-produced', 'stream-topic-metrics', ofTopic)
    this.#bytes = metrics.counter('bytes-produced', 'stream-topic-metrics', ofTopic)
    this.ages = ages
    this.#untold = untold
  }

  wrote(key: OutputBytes, value: OutputBytes): void {
    if (this.#untoldRecords++ === 0) this.#untold.push(this)
    this.#untoldBytes += (key === null ? 0 : key.length) + (value === null ? 0 : value.length)
  }

  tell(): void {
    this.#records.add(this.#untoldRecords)
    this.#bytes.add(this.#untoldBytes)
    this.#untoldRecords = 0
    this.#untoldBytes = 0
  }
}
