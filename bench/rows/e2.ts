import { e1 } from './e1.ts'
import type { ThroughputRow } from './row.ts'

/** As e1; records of the left stream without a partner go out alone. */
export const e2: ThroughputRow = {
  ...e1,
  name: 'e2',
  title: 'stream ⋈ stream, left, ± 10 s',
  topology: 'stream-stream-left',
  records: { quick: 100_000, full: 3_000_000 },
  goal: 7,
}
