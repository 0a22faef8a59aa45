/** Kafka's tags of a metric: `thread-id`, `task-id`, `processor-node-id`, … */
export type MetricTags = Readonly<Record<string, string>>

/** What names a metric. Names, groups and tags are Kafka's. */
export interface MetricName {
  /** Kafka's name of the metric, without the `-total`, `-rate`, `-avg` and `-max` by which Kafka publishes it. */
  readonly name: string
  /** Kafka's group of the metric, such as `stream-task-metrics`. */
  readonly group: string
  /** Tags that name the thread, the task, the store … of the metric. */
  readonly tags: MetricTags
}

/** A count that only grows. */
export interface CounterMetric extends MetricName {
  /** Tells the three kinds of metrics apart. */
  readonly kind: 'counter'
  /** The sum so far. */
  value(): number
}

/** What is now: a number, or a text such as a state. */
export interface GaugeMetric extends MetricName {
  /** Tells the three kinds of metrics apart. */
  readonly kind: 'gauge'
  /** Computes the value at the time of the call. */
  value(): number | string
}

/** The distribution of times or sizes. */
export interface HistogramMetric extends MetricName {
  /** Tells the three kinds of metrics apart. */
  readonly kind: 'histogram'
  /** The distribution so far. */
  value(): Distribution
}

/** A metric (Kafka: `KafkaMetric`). */
export type Metric = CounterMetric | GaugeMetric | HistogramMetric

/** How values are distributed, since the metric was made. The average is `sum / count`. */
export interface Distribution {
  /** How many values there were. */
  readonly count: number
  /** Their sum. */
  readonly sum: number
  /** The largest value; 0 before the first. */
  readonly max: number
  /** Upper bounds of the buckets, in ascending order. What is larger than the last one is in no bucket. */
  readonly bounds: readonly number[]
  /** For each bound, how many values were at most as large. */
  readonly counts: readonly number[]
}

/** A count that only grows. Kafka publishes it as `<name>-total` and, over a window, `<name>-rate`. */
export interface Counter {
  /** The sum so far. */
  readonly total: number
  /** Adds to the sum. Default: 1. */
  add(amount?: number): void
}

/** Takes values, and knows how they are distributed. Kafka publishes `<name>-avg` and `<name>-max` over a window. */
export interface Histogram {
  /** Takes a value: a time in ms, or a number of records or bytes. */
  record(value: number): void
}

/**
 * What is recorded (Kafka: `metrics.recording.level`). `info`: what is told once a batch, a turn or a slice, or of a sample of the
 * records. `debug`: also how often each node has processed
 * and how long each call of a store took, which costs a look at the clock per call. `off`: errors and dropped records are
 * counted, and nothing is timed.
 */
export type RecordingLevel = 'off' | 'info' | 'debug'

/** The registry of the engine's metrics (Kafka: `Metrics`). An application publishes `all` of them, for example over HTTP. */
export interface Metrics {
  /** What the engine records in this registry. */
  readonly level: RecordingLevel
  /** The same name, group and tags give the same counter. */
  counter(name: string, group: string, tags: MetricTags): Counter
  /** The same name, group and tags give the same histogram. `bounds`: upper bounds of its buckets, in ascending order. */
  histogram(name: string, group: string, tags: MetricTags, bounds: readonly number[]): Histogram
  /** Adds a metric whose value `read` computes whenever somebody asks for it. */
  gauge(name: string, group: string, tags: MetricTags, read: () => number | string): void
  /** Forgets all metrics that carry these tags, for example those of a closed task. */
  remove(tags: MetricTags): void
  /** All metrics there are now. */
  all(): readonly Metric[]
}
