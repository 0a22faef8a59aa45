import type { Alert, HourTotals } from '../../../app/contracts/analytics.ts'
import type { OperationsCharts, OperationsNow } from '../../../app/contracts/operations.ts'
import type { Drift, SchemaOverview } from '../../../app/contracts/schemas.ts'
import type { FlowNow, StoreAnswer, TasksNow, TopologyDocument } from '../../../app/contracts/topology.ts'

/** What stream applications say of themselves, and answer from their stores. */
export class FakeAnalytics {
  readonly topologies = new Map<string, TopologyDocument>()
  hours: readonly HourTotals[] = []
  alerts: readonly Alert[] = []
  tasks: TasksNow = { state: 'running', guarantee: 'exactly_once_v2', tasks: [], restore: null }
  flow: FlowNow = { at: 0, topics: {}, stores: {} }

  /** What any store answers to any question; null: there is none. */
  rows: StoreAnswer | null = null

  /** Null: nobody watches. */
  operations: OperationsNow | null = null
  charts: OperationsCharts = { from: 0, stepMs: 10_000, charts: [] }
  schemas: SchemaOverview = { topics: [], refused: [] }
  readonly drift = new Map<string, readonly Drift[]>()

  /** Null: no path of it. */
  answer(path: string): readonly [status: number, body: unknown] | null {
    if (path === '/api/totals') return [200, { content: this.hours }]
    if (path === '/api/alerts') return [200, { content: this.alerts }]
    if (path === '/api/operations')
      return this.operations === null ? [503, { detail: 'The pipeline starts.' }] : [200, this.operations]
    if (path === '/api/operations/charts') return [200, this.charts]
    if (path === '/api/schemas') return [200, this.schemas]
    const [, drifting] = /^\/api\/topologies\/([^/]+)\/schema-drift$/.exec(path) ?? []
    if (drifting !== undefined) return [200, { content: this.drift.get(drifting) ?? [] }]
    if (path === '/api/topologies') return [200, { content: [...this.topologies.keys()].sort() }]
    if (/\/stores\/[^/]+$/.test(path))
      return this.rows === null ? [404, { detail: 'The topology has no such store.' }] : [200, this.rows]
    const [, name = '', what] = /^\/api\/topologies\/([^/]+)\/([\w.]+)$/.exec(path) ?? []
    const topology = this.topologies.get(name)
    if (what === undefined) return null
    if (topology === undefined) return [404, { detail: `There is no stream application ${name} that runs.` }]
    return [200, what === 'tasks' ? this.tasks : what === 'flow' ? this.flow : topology]
  }
}
