import type { Plan } from '../measure/plan.ts'
import type { SoakResult } from '../soak/soak.ts'
import type { RowComparison } from './comparison.ts'
import type { Machine } from './machine.ts'

/** A row without figures: the outputs differed, or it failed. */
export interface VoidRow {
  readonly name: string
  readonly reason: string
}

export interface Report {
  readonly machine: Machine
  readonly plan: Plan
  readonly command: string
  readonly rows: readonly RowComparison[]
  readonly voids: readonly VoidRow[]
  /** What was only seen over minutes. */
  readonly soaks: readonly SoakResult[]
}
