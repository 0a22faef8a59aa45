/** Kafka's tags of a metric: `thread-id`, `task-id`, `processor-node-id`, … */
export type MetricTags = Readonly<Record<string, string>>

/** A metric (Kafka: `KafkaMetric`). Names, groups and tags are Kafka's. `value` computes the value at the time of the call. */
export interface Metric {
  /** Kafka's name of the metric. */
  readonly name: string
  /** Kafka's group of the metric, such as `stream-task-metrics`. */
  readonly group: string
  /** Tags that name the thread, the task, the store … of the metric. */
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

/** The registry of the engine's metrics (Kafka: `Metrics`). An application publishes `all` of them, for example over HTTP. */
export interface Metrics {
  /** The same name, group and tags give the same counter. */
  counter(name: string, group: string, tags: MetricTags): Counter
  /** Adds a metric whose value `read` computes whenever somebody asks for it. */
  gauge(name: string, group: string, tags: MetricTags, read: () => number | string): void
  /** Forgets all metrics that carry these tags, for example those of a closed task. */
  remove(tags: MetricTags): void
  /** All metrics there are now. */
  all(): readonly Metric[]
}
