import type {
  ChartData,
  OperationsCharts,
  OperationsNow,
  WatchedApplication,
  WatchedRule,
  WatchedService,
} from '../../../app/contracts/operations.ts'
import { pipelineCharts } from '../../../app/operations/charts/pipeline-charts.ts'
import { pipelineRules } from '../../../app/operations/rules/alert-rule.ts'

const services = ['registry', 'core-read', 'users-write', 'transfers-write', 'sink', 'inspector', 'bff'] as const
const applications = ['ingestion-transfers', 'transfer-enricher', 'transfer-balances'] as const

/** All is up, and no rule has anything to say. */
export function calmOperations(at: number): OperationsNow {
  const healthy = (name: string, kind: WatchedService['kind']): WatchedService => ({
    name,
    kind,
    state: 'up',
    reason: null,
    since: at - 600_000,
  })
  return {
    at,
    since: at - 600_000,
    everyMs: 5_000,
    services: [...services.map((name) => healthy(name, 'service')), ...applications.map((name) => healthy(name, 'application'))],
    applications: applications.map((name): WatchedApplication => ({
      name,
      instances: 1,
      state: 'running',
      tasks: { running: 6, all: 6 },
      lags: { [`${name}.in`]: 0 },
      restores: {},
    })),
    rules: pipelineRules().map(({ name, severity, text: expression, forMs, next }): WatchedRule => ({
      name,
      severity,
      state: name === 'CaptureLags' ? 'unknown' : 'inactive',
      expression,
      forMs,
      next,
      alerts: [],
    })),
  }
}

/** The sink is gone, an application waits for a broker while another restores, and a record was refused. */
export function troubledOperations(at: number): OperationsNow {
  const calm = calmOperations(at)
  const reasons: Readonly<Record<string, Pick<WatchedService, 'state' | 'reason'>>> = {
    sink: { state: 'down', reason: 'It does not answer.' },
    'ingestion-transfers': { state: 'unready', reason: 'Broker 1 does not answer since 12 s: Connection refused.' },
  }
  const said: Readonly<Record<string, WatchedRule['alerts'][number]>> = {
    DoesNotAnswer: { state: 'firing', summary: 'sink has not answered for half a minute.', since: at - 42_000 },
    DeadLetters: {
      state: 'firing',
      summary: 'Records of raw.bank.transfers were refused (invalid-data).',
      since: at - 12_000,
    },
    ApplicationDoesNotRun: {
      state: 'pending',
      summary: 'transfer-enricher has not been running for a minute.',
      since: at - 20_000,
    },
  }
  return {
    ...calm,
    services: calm.services.map((service) => {
      const trouble = reasons[service.name]
      return trouble === undefined ? service : { ...service, ...trouble, since: at - 12_000 }
    }),
    applications: calm.applications.map((application) =>
      application.name === 'transfer-enricher'
        ? {
            ...application,
            instances: 2,
            state: 'rebalancing',
            tasks: { running: 4, all: 6 },
            lags: { 'ingestion.bank.transfers': 1_204, 'ingestion.bank.users': 3 },
            restores: { transfers: { done: 12_300, total: 40_000 } },
          }
        : application,
    ),
    rules: calm.rules.map((rule) => {
      const alert = said[rule.name]
      return alert === undefined ? rule : { ...rule, state: alert.state, alerts: [alert] }
    }),
  }
}

/** Waves, a hole, and lines that are always 0. */
export function fakeCharts(at: number): OperationsCharts {
  const [stepMs, count] = [10_000, 90]
  const wave = (high: number, shift: number): readonly (number | null)[] =>
    Array.from({ length: count }, (_, step) =>
      step > 40 && step < 48 ? null : Math.round((1 + Math.sin(step / 9 + shift)) * high * 50) / 100,
    )
  const linesOf: Readonly<Record<string, ChartData['lines']>> = {
    records: applications.map((label, index) => ({ label, values: index === 0 ? wave(0, 0) : wave(600 * index, index) })),
    'records/s': applications.map((label, index) => ({ label, values: wave(20 + index, index) })),
    s: ['raw', 'ingestion', 'enriched', 'document'].map((label, index) => ({ label, values: wave(0.04 * (index + 1), index) })),
  }
  return {
    from: at - (count - 1) * stepMs,
    stepMs,
    charts: pipelineCharts.map(({ title, unit }, index) => ({ title, unit, lines: index > 2 ? [] : linesOf[unit]! })),
  }
}
