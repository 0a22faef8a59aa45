import type { ByteKey } from '../../kernel/byte-key.ts'
import { ascending } from '../key-value/key-order.ts'
import type { RowView } from '../key-value/row-view.ts'
import type { KeyedRow } from '../key-value/row.ts'
import { endOfSession, keyOfSession, startOfSession } from './session-key.ts'
import type { KeyRange, WindowOrder } from '../window/window-rows.ts'

/** Which sessions to read. Bounds are in ms, and included. */
export interface SessionRange {
  readonly earliestEndMs: number
  readonly latestStartMs: number
  readonly reverse: boolean
  /** Reading begins behind the row with this session key, in the order of reading. */
  readonly after?: string | undefined
}

/**
 * A layer of a session store: rows by their session keys (`key ‖ end ‖ start`). Reads return the rows as of the call; a view is the layer's own,
 * valid until the next call.
 */
export interface SessionRows {
  get(session: ByteKey): RowView | null
  /** A row of null deletes. */
  put(session: ByteKey, row: RowView | null): void
  remove(session: ByteKey): void
  find(key: ByteKey, sessions: SessionRange): IterableIterator<KeyedRow>
  findRange(keys: KeyRange, sessions: SessionRange): IterableIterator<KeyedRow>
}

/** The order of Java's in-memory session store: by end, then by key, then the latest start first. */
export function bySessionEnd(left: string, right: string): number {
  return (
    endOfSession(left) - endOfSession(right) ||
    ascending(keyOfSession(left), keyOfSession(right)) ||
    startOfSession(right) - startOfSession(left)
  )
}

/** The order of Java's RocksDB session store: by segment, then by key, end and start. */
export function bySessionSegment(segmentMs: number): WindowOrder {
  const segment = (sessionKey: string): number => Math.floor(endOfSession(sessionKey) / segmentMs)
  return (left, right) => segment(left) - segment(right) || ascending(left, right)
}
