import type { BenchConnection } from '../protocol.ts'

/** One of those that are compared. */
export interface Side {
  readonly name: string
  readonly connection: BenchConnection | null
  /** Default: that of the library. */
  readonly metrics?: 'info' | 'off'
}

export const java: Side = { name: 'Kafka Streams', connection: null }

export const ours = (connection: BenchConnection): Side => ({
  name: connection === 'socket' ? 'Millrace' : `Millrace over ${connection}`,
  connection,
})

/** Millrace with its metrics, and without. */
export const metered: readonly Side[] = [
  { name: 'info', connection: 'socket', metrics: 'info' },
  { name: 'off', connection: 'socket', metrics: 'off' },
]

/** A, B, then B, A, and so on: what drifts meets all sides alike. */
export function turn<T>(sides: readonly T[], pass: number): readonly T[] {
  return pass % 2 === 0 ? sides : sides.toReversed()
}
