import type {
  AlertState,
  ChartData,
  HealthState,
  OperationsNow,
  WatchedApplication,
  WatchedRule,
} from '../../../contracts/operations.ts'
import { count, counted, duration } from '../words/numbers.ts'

/** What is as it should be is plain text; exceptions have a glyph, too: colour alone says nothing. */
export const healthWords: Readonly<Record<HealthState, string>> = { up: 'up', unready: '◐ not ready', down: '✕ down' }

export const alertWords: Readonly<Record<AlertState, string>> = {
  unknown: 'cannot tell',
  inactive: 'silent',
  pending: '◐ pending',
  firing: '✕ firing',
}

const urgency: readonly AlertState[] = ['firing', 'pending', 'unknown', 'inactive']

/** What needs somebody first. */
export function byUrgency(rules: readonly WatchedRule[]): readonly WatchedRule[] {
  return rules.toSorted((one, other) => urgency.indexOf(one.state) - urgency.indexOf(other.state))
}

/** In one sentence, how it is altogether. */
export function summaryOf({ services, rules }: OperationsNow): string {
  const notUp = services.filter(({ state }) => state !== 'up').length
  const firing = rules.filter(({ state }) => state === 'firing').length
  const health = notUp === 0 ? `All ${services.length} are up` : `${notUp} of ${services.length} are not up`
  return `${health}, ${firing === 0 ? 'no alert' : counted(firing, 'alert')}.`
}

/** `3 in a, 1 in b`; nothing for what is read. */
export function lagText({ lags }: WatchedApplication): string {
  const all = Object.entries(lags).filter(([, records]) => records > 0)
  const sum = all.reduce((total, [, records]) => total + records, 0)
  if (sum === 0) return Object.keys(lags).length === 0 ? '–' : '0'
  return `${count(sum)}: ${all.map(([topic, records]) => `${count(records)} of ${topic}`).join(', ')}`
}

export function restoreText({ restores }: WatchedApplication): string {
  const all = Object.entries(restores)
  if (all.length === 0) return '–'
  return all.map(([store, { done, total }]) => `${store} ${count(done)} of ${count(total)}`).join(', ')
}

export function tasksText({ tasks: { running, all }, instances }: WatchedApplication): string {
  const tasks = running === all ? counted(all, 'task') : `${running} of ${counted(all, 'task')} run`
  return instances > 1 ? `${tasks}, ${instances} processes` : tasks
}

/** `5 s`, `1 min`: a length of time that somebody has chosen. */
export function span(ms: number): string {
  return ms < 60_000 ? `${ms / 1000} s` : `${ms / 60_000} min`
}

/** A value of a chart, with its unit. */
export function valueText(value: number, unit: ChartData['unit']): string {
  if (unit === 's') return duration(value * 1000)
  if (unit === 'records') return counted(Math.round(value), 'record')
  return `${value < 10 ? value.toFixed(1) : count(Math.round(value))}/s`
}
