import { ascending } from '../key-value/row-store.ts'
import type { KeyedRow, Row } from '../key-value/row.ts'
import { endOfSession, keyOfSession, startOfSession } from './session-key.ts'
import type { KeyRange, WindowOrder } from '../window/window-rows.ts'

/** Which sessions to read: ends and starts in ms, both included. */
export interface SessionRange {
  readonly earliestEndMs: number
  readonly latestStartMs: number
  readonly reverse: boolean
}

/** What the layers of a session store have in common. Rows come with their session key (`key ‖ end ‖ start`), as snapshots. */
export interface SessionRows {
  get(sessionKey: string): Row | null
  /** null deletes. */
  put(sessionKey: string, row: Row | null): void
  remove(sessionKey: string): void
  find(key: string, sessions: SessionRange): IterableIterator<KeyedRow>
  findRange(keys: KeyRange, sessions: SessionRange): IterableIterator<KeyedRow>
}

/** By end, then by key, the latest start first: as Java's in-memory session store iterates. */
export function bySessionEnd(left: string, right: string): number {
  return (
    endOfSession(left) - endOfSession(right) ||
    ascending(keyOfSession(left), keyOfSession(right)) ||
    startOfSession(right) - startOfSession(left)
  )
}

/** By segment, then by key, end and start: as Java's RocksDB session store iterates. */
export function bySessionSegment(segmentMs: number): WindowOrder {
  const segment = (sessionKey: string): number => Math.floor(endOfSession(sessionKey) / segmentMs)
  return (left, right) => segment(left) - segment(right) || ascending(left, right)
}
