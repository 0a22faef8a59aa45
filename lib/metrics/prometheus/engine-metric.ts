import type { MetricDefinition } from '../metric-definitions.ts'
import type { MetricSources } from './metric-sources.ts'
import type { Sample } from './samples.ts'

/** What prom-client's `Registry` is used for. It is declared here, so that the types compile without the package. */
export interface MetricRegistry {
  /** Publishes a metric until it is removed. Throws where another one has its name. */
  registerMetric(metric: { get(): Promise<unknown> }): void
  /** Publishes the metric of this name no longer. */
  removeSingleMetric(name: string): void
}

/** A metric as prom-client scrapes it. The engine keeps its values: a scrape reads them, and nothing keeps a copy. */
export class EngineMetric {
  readonly name: string
  readonly help: string
  readonly type: MetricDefinition['kind']
  readonly aggregator = 'sum'
  readonly #definition: MetricDefinition
  readonly #sources: MetricSources

  constructor(name: string, definition: MetricDefinition, sources: MetricSources) {
    this.name = name
    this.help = definition.help
    this.type = definition.kind
    this.#definition = definition
    this.#sources = sources
  }

  async get() {
    const { name, help, type, aggregator } = this
    const values: readonly Sample[] = this.#sources.samples(name, this.#definition)
    return { name, help, type, aggregator, values }
  }

  /** For `Registry.resetMetrics`: what the engine counts only grows. */
  reset(): void {}
}
