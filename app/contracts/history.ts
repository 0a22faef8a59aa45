/**
 * All versions of one row that the topics still hold. Types only.
 *
 * | route | answer |
 * | - | - |
 * | GET /api/history/transfers/ID?withinMs, /api/history/users/ID?withinMs | {@link KeyHistory} |
 *
 * Only the partitions of the key are read, for at most `withinMs` (2,000 by default): what was not read by then is told, not left out silently.
 */
import type { Cause, EpochMs, FeedRecord, Station } from './feed.ts'

export type HistoryKind = 'transfers' | 'users'

export interface KeyHistory {
  readonly kind: HistoryKind
  readonly id: number
  /** Oldest first. */
  readonly changes: readonly HistoryChange[]
  readonly reasons: readonly NullReason[]
  readonly scan: HistoryScan
}

/** A change in SQL, and the versions that came of it. */
export interface HistoryChange {
  readonly cause: Cause
  readonly at: EpochMs
  readonly op: FeedRecord['op']
  /** Whose row was changed: this one, or that of a user whose name it has. */
  readonly kind: HistoryKind
  readonly id: number
  /** In the order of the stations. A station may have several: a record that came again. */
  readonly versions: readonly HistoryVersion[]
}

export interface HistoryVersion {
  readonly station: Station
  /** Null at `sql` and `document`, which are no topics. */
  readonly topic: string | null
  readonly p: number | null
  readonly o: number | null
  readonly ts: EpochMs
  /** Size of key and value in the topic. */
  readonly bytes: number
  readonly schemaId: number | null
  /** Null: the row is gone, or the bytes are none of a row. */
  readonly fields: Readonly<Record<string, unknown>> | null
  /** Fields that the version before, at the same station, had otherwise. All of them in the first one. */
  readonly changed: readonly string[]
  /** The first 400 characters of bytes that are no value of their topic; null where they are one. */
  readonly unreadable: string | null
}

/** Why an enriched version has no name of a user: what the user's own versions say. */
export interface NullReason {
  /** The enriched version. */
  readonly topic: string
  readonly p: number
  readonly o: number
  readonly field: 'fromUserName' | 'toUserName'
  readonly userId: number
  /** `never`: no version of the user is there. `later`: it came after this one. `deleted`: it was gone by then. */
  readonly why: 'never' | 'later' | 'deleted'
  /** The user's version that says it; null for `never`. */
  readonly version: { readonly topic: string; readonly p: number; readonly o: number; readonly at: EpochMs } | null
}

export interface HistoryScan {
  /** Offsets that were read, of those that there are. */
  readonly read: number
  readonly of: number
  readonly ms: number
}
