import type { Counter } from '../../metrics/metrics.ts'
import { ByteKey } from '../../kernel/byte-key.ts'
import { asBuffer } from '../../model/bytes.ts'
import type { StorageTable, StorageWrite } from '../../storage/storage.ts'
import { int64Bytes, readInt64 } from '../key-value/int64.ts'
import { chained, isBehind, sorted, translated } from '../key-value/row-iterators.ts'
import type { RowView } from '../key-value/row-view.ts'
import type { KeyedRow } from '../key-value/row.ts'
import { endIn, endOfSession, keyOfSession, sessionKeyOfTimeKey, startOfSession } from './session-key.ts'
import { bySessionEnd, bySessionSegment, type SessionRange, type SessionRows } from './session-rows.ts'
import { restoreWithin, type RestoreBudget } from '../restore-budget.ts'
import type { ChangelogRecord } from '../state-store.ts'
import type { SessionStoreSpec } from '../store-spec.ts'
import { StoredState } from '../stored-state.ts'
import { boundsOfRange, boundsOfTime } from '../window/window-key.ts'
import type { OrderedRange } from '../../storage/ordered-map.ts'
import { KeyScratch } from '../window/key-scratch.ts'
import { inOrder, reversed } from '../window/window-order.ts'
import type { KeyRange } from '../window/window-rows.ts'
import type { Segment, WindowSegments } from '../window/window-segments.ts'
import type { SessionsOfSegment } from '../window/windowed-rows.ts'

export interface SegmentedSessionOptions {
  readonly spec: SessionStoreSpec<unknown, unknown>
  readonly expiry: 'exact' | 'segmented'
  readonly segments: WindowSegments<SessionsOfSegment>
  /** The table that stores stream time. Absent for a store in memory. */
  readonly table: StorageTable | undefined
  readonly dropped: Counter
  /** In `safe`, a store that emits on close keeps expired sessions until they are emitted. */
  readonly compatibility: 'safe' | 'java'
}

const stateKey = new Uint8Array(0)

/**
 * The lowest layer of a session store. The end of a session determines its segment. Stream time is the largest session end that was
 * put. A session expires when it ended `retentionMs` or more before stream time. Reads do not return expired sessions, except
 * `findByEnd`. With the expiry `exact`, a put of an expired session is dropped; with `segmented`, only if its segment has expired.
 */
export class SegmentedSessionRows implements SessionRows {
  readonly #options: SegmentedSessionOptions
  readonly #segments: WindowSegments<SessionsOfSegment>
  readonly #isExact: boolean
  readonly #key = new ByteKey()
  readonly #scratch = new KeyScratch()
  #streamTime = -1
  #keptFrom: number
  readonly #state: StoredState
  #committedTime: number

  constructor(options: SegmentedSessionOptions) {
    this.#options = options
    this.#segments = options.segments
    this.#isExact = options.expiry === 'exact'
    this.#keptFrom = keptAtFirst(options)
    this.#state = new StoredState(options.table, stateKey)
    const state = this.#state.read()
    if (state !== undefined) this.#advance(readInt64(state, 0))
    this.#committedTime = this.#streamTime
  }

  get(session: ByteKey): RowView | null {
    const endMs = endIn(session)
    if (endMs < this.#firstLiveEnd()) return null
    return this.#segments.find(endMs)?.rows.get(session) ?? null
  }

  put(session: ByteKey, row: RowView | null): void {
    const endMs = endIn(session)
    this.#advance(endMs)
    if (this.#isExpired(endMs)) return this.#options.dropped.add()
    this.#write(this.#segments.create(endMs), session, row)
  }

  remove(session: ByteKey): void {
    const endMs = endIn(session)
    if (!this.#isExact) this.#advance(endMs)
    const segment = this.#segments.find(endMs)
    if (segment !== undefined) this.#write(segment, session, null)
  }

  find(key: ByteKey, sessions: SessionRange): IterableIterator<KeyedRow> {
    const first = this.#firstEnd(sessions)
    const isIn = ([sessionKey]: KeyedRow): boolean => startOfSession(sessionKey) <= sessions.latestStartMs
    return this.#read(sessions, isIn, ({ id, rows }) => {
      const found = rows.sessionsOf(key, first, this.#endOf(id))
      return (sessions.reverse ? found.reverse() : found).values()
    })
  }

  findRange({ fromKey, toKey }: KeyRange, sessions: SessionRange): IterableIterator<KeyedRow> {
    const { reverse, after } = sessions
    const first = this.#firstEnd(sessions)
    const isIn = ([sessionKey]: KeyedRow): boolean => {
      const key = keyOfSession(sessionKey)
      if ((fromKey !== null && key < fromKey) || (toKey !== null && key > toKey)) return false
      return endOfSession(sessionKey) >= first && startOfSession(sessionKey) <= sessions.latestStartMs
    }
    return this.#read(sessions, isIn, (segment) => {
      const bounds = { ...boundsOfRange(fromKey, toKey, this.#endOf(segment.id)), reverse }
      return segment.rows.scan(this.#isExact ? bounds : this.#behind(bounds, segment, after))
    })
  }

  /**
   * Returns the sessions that end between the bounds, ordered by end. Both bounds are included. Only stores that emit on close can be
   * read this way. As in Java, the expiry `segmented` also returns expired sessions, as long as their segment has not expired.
   */
  findByEnd(earliestEndMs: number, latestEndMs: number): IterableIterator<KeyedRow> {
    const first = this.#isExact ? Math.max(earliestEndMs, this.#firstLiveEnd()) : earliestEndMs
    const bounds = boundsOfTime(first, latestEndMs)
    const sources = this.#segments.between(first, latestEndMs).map(({ byTime }) => sessionsByTime(byTime!.scan(bounds)))
    const rows = chained(sources, () => true)
    return this.#isExact ? sorted(rows, () => true, inOrder(bySessionEnd)) : rows
  }

  /** The earliest end that is not expired at this stream time, or at the store's own if that is greater. */
  firstLiveEnd(streamTimeMs: number): number {
    return this.#firstLiveEnd(Math.max(streamTimeMs, this.#streamTime))
  }

  /** Keeps the sessions that end at `endMs` or later, even if they are older than `retentionMs`. */
  keepFrom(endMs: number): void {
    this.#keptFrom = endMs
    this.#segments.expireBefore(this.#firstLiveSegment())
  }

  get dirtyBytes(): number {
    return this.#segments.dirtyBytes
  }

  get heldBytes(): number {
    return this.#segments.heldBytes
  }

  commit(): void {
    this.#segments.commit()
    this.#committedTime = this.#streamTime
    this.#state.commit(() => int64Bytes(this.#streamTime))
  }

  rollBack(): void {
    this.#segments.rollBack()
    this.#streamTime = this.#committedTime
    this.#keptFrom = keptAtFirst(this.#options)
  }

  checkpoint(writes: StorageWrite[]): void {
    this.#segments.checkpoint(writes)
    this.#state.checkpoint(writes)
  }

  checkpointSlices(rows: number, last: StorageWrite[]): Generator<StorageWrite[], void> | undefined {
    if (this.#segments.dirtyRows <= rows) return undefined
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

  #restore(sessionKey: Buffer, row: RowView | null): void {
    const session = this.#key.set(sessionKey, 0, sessionKey.length)
    const endMs = endIn(session)
    this.#advance(endMs)
    // Java's in-memory store restores with put(), which counts an expired session as dropped. Java's RocksDB store does not count it.
    if (this.#isExpired(endMs)) return this.#isExact ? this.#options.dropped.add() : undefined
    this.#write(this.#segments.create(endMs), session, row)
  }

  #write({ rows, byTime }: Segment<SessionsOfSegment>, session: ByteKey, row: RowView | null): void {
    rows.put(session, row)
    byTime?.put(this.#scratch.ofSessionTime(session), row)
  }

  /** Reads the live segments by `rowsOf`. `isIn` selects among their rows. */
  #read(
    sessions: SessionRange,
    isIn: (row: KeyedRow) => boolean,
    rowsOf: (segment: Segment<SessionsOfSegment>) => Iterator<KeyedRow>,
  ): IterableIterator<KeyedRow> {
    const { reverse, after } = sessions
    const isLeft = isBehind(after, this.#isExact ? bySessionEnd : bySessionSegment(this.#segments.intervalMs), reverse)
    const keep = (row: KeyedRow): boolean => isLeft(row[0]) && isIn(row)
    const segments = this.#segments
      .between(this.#firstEnd(sessions), Infinity)
      .filter((segment) => this.#isLeft(segment, sessions))
    const sources = (reverse ? segments.reverse() : segments).map(rowsOf)
    if (!this.#isExact) return chained(sources, keep)
    const order = inOrder(reverse ? reversed(bySessionEnd) : bySessionEnd)
    return chained(
      sources.map((rows) => sorted(rows, keep, order)),
      () => true,
    )
  }

  /** False if earlier pages have read the whole segment. */
  #isLeft({ id }: Pick<Segment, 'id'>, { after, reverse }: SessionRange): boolean {
    if (after === undefined) return true
    const ended = this.#segments.idOf(endOfSession(after))
    return reverse ? id <= ended : id >= ended
  }

  /** The bounds without the rows of earlier pages. A segment is ordered by session key, so the scan begins behind `after`. */
  #behind(bounds: OrderedRange, { id }: Pick<Segment, 'id'>, after: string | undefined): OrderedRange {
    if (after === undefined || id !== this.#segments.idOf(endOfSession(after))) return bounds
    return bounds.reverse ? { ...bounds, to: after } : { ...bounds, from: `${after}\0` }
  }

  #advance(endMs: number): void {
    if (endMs <= this.#streamTime) return
    this.#streamTime = endMs
    this.#segments.expireBefore(this.#firstLiveSegment())
  }

  #isExpired(endMs: number): boolean {
    if (this.#isExact) return endMs < this.#firstLiveEnd()
    return this.#segments.idOf(endMs) < this.#firstLiveSegment()
  }

  /** The earliest end that is not expired. A session is already expired when its end is exactly `retentionMs` behind stream time. */
  #firstLiveEnd(streamTimeMs = this.#streamTime): number {
    return Math.min(streamTimeMs - this.#options.spec.retentionMs + 1, this.#keptFrom)
  }

  #firstLiveSegment(): number {
    return this.#segments.idOf(Math.min(this.#streamTime - this.#options.spec.retentionMs, this.#keptFrom))
  }

  #firstEnd({ earliestEndMs }: SessionRange): number {
    return Math.max(0, earliestEndMs, this.#firstLiveEnd())
  }

  #endOf(segmentId: number): number {
    return (segmentId + 1) * this.#segments.intervalMs - 1
  }
}

/** Until the operator says what it has emitted, all is kept. */
function keptAtFirst({ spec, compatibility }: Pick<SegmentedSessionOptions, 'spec' | 'compatibility'>): number {
  return spec.emit === 'on-window-close' && compatibility === 'safe' ? 0 : Infinity
}

function sessionsByTime(rows: Iterator<KeyedRow>): Iterator<KeyedRow> {
  return translated(rows, ([timeKey, row]) => [sessionKeyOfTimeKey(timeKey), row])
}
