import type { BenchConnection } from '../protocol.ts'
import type { SuiteName } from '../rows/row.ts'

/** How a run measures. */
export interface Plan {
  readonly suite: SuiteName
  /** How many passes of each side count. */
  readonly pairs: number
  /** How many passes of each side go before them. */
  readonly warmUps: number
  /** How large each pass is. Null: as the suite says for each row. */
  readonly records: number | null
  /** The folder for CPU profiles of Millrace's processes. Null: none are taken, because they cost time themselves. */
  readonly profile: string | null
  readonly connections: readonly BenchConnection[]
}
