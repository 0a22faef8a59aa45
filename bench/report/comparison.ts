import type { RowResult, SideResult } from '../measure/results.ts'
import { spreadOf } from './statistics.ts'
import type { Spread } from './statistics.ts'

/** A row as the report shows it. */
export interface RowComparison {
  readonly row: RowResult
  /** The Java side with the lowest median: Java is compared with its best. */
  readonly java: SideComparison
  readonly ours: readonly SideComparison[]
  /** Java ÷ Millrace over the first connection, pair by pair: more than 1 is in Millrace's favour. */
  readonly ratio: Spread
  readonly verdict: 'reached' | 'short' | 'no goal'
}

export interface SideComparison {
  readonly side: SideResult
  readonly figure: Spread
}

/** A goal is reached by the median, when no pair is under this share of it. */
const worstPair = 0.9

export function compare(row: RowResult): RowComparison {
  const sides = row.sides.map((side) => ({ side, figure: spreadOf(side.passes.map(({ figure }) => figure)) }))
  const [java] = sides.filter(({ side }) => side.isJava).toSorted((left, right) => left.figure.median - right.figure.median)
  const ours = sides.filter(({ side }) => !side.isJava)
  if (java === undefined || ours[0] === undefined) throw new TypeError(`Row ${row.name} has no two sides.`)
  const passes = ours[0].side.passes
  const ratio = spreadOf(java.side.passes.map(({ figure }, pair) => figure / (passes[pair]?.figure ?? NaN)))
  return { row, java, ours, ratio, verdict: verdictOf(row.goal, ratio) }
}

function verdictOf(goal: number | null, { median, least }: Spread): RowComparison['verdict'] {
  if (goal === null) return 'no goal'
  return median >= goal && least >= worstPair * goal ? 'reached' : 'short'
}

/** What is short of its goal comes first, the shortest before all. */
export function lossesFirst(rows: readonly RowComparison[]): readonly RowComparison[] {
  const rank = ({ verdict }: RowComparison): number => (verdict === 'short' ? 0 : 1)
  const share = ({ row, ratio }: RowComparison): number => ratio.median / (row.goal ?? 1)
  return rows.toSorted((left, right) => rank(left) - rank(right) || share(left) - share(right))
}
