import type { AlertState, WatchedAlert, WatchedRule } from '../../contracts/operations.ts'
import { evaluate } from '../promql/evaluate.ts'
import { selectionsOf } from '../promql/expression.ts'
import type { Labels } from '../promql/expression.ts'
import { keyOf } from '../promql/sample-store.ts'
import type { SampleStore } from '../promql/sample-store.ts'
import type { AlertRule } from './alert-rule.ts'

/** A rule over time: a condition fires when it has held for as long as the rule says. */
export class RuleWatch {
  readonly #rule: AlertRule
  readonly #store: SampleStore
  readonly #isPublished: (metric: string) => boolean
  /** Since when the condition holds, by the labels for which it does. */
  #since: ReadonlyMap<string, number> = new Map()
  #now: WatchedRule

  constructor(rule: AlertRule, store: SampleStore, isPublished: (metric: string) => boolean) {
    this.#rule = rule
    this.#store = store
    this.#isPublished = isPublished
    this.#now = this.#told([])
  }

  get now(): WatchedRule {
    return this.#now
  }

  evaluate(at: number): void {
    const holding = evaluate(this.#rule.expression, this.#store, at).map(({ labels }) => ({ labels, key: keyOf(labels) }))
    this.#since = new Map(holding.map(({ key }) => [key, this.#since.get(key) ?? at] as const))
    this.#now = this.#told(
      holding.map(({ labels, key }) => {
        const since = this.#since.get(key)!
        const state = at - since >= this.#rule.forMs ? 'firing' : 'pending'
        return { state, summary: filled(this.#rule.summary, labels), since }
      }),
    )
  }

  #told(alerts: readonly WatchedAlert[]): WatchedRule {
    const { name, severity, text: expression, forMs, next } = this.#rule
    return { name, severity, state: this.#stateOf(alerts), expression, forMs, next, alerts }
  }

  #stateOf(alerts: readonly WatchedAlert[]): AlertState {
    if (alerts.some(({ state }) => state === 'firing')) return 'firing'
    if (alerts.length > 0) return 'pending'
    return selectionsOf(this.#rule.expression).some(({ metric }) => this.#isPublished(metric)) ? 'inactive' : 'unknown'
  }
}

function filled(summary: string, labels: Labels): string {
  return summary.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? '')
}
