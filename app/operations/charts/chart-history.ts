import type { ChartData, ChartLine, OperationsCharts } from '../../contracts/operations.ts'
import { evaluate } from '../promql/evaluate.ts'
import type { Expression } from '../promql/expression.ts'
import { parsePromql } from '../promql/parse-promql.ts'
import type { SampleStore } from '../promql/sample-store.ts'

/** A chart: what it shows is an expression, a line for each of its series. */
export interface Chart {
  readonly title: string
  readonly unit: ChartData['unit']
  readonly expression: string
  /** Which label tells the lines apart; null: there is one. */
  readonly by: string | null
}

interface Kept {
  readonly chart: Chart
  readonly expression: Expression
  readonly lines: Map<string, { readonly at: number; readonly value: number }[]>
}

/** What charts have shown, for as long as it is kept. */
export class ChartHistory {
  readonly #kept: readonly Kept[]
  readonly #keepMs: number

  constructor(charts: readonly Chart[], keepMs: number) {
    this.#kept = charts.map((chart) => ({ chart, expression: parsePromql(chart.expression), lines: new Map() }))
    this.#keepMs = keepMs
  }

  get expressions(): readonly Expression[] {
    return this.#kept.map(({ expression }) => expression)
  }

  evaluate(store: SampleStore, at: number): void {
    for (const { chart, expression, lines } of this.#kept) {
      for (const { labels, value } of evaluate(expression, store, at)) {
        const label = chart.by === null ? chart.title : (labels[chart.by] ?? '')
        if (Number.isFinite(value)) lines.set(label, [...(lines.get(label) ?? []), { at, value }])
      }
      for (const [label, points] of lines) {
        const newer = points.filter((point) => point.at > at - this.#keepMs)
        if (newer.length === 0) lines.delete(label)
        else lines.set(label, newer)
      }
    }
  }

  /** The last `rangeMs`, in steps of `stepMs`. */
  charts(at: number, rangeMs: number, stepMs: number): OperationsCharts {
    const from = Math.ceil((at - rangeMs) / stepMs) * stepMs
    const count = Math.floor((at - from) / stepMs) + 1
    const charts = this.#kept.map(({ chart: { title, unit }, lines }): ChartData => {
      const all = [...lines].map(([label, points]) => ({ label, values: highest(points, from, stepMs, count) }))
      const known = all.filter(({ values }) => values.some((value) => value !== null))
      return { title, unit, lines: known.toSorted((left, right) => (left.label < right.label ? -1 : 1)) }
    })
    return { from, stepMs, charts }
  }
}

/** The highest value of each step: what lasted for a moment only is seen, too. */
function highest(
  points: readonly { readonly at: number; readonly value: number }[],
  from: number,
  stepMs: number,
  count: number,
): ChartLine['values'] {
  const values = Array<number | null>(count).fill(null)
  for (const { at, value } of points) {
    const step = Math.floor((at - from) / stepMs)
    if (step >= 0 && step < count) values[step] = Math.max(values[step] ?? -Infinity, value)
  }
  return values
}
