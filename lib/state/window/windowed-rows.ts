import { sessionSuffixBytes, windowSuffixBytes, WindowedTable } from '../../kernel/windowed-table.ts'
import type { ByteKey } from '../../kernel/byte-key.ts'
import { asBuffer, latin1Slice } from '../../model/bytes.ts'
import type { RowView } from '../key-value/row-view.ts'
import type { KeyedRow } from '../key-value/row.ts'
import type { FoundWindows } from './found-windows.ts'
import { rowIn, SegmentRows, type RowPlace, type Transactional } from './segment-rows.ts'
import { boundsOfKey, sequenceOfWindow, startOfWindow, textOf } from './window-key.ts'

/** The rows of a segment whose keys end in times: those of one key are found without an order of all rows. */
class TimedRows extends SegmentRows<WindowedTable> {
  readonly #suffixBytes: number

  constructor(suffixBytes: number, place: RowPlace | undefined, context?: Transactional) {
    super(() => new WindowedTable(suffixBytes), place, context)
    this.#suffixBytes = suffixBytes
  }

  /** This row, or the newest one behind it in the chain of its key, whose time is in this range and which is not deleted; 0: none. */
  protected rowWithin(row: number, fromMs: number, toMs: number): number {
    const { table } = this
    for (let other = row; other !== 0; other = table.older(other)) {
      const time = table.time(other)
      if (time < fromMs) return 0
      if (time <= toMs && table.valueLength(other) >= 0) return other
    }
    return 0
  }

  /** The rows of a key in these times where storage must be asked, the oldest first. The times are the first ones behind the key. */
  protected scanKey(key: string, fromMs: number, toMs: number): KeyedRow[] {
    const length = key.length + this.#suffixBytes
    return [...this.scan(boundsOfKey(key, fromMs, toMs))].filter(([timedKey]) => timedKey.length === length)
  }
}

/** The windows of a segment. */
export class WindowedRows extends TimedRows {
  constructor(place: RowPlace | undefined, context?: Transactional) {
    super(windowSuffixBytes, place, context)
  }

  /** The view is valid until the next call. */
  getWindow(key: ByteKey, startMs: number): RowView | null {
    return this.get(this.scratch.ofWindow(key, startMs, 0))
  }

  putWindow(key: ByteKey, startMs: number, sequence: number, row: RowView | null): void {
    this.put(this.scratch.ofWindow(key, startMs, sequence), row)
  }

  /** Adds the windows of a key that start in these times, the newest first. */
  addWindows(key: ByteKey, fromMs: number, toMs: number, found: FoundWindows): void {
    if (this.isPartial) return this.#addScanned(this.scanKey(textOf(key), fromMs, toMs), found)
    const { table } = this
    let row = this.rowWithin(table.newest(key), fromMs, toMs)
    while (row !== 0) {
      const [at, length] = [table.valueAt(row), table.valueLength(row)]
      found.add(table.time(row), table.sequence(row), table.bytes, at, length, table.timestamp(row))
      row = this.rowWithin(table.older(row), fromMs, toMs)
    }
  }

  #addScanned(oldestFirst: readonly KeyedRow[], found: FoundWindows): void {
    for (const [windowKey, { bytes, timestamp }] of oldestFirst.toReversed()) {
      const [startMs, sequence] = [startOfWindow(windowKey), sequenceOfWindow(windowKey)]
      found.add(startMs, sequence, asBuffer(bytes), 0, bytes.byteLength, timestamp)
    }
  }
}

/** The sessions of a segment. */
export class SessionsOfSegment extends TimedRows {
  constructor(place: RowPlace | undefined, context?: Transactional) {
    super(sessionSuffixBytes, place, context)
  }

  /** The sessions of a key that end in these times, the earliest first. */
  sessionsOf(key: ByteKey, fromMs: number, toMs: number): KeyedRow[] {
    if (this.isPartial) return this.scanKey(textOf(key), fromMs, toMs)
    const { table } = this
    const sessions: KeyedRow[] = []
    let row = this.rowWithin(table.newest(key), fromMs, toMs)
    while (row !== 0) {
      const at = table.keyAt(row)
      sessions.push([latin1Slice(table.bytes, at, at + table.keyLength(row)), rowIn(table, row)!])
      row = this.rowWithin(table.older(row), fromMs, toMs)
    }
    return sessions.reverse()
  }
}
