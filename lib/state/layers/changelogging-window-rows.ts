import type { ChangelogWriter } from './changelogging-rows.ts'
import type { KeyedRow, Row } from '../key-value/row.ts'
import { windowKey } from '../window/window-key.ts'
import {
  nextSequence,
  type FoundWindow,
  type KeyRange,
  type SequenceNumbers,
  type TimeRange,
  type WindowRows,
} from '../window/window-rows.ts'

/**
 * The layer that writes each put of a window store to its changelog. As in Java it also writes expired windows, which the store
 * drops.
 */
export class ChangeloggingWindowRows implements WindowRows {
  readonly #inner: WindowRows
  readonly #log: ChangelogWriter
  readonly #sequences: SequenceNumbers | undefined

  /** `sequences`: the counters of a store that keeps duplicates, else undefined. */
  constructor(inner: WindowRows, log: ChangelogWriter, sequences: SequenceNumbers | undefined) {
    this.#inner = inner
    this.#log = log
    this.#sequences = sequences
  }

  get(key: string, startMs: number): Row | null {
    return this.#inner.get(key, startMs)
  }

  put(key: string, startMs: number, row: Row | null): void {
    this.#inner.put(key, startMs, row)
    this.#log(windowKey(key, startMs, this.#nextSequence()), row)
  }

  fetch(key: string, times: TimeRange): readonly FoundWindow[] {
    return this.#inner.fetch(key, times)
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
