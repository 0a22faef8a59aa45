export type Labels = Readonly<Record<string, string>>

export interface Matcher {
  readonly label: string
  readonly operator: '=' | '!=' | '=~' | '!~'
  readonly value: string
}

/** Series by the name of their metric and by labels. */
export interface Selection {
  readonly kind: 'selection'
  readonly metric: string
  readonly matchers: readonly Matcher[]
  /** The samples of so long, in ms; null: the newest. */
  readonly rangeMs: number | null
  /** As things were so long ago, in ms. */
  readonly offsetMs: number
}

/**
 * PromQL, as far as rules and charts need it: selections, `sum`, `min`, `max`, `avg` and `count` by labels, the functions of
 * {@link functionNames}, comparisons that filter, arithmetic, `and`, `or` and `unless`. What it has besides is refused when it is parsed.
 */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | Selection
  | { readonly kind: 'call'; readonly name: FunctionName; readonly args: readonly Expression[] }
  | { readonly kind: 'aggregate'; readonly name: AggregateName; readonly by: readonly string[]; readonly of: Expression }
  | { readonly kind: 'binary'; readonly operator: Operator; readonly left: Expression; readonly right: Expression }

export const functionNames = ['rate', 'increase', 'delta', 'deriv', 'histogram_quantile'] as const
type FunctionName = (typeof functionNames)[number]

export const aggregateNames = ['sum', 'min', 'max', 'avg', 'count'] as const
export type AggregateName = (typeof aggregateNames)[number]

export const operators = ['==', '!=', '>', '<', '>=', '<=', '+', '-', '*', '/', 'and', 'or', 'unless'] as const
export type Operator = (typeof operators)[number]

/** All selections of an expression. */
export function selectionsOf(expression: Expression): readonly Selection[] {
  switch (expression.kind) {
    case 'number':
      return []
    case 'selection':
      return [expression]
    case 'call':
      return expression.args.flatMap(selectionsOf)
    case 'aggregate':
      return selectionsOf(expression.of)
    case 'binary':
      return [expression.left, expression.right].flatMap(selectionsOf)
  }
}
