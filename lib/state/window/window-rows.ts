import type { ByteKey } from '../../kernel/byte-key.ts'
import type { RowView } from '../key-value/row-view.ts'
import type { KeyedRow } from '../key-value/row.ts'
import type { FoundWindows } from './found-windows.ts'

/** A range of window starts in ms; both ends are included. */
export interface TimeRange {
  readonly fromMs: number
  readonly toMs: number
  readonly reverse: boolean
  /** Reading begins behind the row with this window key, in the order of reading. */
  readonly after?: string | undefined
}

/** A range of keys, as latin1. Both ends are included; null: no bound. */
export interface KeyRange {
  readonly fromKey: string | null
  readonly toKey: string | null
  /**
   * True if all keys were asked for, and not a range without bounds. A store with both orders returns all keys by time, but a range
   * by key.
   */
  readonly isAll?: boolean
}

/** A layer of a window store: rows by key, start and, among duplicates, sequence number. Reads return the rows as of the call. */
export interface WindowRows {
  /** The layer's own view, which is valid until the next call; null: there is none. */
  get(key: ByteKey, startMs: number): RowView | null
  /** A row of null deletes. */
  put(key: ByteKey, startMs: number, row: RowView | null): void
  /** Adds the windows of a key in these times, whatever the order of reading. The reader leaves out those before `after`. */
  fetch(key: ByteKey, times: TimeRange, found: FoundWindows): void
  fetchRange(keys: KeyRange, times: TimeRange): IterableIterator<KeyedRow>
}

/** Compares two window keys: the order of rows in `fetchRange`. */
export type WindowOrder = (left: string, right: string) => number

/**
 * The last sequence numbers of a store with duplicates. Java has two counters: the changelog's counts deletions, the store's does
 * not.
 */
export interface SequenceNumbers {
  store: number
  changelog: number
}

/** The sequence number after this one. After 2^31 − 1 it begins again at 0, as in Java. */
export function nextSequence(sequence: number): number {
  return (sequence + 1) & 0x7fffffff
}
