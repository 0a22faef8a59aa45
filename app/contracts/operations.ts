/**
 * What an operator asks of a pipeline that runs. Types only.
 *
 * | route | answer |
 * | - | - |
 * | GET /api/health | {@link Health}, of the BFF: every service and application is asked now |
 * | GET /api/operations | {@link OperationsNow}, of the process that serves the page: it outlives what it watches |
 * | GET /api/operations/charts?range | {@link OperationsCharts} of the last 5, 15 or 60 minutes: `5m`, `15m`, `1h` |
 */

/** `unready`: it answers, and says why it does not do its work. `down`: it does not answer. */
export type HealthState = 'up' | 'unready' | 'down'

export interface HealthNow {
  readonly state: HealthState
  /** As a sentence; null while it is up. */
  readonly reason: string | null
}

/** A process or a part of one with an address of its own. */
export interface ServiceHealth extends HealthNow {
  /** More instances of an application are `transfer-enricher-2`, … */
  readonly name: string
  readonly kind: 'service' | 'application'
}

export interface Health {
  /** `up` if all of them are. */
  readonly status: 'up' | 'down'
  readonly services: readonly ServiceHealth[]
}

export interface WatchedService extends ServiceHealth {
  /** When it was first found in this state, in ms since the epoch. */
  readonly since: number
}

/** A stream application, in all of its processes together. */
export interface WatchedApplication {
  readonly name: string
  /** How many answer. */
  readonly instances: number
  /** `running`, or the state of one that does not run; `down` where none answers. */
  readonly state: string
  readonly tasks: { readonly running: number; readonly all: number }
  /** Records that it has still to read, by topic; a topic without is left out. */
  readonly lags: Readonly<Record<string, number>>
  /** By store, while any of its partitions is restored. */
  readonly restores: Readonly<Record<string, { readonly done: number; readonly total: number }>>
}

/**
 * `unknown`: none of the metrics that the rule asks for was scraped. `pending`: its condition holds, and not yet as long as the rule says.
 * The words are those of Prometheus.
 */
export type AlertState = 'unknown' | 'inactive' | 'pending' | 'firing'

/** A rule of app/observability/alerts.yml. */
export interface WatchedRule {
  readonly name: string
  readonly severity: string
  readonly state: AlertState
  /** PromQL. */
  readonly expression: string
  /** How long the condition has to hold, in ms. */
  readonly forMs: number
  /** What to do. */
  readonly next: string
  /** For what the condition holds. */
  readonly alerts: readonly WatchedAlert[]
}

export interface WatchedAlert {
  readonly state: 'pending' | 'firing'
  readonly summary: string
  /** When the condition began to hold, in ms since the epoch. */
  readonly since: number
}

export interface OperationsNow {
  readonly at: number
  /** When it began to watch: of the time before it knows nothing. */
  readonly since: number
  /** How often metrics are scraped and rules are evaluated, in ms. */
  readonly everyMs: number
  readonly services: readonly WatchedService[]
  readonly applications: readonly WatchedApplication[]
  readonly rules: readonly WatchedRule[]
}

/** Values at instants of equal distance: the i-th is the highest of the `stepMs` from `from + i × stepMs` on. */
export interface OperationsCharts {
  /** In ms since the epoch. */
  readonly from: number
  readonly stepMs: number
  readonly charts: readonly ChartData[]
}

export interface ChartData {
  readonly title: string
  readonly unit: 'records' | 'records/s' | 's'
  readonly lines: readonly ChartLine[]
}

export interface ChartLine {
  readonly label: string
  /** Null: nothing was known then. */
  readonly values: readonly (number | null)[]
}
