import type { AggregateName, Expression, Labels, Operator } from './expression.ts'
import { derivative, grownBy } from './over-range.ts'
import { histogramQuantile } from './histogram-quantile.ts'
import { keyOf } from './sample-store.ts'
import type { SampleStore } from './sample-store.ts'

/** A series, and its value at the time of the evaluation. */
export interface Element {
  readonly labels: Labels
  readonly value: number
}

type Value = number | readonly Element[]

/** What an expression of series says at a time, as Prometheus would. */
export function evaluate(expression: Expression, store: SampleStore, at: number): readonly Element[] {
  const value = new Evaluation(store, at).of(expression)
  return typeof value === 'number' ? [{ labels: {}, value }] : value
}

class Evaluation {
  readonly #store: SampleStore
  readonly #at: number

  constructor(store: SampleStore, at: number) {
    this.#store = store
    this.#at = at
  }

  of(expression: Expression): Value {
    switch (expression.kind) {
      case 'number':
        return expression.value
      case 'selection':
        return this.#store.newest(expression, this.#at).map(({ labels, points }) => ({ labels, value: points[0]!.value }))
      case 'call':
        return this.#call(expression)
      case 'aggregate':
        return aggregated(expression.name, expression.by, this.#elements(expression.of))
      case 'binary':
        return combined(expression.operator, this.of(expression.left), this.of(expression.right))
    }
  }

  #call({ name, args }: Expression & { readonly kind: 'call' }): readonly Element[] {
    const [first, second] = args
    if (name === 'histogram_quantile') return histogramQuantile(this.of(first!) as number, this.#elements(second!))
    if (first?.kind !== 'selection' || first.rangeMs === null) throw new TypeError(`${name}() takes a range, such as x[1m].`)
    const { rangeMs, offsetMs } = first
    const to = this.#at - offsetMs
    const range = { from: to - rangeMs, to }
    return this.#store.within(first, this.#at).flatMap(({ labels, points }): Element[] => {
      if (points.length < 2) return []
      if (name === 'deriv') return [{ labels, value: derivative(points) }]
      const grown = grownBy(points, range, name === 'delta' ? 'gauge' : 'counter')
      return [{ labels, value: name === 'rate' ? (grown / rangeMs) * 1000 : grown }]
    })
  }

  #elements(expression: Expression): readonly Element[] {
    const value = this.of(expression)
    if (typeof value === 'number') throw new TypeError('A number stands where series are expected.')
    return value
  }
}

const aggregates: Readonly<Record<AggregateName, (values: readonly number[]) => number>> = {
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
  avg: (values) => aggregates.sum(values) / values.length,
  count: (values) => values.length,
}

function aggregated(name: AggregateName, by: readonly string[], elements: readonly Element[]): Element[] {
  const only = (labels: Labels): Labels =>
    Object.fromEntries(by.flatMap((label) => (labels[label] === undefined ? [] : [[label, labels[label]]])))
  const groups = Map.groupBy(elements, ({ labels }) => keyOf(only(labels)))
  return [...groups.values()].map((group) => ({
    labels: only(group[0]!.labels),
    value: aggregates[name](group.map(({ value }) => value)),
  }))
}

type Between = Exclude<Operator, 'and' | 'or' | 'unless'>

const results: Readonly<Record<Between, (left: number, right: number) => number | boolean>> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '>': (left, right) => left > right,
  '<': (left, right) => left < right,
  '>=': (left, right) => left >= right,
  '<=': (left, right) => left <= right,
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
}

/** Series meet those with the same labels. A comparison keeps the left side where it holds. */
function combined(operator: Operator, left: Value, right: Value): Value {
  if (operator === 'and' || operator === 'or' || operator === 'unless')
    return ofSets(operator, left as readonly Element[], right as readonly Element[])
  const result = results[operator]
  if (typeof left === 'number' && typeof right === 'number') return Number(result(left, right))
  const byLabels = typeof right === 'number' ? null : new Map(right.map(({ labels, value }) => [keyOf(labels), value]))
  const elements = typeof left === 'number' ? (right as readonly Element[]) : left
  return elements.flatMap(({ labels, value }): Element[] => {
    const first = typeof left === 'number' ? left : value
    const second = typeof left === 'number' ? value : typeof right === 'number' ? right : byLabels!.get(keyOf(labels))
    if (second === undefined) return []
    const found = result(first, second)
    if (typeof found === 'boolean') return found ? [{ labels, value }] : []
    return [{ labels, value: found }]
  })
}

function ofSets(operator: 'and' | 'or' | 'unless', left: readonly Element[], right: readonly Element[]): readonly Element[] {
  const keys = (elements: readonly Element[]): ReadonlySet<string> => new Set(elements.map(({ labels }) => keyOf(labels)))
  if (operator === 'or') {
    const known = keys(left)
    return [...left, ...right.filter(({ labels }) => !known.has(keyOf(labels)))]
  }
  const others = keys(right)
  return left.filter(({ labels }) => others.has(keyOf(labels)) === (operator === 'and'))
}
