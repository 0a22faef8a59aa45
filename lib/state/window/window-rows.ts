import type { KeyedRow, Row } from '../key-value/row.ts'

/** Window starts in ms, both included. */
export interface TimeRange {
  readonly fromMs: number
  readonly toMs: number
  readonly reverse: boolean
}

/** Keys as latin1, both included; null = open. */
export interface KeyRange {
  readonly fromKey: string | null
  readonly toKey: string | null
  /** Not a range that is open at both ends: a store that has an order for each gives all keys by time. */
  readonly isAll?: boolean
}

/** What the layers of a window store have in common. Rows come with their window key (`key ‖ start ‖ seq`), as snapshots. */
export interface WindowRows {
  get(key: string, startMs: number): Row | null
  /** null deletes. */
  put(key: string, startMs: number, row: Row | null): void
  fetch(key: string, times: TimeRange): IterableIterator<KeyedRow>
  fetchRange(keys: KeyRange, times: TimeRange): IterableIterator<KeyedRow>
}

/** The order of rows in `fetchRange`, by window keys. */
export type WindowOrder = (left: string, right: string) => number

/** Two counters that Java keeps apart, for stores with duplicates: the store's does not count deletions, the changelog's does. */
export interface SequenceNumbers {
  store: number
  changelog: number
}

export function nextSequence(sequence: number): number {
  return (sequence + 1) & 0x7fffffff
}
