import type { JavaCell, Row, TimeRow } from '../rows/row.ts'
import type { Memory } from '../subject/process-times.ts'

/** What one pass of one side cost. */
export interface Pass {
  /** The figure of the row, in its unit. */
  readonly figure: number
  readonly wallMs: number
  /** Other figures, by their names. */
  readonly others: Readonly<Record<string, number>>
  readonly memory: Memory
  /** −1 where there is no event loop. */
  readonly longestStallMs: number
}

export interface SideResult {
  readonly name: string
  readonly isJava: boolean
  readonly passes: readonly Pass[]
}

/** What a row is, and what its result must reach. */
type Verdicts = Pick<Row, 'name' | 'title' | 'goal' | 'most' | 'mostMemory' | 'factor'>

export function verdictsOf({ name, title, goal, most, mostMemory, factor }: Row): Verdicts {
  return { name, title, goal, most, mostMemory, factor }
}

export interface RowResult extends Verdicts {
  readonly unit: 'CPU-µs/record' | TimeRow['unit']
  readonly records: number
  /** What all sides made, in a few characters. */
  readonly digest: string
  /** Java's way to run in the pairs; null: it is said in the names of the sides. */
  readonly cell: JavaCell | null
  /** Java's ways that were tried, and their figures. */
  readonly cells: readonly { readonly cell: JavaCell; readonly figure: number }[]
  /** The raw limit L1 of each pair, in CPU-µs/record. Empty for rows without. */
  readonly floor: readonly number[]
  /** Java's sides first. */
  readonly sides: readonly SideResult[]
}
