/** Kafka's tags of a metric: `thread-id`, `task-id`, `processor-node-id`, … */
export type MetricTags = Readonly<Record<string, string>>

/** A metric's value, read when somebody looks (Kafka: `KafkaMetric`). Names, groups and tags are Kafka's. */
export interface Metric {
  readonly name: string
  readonly group: string
  readonly tags: MetricTags
  value(): number | string
}

/** A count that only grows. Kafka publishes it as `<name>-total` and, over a window, `<name>-rate`. */
export interface Counter {
  readonly total: number
  add(amount?: number): void
}

/** Where the engine's metrics live, in memory. `/metrics` publishes them. */
export interface Metrics {
  /** The same name, group and tags give the same counter. */
  counter(name: string, group: string, tags: MetricTags): Counter
  gauge(name: string, group: string, tags: MetricTags, read: () => number | string): void
  /** Forgets all metrics that carry these tags (a closed task's). */
  remove(tags: MetricTags): void
  all(): readonly Metric[]
}
