import type { MetricDefinition } from '../metric-definitions.ts'
import type { Distribution, Metric } from '../metrics.ts'
import { labelsOf } from './prometheus-name.ts'

/** A line of a scrape. */
export interface Sample {
  readonly metricName: string
  readonly labels: Record<string, string | number>
  readonly value: number
}

/** The lines of one metric. A gauge without a value has none. */
export function samplesOf(metricName: string, { texts }: MetricDefinition, metric: Metric): readonly Sample[] {
  const labels = labelsOf(metric.tags)
  if (metric.kind === 'histogram') return bucketsOf(metricName, labels, metric.value())
  const value = metric.value()
  if (typeof value === 'number') return Number.isNaN(value) ? [] : [{ metricName, labels, value }]
  return (texts ?? []).map((state) => ({ metricName, labels: { ...labels, state }, value: state === value ? 1 : 0 }))
}

function bucketsOf(
  name: string,
  labels: Record<string, string>,
  { count, sum, bounds, counts }: Distribution,
): readonly Sample[] {
  const bucket = (le: number | '+Inf', value: number): Sample => ({
    metricName: `${name}_bucket`,
    labels: { ...labels, le },
    value,
  })
  return [
    ...bounds.map((bound, at) => bucket(bound, counts[at]!)),
    bucket('+Inf', count),
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ]
}
