/// <reference lib="esnext.disposable" preserve="true" />
import './require-node.ts'

export { prometheusMetrics } from './metrics/prometheus/prometheus-metrics.ts'
export type { PrometheusOptions, PublishedMetrics } from './metrics/prometheus/prometheus-metrics.ts'
export type { MetricRegistry } from './metrics/prometheus/engine-metric.ts'
export type { MetricsSource } from './metrics/prometheus/metric-sources.ts'
export type {
  CounterMetric,
  Distribution,
  GaugeMetric,
  HistogramMetric,
  Metric,
  MetricName,
  MetricTags,
} from './metrics/metrics.ts'
