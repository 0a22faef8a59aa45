/** Kafka's tags of a metric: `thread-id`, `task-id`, `processor-node-id`, … */
export type MetricTags = Readonly<Record<string, string>>

/** A metric's value, read when somebody looks (Kafka: `KafkaMetric`). Names, groups and tags are Kafka's. */
export interface Metric {
  /** Kafka's name of the metric. */
  readonly name: string
  /** Kafka's group of the metric, as `stream-task-metrics`. */
  readonly group: string
  /** What the metric is of: thread, task, store … */
  readonly tags: MetricTags
  /** The value now. */
  value(): number | string
}

/** A count that only grows. Kafka publishes it as `<name>-total` and, over a window, `<name>-rate`. */
export interface Counter {
  /** The sum so far. */
  readonly total: number
  /** Adds to the sum. Default: 1. */
  add(amount?: number): void
}

/** Where the engine's metrics live, in memory. `/metrics` publishes them. */
export interface Metrics {
  /** The same name, group and tags give the same counter. */
  counter(name: string, group: string, tags: MetricTags): Counter
  /** Adds a metric whose value is asked for when it is read. */
  gauge(name: string, group: string, tags: MetricTags, read: () => number | string): void
  /** Forgets all metrics that carry these tags (a closed task's). */
  remove(tags: MetricTags): void
  /** All metrics there are now. */
  all(): readonly Metric[]
}
