import type { OperationsCharts, OperationsNow, ServiceHealth, WatchedService } from '../contracts/operations.ts'
import type { TasksNow } from '../contracts/topology.ts'
import { healthAt } from '../platform/http/health-at.ts'
import { metricsAt, tasksAt } from './ask.ts'
import { ChartHistory } from './charts/chart-history.ts'
import { pipelineCharts } from './charts/pipeline-charts.ts'
import { selectionsOf } from './promql/expression.ts'
import type { Selection } from './promql/expression.ts'
import { SampleStore } from './promql/sample-store.ts'
import { pipelineRules } from './rules/alert-rule.ts'
import { RuleWatch } from './rules/rule-watch.ts'
import { applicationsOf } from './applications-of.ts'

/** What is watched: where services and stream applications are now, by name. */
export interface Watched {
  readonly services: ReadonlyMap<string, string>
  readonly applications: ReadonlyMap<string, string>
}

export interface OperationsOptions {
  readonly watched: () => Watched
  /** How often metrics are scraped and rules are evaluated. Default 5,000. */
  readonly everyMs?: number
  readonly now?: () => number
}

const timeoutMs = 2000
/** Health and tasks are asked again for who looks, but no more often than this. */
const freshMs = 1000
const keepChartsMs = 3_600_000
const lag: Selection = {
  kind: 'selection',
  metric: 'kafka_consumer_fetch_manager_records_lag',
  matchers: [],
  rangeMs: null,
  offsetMs: 0,
}

/**
 * Watches what runs: asks for health and tasks, scrapes metrics, and evaluates alert rules and charts over them, as a Prometheus beside the
 * pipeline would. It keeps the samples that rules and charts need, and no others.
 */
export class Operations {
  readonly everyMs: number
  readonly #watched: () => Watched
  readonly #now: () => number
  readonly #since: number
  readonly #charts = new ChartHistory(pipelineCharts, keepChartsMs)
  readonly #store: SampleStore
  readonly #rules: readonly RuleWatch[]
  /** Names that a scrape asks for. */
  readonly #metrics: readonly string[]
  #services: readonly WatchedService[] = []
  #tasks: ReadonlyMap<string, TasksNow | null> = new Map()
  #looking: Promise<void> | null = null
  #lookedAt = -Infinity
  #scraped = new Set<string>()
  #published: ReadonlySet<string> = new Set()
  #timer: NodeJS.Timeout | undefined

  constructor({ watched, everyMs = 5000, now = Date.now }: OperationsOptions) {
    this.everyMs = everyMs
    this.#watched = watched
    this.#now = now
    this.#since = now()
    const rules = pipelineRules()
    const selections = [...rules.map(({ expression }) => expression), ...this.#charts.expressions].flatMap(selectionsOf)
    this.#store = new SampleStore(selections)
    this.#rules = rules.map((rule) => new RuleWatch(rule, this.#store, (metric) => this.#published.has(metric)))
    this.#metrics = [...new Set([lag, ...selections].map(({ metric }) => metric))]
  }

  /** Looks regularly from now on. */
  start(): void {
    const again = async (): Promise<void> => {
      await Promise.all([this.#look(), this.scrape()])
      if (this.#timer !== undefined) this.#timer = setTimeout(() => void again(), this.everyMs)
    }
    this.#timer = setTimeout(() => void again(), 0)
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  async current(): Promise<OperationsNow> {
    if (this.#now() - this.#lookedAt >= freshMs) await this.#look()
    return {
      at: this.#now(),
      since: this.#since,
      everyMs: this.everyMs,
      services: this.#services,
      applications: applicationsOf(this.#tasks, this.#lagsOf),
      rules: this.#rules.map((rule) => rule.now),
    }
  }

  charts(rangeMs: number): OperationsCharts {
    // A step has a scrape in it, also where that took a while.
    const stepMs = Math.max(2 * this.everyMs, rangeMs / 90)
    return this.#charts.charts(this.#now(), rangeMs, stepMs)
  }

  /** Scrapes once, and evaluates rules and charts. */
  async scrape(): Promise<void> {
    const all = this.#addresses()
    const answers = await Promise.all(
      [...all].map(async ([name, url]) => [name, await metricsAt(url, this.#metrics, timeoutMs)] as const),
    )
    const at = this.#now()
    for (const [name, answer] of answers)
      this.#store.add(at, name, [...(answer?.samples ?? []), { metric: 'up', labels: {}, value: answer === null ? 0 : 1 }])
    this.#published = new Set(['up', ...answers.flatMap(([, answer]) => answer?.published ?? [])])
    // What nobody names any more was stopped on purpose: it is not down.
    for (const name of this.#scraped) if (!all.has(name)) this.#store.add(at, name, [])
    this.#scraped = new Set(all.keys())
    for (const rule of this.#rules) rule.evaluate(at)
    this.#charts.evaluate(this.#store, at)
  }

  /** Who asks meanwhile waits for the same answers. */
  #look(): Promise<void> {
    return (this.#looking ??= this.#lookNow().finally(() => (this.#looking = null)))
  }

  async #lookNow(): Promise<void> {
    const { services, applications } = this.#watched()
    const ask = (kind: ServiceHealth['kind'], addresses: ReadonlyMap<string, string>): Promise<ServiceHealth>[] =>
      [...addresses].map(async ([name, url]) => ({ name, kind, ...(await healthAt(url, timeoutMs)) }))
    const [found, tasks] = await Promise.all([
      Promise.all([...ask('service', services), ...ask('application', applications)]),
      Promise.all([...applications].map(async ([name, url]) => [name, await tasksAt(url, timeoutMs)] as const)),
    ])
    const at = this.#now()
    const before = new Map(this.#services.map((service) => [service.name, service]))
    this.#services = found.map((service) => {
      const known = before.get(service.name)
      return { ...service, since: known?.state === service.state ? known.since : at }
    })
    this.#tasks = new Map(tasks)
    this.#lookedAt = at
  }

  /** By topic, of all that is still to be read by the instances of an application. */
  readonly #lagsOf = (instances: readonly string[]): Record<string, number> => {
    const lags: Record<string, number> = {}
    for (const { labels, points } of this.#store.newest(lag, this.#now()))
      if (instances.includes(labels['instance']!)) {
        const topic = labels['topic'] ?? ''
        lags[topic] = (lags[topic] ?? 0) + points[0]!.value
      }
    return lags
  }

  #addresses(): ReadonlyMap<string, string> {
    const { services, applications } = this.#watched()
    return new Map([...services, ...applications])
  }
}
