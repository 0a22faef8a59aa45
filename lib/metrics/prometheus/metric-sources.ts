import type { MetricDefinition } from '../metric-definitions.ts'
import type { Metric } from '../metrics.ts'
import { samplesOf, type Sample } from './samples.ts'

/** Whoever has metrics of the engine: a `KafkaStreams`, or a `TopologyTestDriver`. */
export interface MetricsSource {
  /** All metrics that there are now. */
  metrics(): readonly Metric[]
}

/** All that is published in one registry. One scrape asks each source once. */
export class MetricSources {
  readonly #sources = new Set<MetricsSource>()
  #read: ReadonlyMap<string, readonly Metric[]> | null = null

  add(source: MetricsSource): void {
    this.#sources.add(source)
  }

  /** True if none is left. */
  remove(source: MetricsSource): boolean {
    this.#sources.delete(source)
    return this.#sources.size === 0
  }

  samples(name: string, definition: MetricDefinition): Sample[] {
    const metrics = this.#all().get(keyOf(definition)) ?? []
    return metrics.flatMap((metric) => samplesOf(name, definition, metric))
  }

  /** The metrics of a scrape are read together. What is asked for after that is read anew. */
  #all(): ReadonlyMap<string, readonly Metric[]> {
    if (this.#read === null) queueMicrotask(() => (this.#read = null))
    return (this.#read ??= Map.groupBy(
      [...this.#sources].flatMap((source) => source.metrics()),
      keyOf,
    ))
  }
}

function keyOf({ group, name, kind }: Pick<Metric, 'group' | 'name' | 'kind'>): string {
  return `${group} ${name} ${kind}`
}
