import type { Pass } from '../measure/results.ts'
import type { RowComparison } from './comparison.ts'

/** Something of Millrace's that must not be more, whatever Java has. */
export interface Limit {
  readonly row: string
  readonly what: string
  readonly unit: string
  readonly figure: number
  readonly most: number
  /** The same of Java's, where it says something. */
  readonly java: number | null
}

/** A heartbeat that is late by so much is in time. */
const mostStallMs = 50

/** All limits: those that are exceeded first, and most exceeded before all. */
export function limitsOf(rows: readonly RowComparison[], others: readonly Limit[] = []): readonly Limit[] {
  const byName = new Map(rows.map((row) => [row.row.name, row]))
  const all = rows.flatMap((row) => [...figure(row), ...factor(row, byName), ...memory(row), ...stall(row)])
  return [...all, ...others].toSorted((left, right) => right.figure / right.most - left.figure / left.most)
}

export const isExceeded = ({ figure, most }: Limit): boolean => figure > most

function figure({ row, ours, java }: RowComparison): readonly Limit[] {
  if (row.most === undefined) return []
  const { name, unit, most } = row
  return [{ row: name, what: row.title, unit, figure: ours[0]!.figure.median, most, java: java.figure.median }]
}

function factor({ row, ours, java }: RowComparison, byName: ReadonlyMap<string, RowComparison>): readonly Limit[] {
  const base = byName.get(row.factor?.of ?? '')
  if (row.factor === undefined || base === undefined) return []
  return [
    {
      row: row.name,
      what: `${row.unit}, as a multiple of ${row.factor.of}`,
      unit: '×',
      figure: ours[0]!.figure.median / base.ours[0]!.figure.median,
      most: row.factor.most,
      java: java.figure.median / base.java.figure.median,
    },
  ]
}

function memory({ row, ours, java }: RowComparison): readonly Limit[] {
  if (row.mostMemory === undefined) return []
  const anonymous = ({ passes }: { readonly passes: readonly Pass[] }): number =>
    Math.max(...passes.map(({ memory }) => memory.anonymous / 1e6))
  const figure = anonymous(ours[0]!.side)
  return [{ row: row.name, what: 'RssAnon', unit: 'MB', figure, most: row.mostMemory, java: anonymous(java.side) }]
}

function stall({ row, ours }: RowComparison): readonly Limit[] {
  const figure = Math.max(...ours[0]!.side.passes.map(({ longestStallMs }) => longestStallMs))
  return [
    { row: row.name, what: 'longest time that the event loop stood still', unit: 'ms', figure, most: mostStallMs, java: null },
  ]
}
