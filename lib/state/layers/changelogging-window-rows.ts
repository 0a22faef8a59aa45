import type { ByteKey } from '../../kernel/byte-key.ts'
import type { RowView } from '../key-value/row-view.ts'
import type { KeyedRow } from '../key-value/row.ts'
import { KeyScratch } from '../window/key-scratch.ts'
import type { FoundWindows } from '../window/found-windows.ts'
import { nextSequence, type KeyRange, type SequenceNumbers, type TimeRange, type WindowRows } from '../window/window-rows.ts'
import type { ByteChangelogWriter } from './changelogging-byte-rows.ts'

/**
 * The layer that writes each put of a window store to its changelog. As in Java it also writes expired windows, which the store
 * drops.
 */
export class ChangeloggingWindowRows implements WindowRows {
  readonly #inner: WindowRows
  readonly #log: ByteChangelogWriter
  readonly #sequences: SequenceNumbers | undefined
  readonly #scratch = new KeyScratch()

  /** `sequences`: the counters of a store that keeps duplicates, else undefined. */
  constructor(inner: WindowRows, log: ByteChangelogWriter, sequences: SequenceNumbers | undefined) {
    this.#inner = inner
    this.#log = log
    this.#sequences = sequences
  }

  get(key: ByteKey, startMs: number): RowView | null {
    return this.#inner.get(key, startMs)
  }

  put(key: ByteKey, startMs: number, row: RowView | null): void {
    this.#inner.put(key, startMs, row)
    this.#log(this.#scratch.ofWindow(key, startMs, this.#nextSequence()), row)
  }

  fetch(key: ByteKey, times: TimeRange, found: FoundWindows): void {
    this.#inner.fetch(key, times, found)
  }

  fetchRange(keys: KeyRange, times: TimeRange): IterableIterator<KeyedRow> {
    return this.#inner.fetchRange(keys, times)
  }

  #nextSequence(): number {
    if (this.#sequences === undefined) return 0
    this.#sequences.changelog = nextSequence(this.#sequences.changelog)
    return this.#sequences.changelog
  }
}
