import { checkOptions, type OptionNames } from '../../model/check-options.ts'
import { metricDefinitions } from '../metric-definitions.ts'
import { EngineMetric, type MetricRegistry } from './engine-metric.ts'
import { MetricSources, type MetricsSource } from './metric-sources.ts'
import { prometheusName } from './prometheus-name.ts'

/** Options of {@link prometheusMetrics}. */
export interface PrometheusOptions {
  /** Where the metrics are published: prom-client's global `register`, or a `Registry` of one's own. */
  readonly registry: MetricRegistry
  /** Put before each name. Default: nothing. Names begin with `kafka_` by themselves. */
  readonly prefix?: string | undefined
}

/** Metrics that are published until they are disposed of. */
export interface PublishedMetrics extends Disposable {
  /** The names under which metrics are published, those without a value yet included. */
  readonly names: readonly string[]
}

const published = new WeakMap<MetricRegistry, Map<string, MetricSources>>()

/**
 * Publishes the metrics of an application by prom-client, under the names that exporters of Kafka Streams use: `kafka_stream_thread_process_total`,
 * `kafka_stream_task_dropped_records_total`, … docs/metrics.md lists them. Nothing is copied or kept: a scrape reads what the engine has
 * counted. Several applications may share a registry, since labels name the client.
 *
 * What Kafka publishes as a rate or an average is a counter or a histogram here: `rate(kafka_stream_thread_process_total[1m])`.
 *
 * @example
 * import { register } from 'prom-client'
 * import { prometheusMetrics } from 'millrace/metrics'
 *
 * prometheusMetrics(streams, { registry: register })
 * createServer(async (_, response) => response.end(await register.metrics())).listen(9400)
 */
export function prometheusMetrics(streams: MetricsSource, options: PrometheusOptions): PublishedMetrics {
  checkOptions('prometheusMetrics()', options, optionNames)
  const { registry, prefix = '' } = options
  const byPrefix = published.get(registry) ?? new Map<string, MetricSources>()
  published.set(registry, byPrefix)
  const existing = byPrefix.get(prefix)
  const sources = existing ?? new MetricSources()
  const named = metricDefinitions.flatMap((definition) => {
    const name = prometheusName(definition)
    return name === undefined ? [] : [{ name: `${prefix}${name}`, definition }]
  })
  const names = named.map(({ name }) => name)
  if (existing === undefined)
    for (const { name, definition } of named) registry.registerMetric(new EngineMetric(name, definition, sources))
  byPrefix.set(prefix, sources)
  sources.add(streams)
  return {
    names,
    [Symbol.dispose]() {
      if (!sources.remove(streams) || byPrefix.get(prefix) !== sources) return
      byPrefix.delete(prefix)
      for (const name of names) registry.removeSingleMetric(name)
    },
  }
}

const optionNames: OptionNames<PrometheusOptions> = { registry: true, prefix: true }
