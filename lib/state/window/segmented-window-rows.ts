import { ByteKey } from '../../kernel/byte-key.ts'
import { windowSuffixBytes } from '../../kernel/windowed-table.ts'
import { asBuffer } from '../../model/bytes.ts'
import type { Counter } from '../../metrics/metrics.ts'
import type { StorageTable, StorageWrite } from '../../storage/storage.ts'
import { readInt64, writeInt64 } from '../key-value/int64.ts'
import { chained, isBehind, sorted, translated } from '../key-value/row-iterators.ts'
import type { RowView } from '../key-value/row-view.ts'
import type { KeyedRow } from '../key-value/row.ts'
import type { OrderedRange } from '../../storage/ordered-map.ts'
import { restoreWithin, type RestoreBudget } from '../restore-budget.ts'
import type { ChangelogRecord } from '../state-store.ts'
import type { WindowStoreSpec } from '../store-spec.ts'
import { StoredState } from '../stored-state.ts'
import { boundsOfRange, boundsOfTime, keyOfWindow, startOfWindow, timeKey, windowKeyOfTimeKey } from './window-key.ts'
import type { FoundWindows } from './found-windows.ts'
import { bySegment, byStart, inOrder, reversed } from './window-order.ts'
import {
  nextSequence,
  type KeyRange,
  type SequenceNumbers,
  type TimeRange,
  type WindowOrder,
  type WindowRows,
} from './window-rows.ts'
import type { Segment, WindowSegments } from './window-segments.ts'
import type { WindowedRows } from './windowed-rows.ts'
import { KeyScratch } from './key-scratch.ts'

export interface SegmentedWindowOptions {
  readonly spec: WindowStoreSpec<unknown, unknown>
  readonly expiry: 'exact' | 'segmented'
  readonly segments: WindowSegments<WindowedRows>
  readonly sequences: SequenceNumbers
  /**
   * The sequence numbers of duplicates after a restore. `continue`: restored rows get new numbers, and the changelog's numbers go on
   * after the largest restored number. `restart`: restored rows get new numbers, and the changelog's numbers begin again at 1, as in Java's
   * in-memory store. `overwrite`: restored rows keep their numbers, and all new numbers begin again at 1, as in Java's RocksDB store.
   */
  readonly sequencesAfterRestore: 'continue' | 'restart' | 'overwrite'
  /** The table that stores stream time and the sequence numbers. Absent for a store in memory. */
  readonly table: StorageTable | undefined
  readonly dropped: Counter
  /**
   * `kept`: windows that start at the last argument of `keepFrom` or later do not expire. Until the first call of `keepFrom`, no window
   * expires. `expire`: all windows expire by `retentionMs`.
   */
  readonly unemitted: 'kept' | 'expire'
}

const stateKey = new Uint8Array(0)

/**
 * The lowest layer of a window store. Stream time is the largest window start that was put. A row expires when its window started
 * `retentionMs` or more before stream time. Reads do not return expired rows. With the expiry `exact`, a put of an expired row is
 * dropped; with `segmented`, only if its segment has expired.
 */
export class SegmentedWindowRows implements WindowRows {
  readonly #options: SegmentedWindowOptions
  readonly #segments: WindowSegments<WindowedRows>
  readonly #retentionMs: number
  readonly #keepsDuplicates: boolean
  readonly #isExact: boolean
  readonly #key = new ByteKey()
  readonly #scratch = new KeyScratch()
  #streamTime = -1
  #keptFrom: number
  readonly #state: StoredState
  /** Where a rollback leads to. */
  #lastCommit: Readonly<{ streamTime: number; store: number; changelog: number }>

  constructor(options: SegmentedWindowOptions) {
    this.#options = options
    this.#segments = options.segments
    this.#retentionMs = options.spec.retentionMs
    this.#keepsDuplicates = options.spec.duplicates === 'keep'
    this.#isExact = options.expiry === 'exact'
    this.#state = new StoredState(options.table, stateKey)
    this.#keptFrom = options.unemitted === 'kept' ? 0 : Infinity
    this.#readState()
    this.#lastCommit = this.#now()
  }

  get(key: ByteKey, startMs: number): RowView | null {
    if (startMs < this.#firstLiveStart()) return null
    return this.#segments.find(startMs)?.rows.getWindow(key, startMs) ?? null
  }

  put(key: ByteKey, startMs: number, row: RowView | null): void {
    const deletesNothing = row === null && this.#keepsDuplicates
    if (deletesNothing && !this.#isExact) return
    this.#advance(startMs)
    if (this.#isExpired(startMs)) return this.#options.dropped.add()
    if (deletesNothing) return
    this.#write(key, startMs, this.#nextSequence(), row)
  }

  fetch(key: ByteKey, { fromMs, toMs }: TimeRange, found: FoundWindows): void {
    const first = Math.max(0, fromMs, this.#firstLiveStart())
    const segments = this.#segments.between(first, toMs)
    for (let index = segments.length - 1; index >= 0; index--) {
      const { id, rows } = segments[index]!
      rows.addWindows(key, first, Math.min(toMs, (id + 1) * this.#segments.intervalMs - 1), found)
    }
  }

  fetchRange(keys: KeyRange, times: TimeRange): IterableIterator<KeyedRow> {
    const { fromKey, toKey } = keys
    const first = Math.max(times.fromMs, this.#firstLiveStart())
    const isLeft = isBehind(times.after, this.orderOf(keys), times.reverse)
    const isIn = ([windowKey]: KeyedRow): boolean => {
      if (!isLeft(windowKey)) return false
      const key = keyOfWindow(windowKey)
      if ((fromKey !== null && key < fromKey) || (toKey !== null && key > toKey)) return false
      const startMs = startOfWindow(windowKey)
      return startMs >= first && startMs <= times.toMs
    }
    if (this.#isByTime(keys))
      return chained(
        this.#segmentsOf(fromStartOf(times)).map((part) => scanByTime(part, times)),
        isIn,
      )
    const sources = this.#segmentsOf(this.#fromSegmentOf(times)).map(({ segment, toMs }) => {
      const bounds = { ...boundsOfRange(fromKey, toKey, toMs), reverse: times.reverse }
      return segment.rows.scan(this.#isExact ? bounds : this.#behind(bounds, segment, times.after))
    })
    if (!this.#isExact) return chained(sources, isIn)
    const rowOrder = inOrder(times.reverse ? reversed(byStart) : byStart)
    return chained(
      sources.map((rows) => sorted(rows, isIn, rowOrder)),
      () => true,
    )
  }

  /** The order in which `fetchRange` returns the rows of these keys. */
  orderOf(keys: KeyRange): WindowOrder {
    return this.#isExact || this.#isByTime(keys) ? byStart : bySegment(this.#segments.intervalMs)
  }

  /** The earliest start that is not expired at this stream time, or at the store's own if that is greater. */
  firstLiveStart(streamTimeMs: number): number {
    return this.#firstLiveStart(Math.max(streamTimeMs, this.#streamTime))
  }

  /** Keeps the windows that start at `startMs` or later, even if they are older than `retentionMs`. */
  keepFrom(startMs: number): void {
    this.#keptFrom = startMs
    this.#segments.expireBefore(this.#firstLiveSegment())
  }

  /** The largest start that was put; −1: there was none. */
  get streamTimeMs(): number {
    return this.#streamTime
  }

  /** Windows that start here or later do not expire. Infinity: all windows expire by `retentionMs`. */
  get keptFromMs(): number {
    return this.#keptFrom
  }

  get dirtyBytes(): number {
    return this.#segments.dirtyBytes
  }

  get heldBytes(): number {
    return this.#segments.heldBytes
  }

  commit(): void {
    this.#segments.commit()
    this.#lastCommit = this.#now()
    this.#state.commit(() => this.#stateBytes())
  }

  rollBack(): void {
    const { sequences, unemitted } = this.#options
    const { streamTime, store, changelog } = this.#lastCommit
    this.#segments.rollBack()
    this.#streamTime = streamTime
    this.#keptFrom = unemitted === 'kept' ? 0 : Infinity
    Object.assign(sequences, { store, changelog })
  }

  checkpoint(writes: StorageWrite[]): void {
    this.#segments.checkpoint(writes)
    this.#state.checkpoint(writes)
  }

  /** Duplicates go with the positions: a replay would number them anew. */
  checkpointSlices(rows: number, last: StorageWrite[]): Generator<StorageWrite[], void> | undefined {
    if (this.#keepsDuplicates || this.#segments.dirtyRows <= rows) return undefined
    this.#state.checkpoint(last)
    return this.#segments.slices(rows)
  }

  checkpointed(): void {
    this.#segments.checkpointed()
    this.#state.checkpointed()
  }

  close(): void {
    this.#segments.close()
  }

  restore(
    records: readonly ChangelogRecord[],
    budget: RestoreBudget,
    rowOf: (record: ChangelogRecord) => RowView | null,
  ): number {
    const applied = restoreWithin(budget, records, (record) => this.#restore(asBuffer(record.key), rowOf(record)))
    this.commit()
    return applied
  }

  #restore(windowKey: Buffer, row: RowView | null): void {
    const length = windowKey.length - windowSuffixBytes
    const startMs = readInt64(windowKey, length)
    const sequence = windowKey.readUInt32BE(length + 8)
    if (this.#keepsDuplicates) this.#continueFrom(sequence)
    const deletesNothing = row === null && this.#keepsDuplicates
    if (deletesNothing && !this.#isExact) return
    this.#advance(startMs)
    // Java's in-memory store restores with put(), which counts an expired row as dropped. Java's RocksDB store does not count it.
    if (this.#isExpired(startMs)) return this.#isExact ? this.#options.dropped.add() : undefined
    if (deletesNothing) return
    this.#write(this.#key.set(windowKey, 0, length), startMs, this.#renumbered(sequence), row)
  }

  #write(key: ByteKey, startMs: number, sequence: number, row: RowView | null): void {
    const { rows, byTime } = this.#segments.create(startMs)
    rows.putWindow(key, startMs, sequence, row)
    byTime?.put(this.#scratch.ofTime(key, startMs, sequence), row)
  }

  #continueFrom(sequence: number): void {
    const { sequences, sequencesAfterRestore } = this.#options
    if (sequencesAfterRestore === 'continue') sequences.changelog = Math.max(sequences.changelog, sequence)
  }

  /**
   * The sequence number of a restored row. Duplicates get new ones, because a changelog may have a number twice: Java's numbers begin
   * again at 1 after each restart.
   */
  #renumbered(sequence: number): number {
    return this.#keepsDuplicates && this.#options.sequencesAfterRestore !== 'overwrite' ? this.#nextSequence() : sequence
  }

  #advance(startMs: number): void {
    if (startMs <= this.#streamTime) return
    this.#streamTime = startMs
    this.#segments.expireBefore(this.#firstLiveSegment())
  }

  #isExpired(startMs: number): boolean {
    if (this.#isExact) return startMs < this.#firstLiveStart()
    return this.#segments.idOf(startMs) < this.#firstLiveSegment()
  }

  /** The earliest start that is not expired. With `segmented` and a time-first layout, a row expires one millisecond later, as in Java. */
  #firstLiveStart(streamTimeMs = this.#streamTime): number {
    const { layout = 'key-first' } = this.#options.spec
    const age = this.#retentionMs - (this.#isExact || layout === 'key-first' ? 1 : 0)
    return Math.min(streamTimeMs - age, this.#keptFrom)
  }

  #firstLiveSegment(): number {
    return this.#segments.idOf(Math.min(this.#streamTime - this.#retentionMs, this.#keptFrom))
  }

  /** Whether `fetchRange` scans time keys. With `segmented`, a `time-first-indexed` store scans a range of keys by window key. */
  #isByTime({ isAll = false }: KeyRange): boolean {
    const { layout = 'key-first' } = this.#options.spec
    return layout !== 'key-first' && (this.#isExact || layout === 'time-first' || isAll)
  }

  #nextSequence(): number {
    if (!this.#keepsDuplicates) return 0
    const { sequences } = this.#options
    sequences.store = nextSequence(sequences.store)
    return sequences.store
  }

  /** The live segments in the order of reading, each with its part of the time range. */
  #segmentsOf({ fromMs, toMs, reverse }: TimeRange): SegmentPart[] {
    const first = Math.max(0, fromMs, this.#firstLiveStart())
    const { intervalMs } = this.#segments
    const parts = this.#segments.between(first, toMs).map((segment) => ({
      segment,
      fromMs: Math.max(first, segment.id * intervalMs),
      toMs: Math.min(toMs, (segment.id + 1) * intervalMs - 1),
    }))
    return reverse ? parts.reverse() : parts
  }

  /** The time range without the segments that earlier pages have read completely. */
  #fromSegmentOf(times: TimeRange): TimeRange {
    if (times.after === undefined) return times
    const id = this.#segments.idOf(startOfWindow(times.after))
    const { intervalMs } = this.#segments
    if (times.reverse) return { ...times, toMs: Math.min(times.toMs, (id + 1) * intervalMs - 1) }
    return { ...times, fromMs: Math.max(times.fromMs, id * intervalMs) }
  }

  /** The bounds without the rows of earlier pages. A segment is ordered by window key, so the scan begins behind `after`. */
  #behind(bounds: OrderedRange, { id }: Pick<Segment, 'id'>, after: string | undefined): OrderedRange {
    if (after === undefined || id !== this.#segments.idOf(startOfWindow(after))) return bounds
    return bounds.reverse ? { ...bounds, to: after } : { ...bounds, from: `${after}\0` }
  }

  #now() {
    return { streamTime: this.#streamTime, ...this.#options.sequences }
  }

  #stateBytes(): Uint8Array {
    const { store, changelog } = this.#options.sequences
    const state = Buffer.alloc(16)
    writeInt64(state, this.#streamTime, 0)
    state.writeUInt32BE(store, 8)
    state.writeUInt32BE(changelog, 12)
    return state
  }

  #readState(): void {
    const state = this.#state.read()
    if (state === undefined) return
    this.#streamTime = readInt64(state, 0)
    this.#segments.expireBefore(this.#firstLiveSegment())
    const { sequences, sequencesAfterRestore } = this.#options
    const numbers = Buffer.from(state)
    if (sequencesAfterRestore !== 'overwrite') sequences.store = numbers.readUInt32BE(8)
    if (sequencesAfterRestore === 'continue') sequences.changelog = numbers.readUInt32BE(12)
  }
}

/** The time range without the starts that earlier pages have read completely, for reads in the order of starts. */
function fromStartOf(times: TimeRange): TimeRange {
  if (times.after === undefined) return times
  const startMs = startOfWindow(times.after)
  if (times.reverse) return { ...times, toMs: Math.min(times.toMs, startMs) }
  return { ...times, fromMs: Math.max(times.fromMs, startMs) }
}

interface SegmentPart {
  readonly segment: Segment<WindowedRows>
  readonly fromMs: number
  readonly toMs: number
}

function scanByTime({ segment, fromMs, toMs }: SegmentPart, { reverse, after }: TimeRange): Iterator<KeyedRow> {
  const rows = segment.byTime!.scan({ ...timeBounds(fromMs, toMs, reverse, after), reverse })
  return translated(rows, ([key, row]) => [windowKeyOfTimeKey(key), row])
}

/** The bounds for a scan of time keys, without the rows of earlier pages. */
function timeBounds(fromMs: number, toMs: number, reverse: boolean, after: string | undefined): { from: string; to: string } {
  const bounds = boundsOfTime(fromMs, toMs)
  if (after === undefined) return bounds
  const row = timeKey(after)
  if (reverse) return { ...bounds, to: row < bounds.to ? row : bounds.to }
  return { ...bounds, from: row > bounds.from ? `${row}\0` : bounds.from }
}
