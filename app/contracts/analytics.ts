/**
 * What users send by the hour, and alerts. Types only.
 *
 * | route | answer |
 * | - | - |
 * | GET /api/totals?userId&from&to&size | {@link HourTotals} of `content`, newest first |
 * | GET /api/alerts?userId&from&size | {@link Alert} of `content`, newest first |
 *
 * `from` and `to` are ISO 8601 in UTC. While the stores are restored: 503 with `Retry-After`.
 */
import type { AlertRow, EpochMs } from './feed.ts'

/** How many transfers, and their sum as a decimal with two places. */
export interface SentTotals {
  readonly sentCount: number
  readonly sentTotal: string
}

/** An hour of a user, by the time at which transfers were made. */
export interface HourTotals extends SentTotals {
  readonly userId: number
  readonly windowStart: EpochMs
  readonly windowEnd: EpochMs
  /** The hour is closed, and its totals are in the topic. */
  readonly final: boolean
  /** The same over the transfers as they are now: edits and deletes are taken out. */
  readonly corrected: SentTotals
}

/** The record of the topic, as it is. */
export type Alert = AlertRow

/** An answer that is no page of many: the newest, as many as were asked for. */
export interface Newest<T> {
  readonly content: readonly T[]
}
