import { sessionSuffixBytes, windowSuffixBytes, WindowedTable } from '../../kernel/windowed-table.ts'
import type { ByteKey } from '../../kernel/byte-key.ts'
import { latin1Slice } from '../../model/bytes.ts'
import type { RowView } from '../key-value/row-view.ts'
import type { KeyedRow } from '../key-value/row.ts'
import { rowIn, SegmentRows, type RowPlace } from './segment-rows.ts'
import { boundsOfKey, sequenceOfWindow, startOfWindow, textOf } from './window-key.ts'
import type { FoundWindow } from './window-rows.ts'

/** The rows of a segment whose keys end in times: those of one key are found without an order of all rows. */
class TimedRows extends SegmentRows<WindowedTable> {
  readonly #suffixBytes: number

  constructor(suffixBytes: number, place: RowPlace | undefined) {
    super(() => new WindowedTable(suffixBytes), place)
    this.#suffixBytes = suffixBytes
  }

  /** Calls `found` for each row of the key in these times, which are the first ones behind the key. The newest comes first. */
  protected visit(key: ByteKey, fromMs: number, toMs: number, found: (row: number) => void): void {
    const { table } = this
    for (let row = table.newest(key); row !== 0; row = table.older(row)) {
      const time = table.time(row)
      if (time < fromMs) return
      if (time <= toMs && table.valueLength(row) >= 0) found(row)
    }
  }

  /** The same rows where storage must be asked, the oldest first. */
  protected scanKey(key: string, fromMs: number, toMs: number): KeyedRow[] {
    const length = key.length + this.#suffixBytes
    return [...this.scan(boundsOfKey(key, fromMs, toMs))].filter(([timedKey]) => timedKey.length === length)
  }
}

/** The windows of a segment. */
export class WindowedRows extends TimedRows {
  constructor(place: RowPlace | undefined) {
    super(windowSuffixBytes, place)
  }

  /** The view is valid until the next call. */
  getWindow(key: ByteKey, startMs: number): RowView | null {
    return this.getAt(this.scratch.ofWindow(key, startMs, 0))
  }

  putWindow(key: ByteKey, startMs: number, sequence: number, row: RowView | null): void {
    this.putAt(this.scratch.ofWindow(key, startMs, sequence), row)
  }

  /** Appends the windows of a key that start in these times, the oldest first. */
  addWindows(key: ByteKey, fromMs: number, toMs: number, windows: FoundWindow[]): void {
    if (this.isPartial) return void windows.push(...this.scanKey(textOf(key), fromMs, toMs).map(foundWindow))
    const { table } = this
    const newestFirst: number[] = []
    this.visit(key, fromMs, toMs, (row) => newestFirst.push(row))
    for (let index = newestFirst.length - 1; index >= 0; index--) {
      const row = newestFirst[index]!
      windows.push({ startMs: table.time(row), sequence: table.sequence(row), row: rowIn(table, row)! })
    }
  }
}

/** The sessions of a segment. */
export class SessionsOfSegment extends TimedRows {
  constructor(place: RowPlace | undefined) {
    super(sessionSuffixBytes, place)
  }

  /** The sessions of a key that end in these times, the earliest first. */
  sessionsOf(key: string, fromMs: number, toMs: number): KeyedRow[] {
    if (this.isPartial) return this.scanKey(key, fromMs, toMs)
    const { table } = this
    const sessions: KeyedRow[] = []
    this.visit(this.scratch.of(key), fromMs, toMs, (row) => {
      const at = table.keyAt(row)
      sessions.push([latin1Slice(table.bytes, at, at + table.keyLength(row)), rowIn(table, row)!])
    })
    return sessions.reverse()
  }
}

function foundWindow([windowKey, row]: KeyedRow): FoundWindow {
  return { startMs: startOfWindow(windowKey), sequence: sequenceOfWindow(windowKey), row }
}
