import { ByteKey } from '../../kernel/byte-key.ts'
import { asBuffer } from '../../model/bytes.ts'
import type { Counter } from '../../metrics/metrics.ts'
import type { StorageTable, StorageWrite } from '../../storage/storage.ts'
import { int64Bytes, readInt64 } from '../key-value/int64.ts'
import type { BaseByteRows } from '../key-value/byte-rows.ts'
import { RowView } from '../key-value/row-view.ts'
import { restoreWithin, type RestoreBudget } from '../restore-budget.ts'
import type { ChangelogRecord } from '../state-store.ts'
import type { VersionedKeyValueStoreSpec } from '../store-spec.ts'
import { StoredState } from '../stored-state.ts'
import type { ValidTo } from './versioned-key-value-store.ts'
import {
  addNewest,
  decodeHistory,
  encodeHistory,
  indexAt,
  nextTimestampOf,
  oldestTimestampOf,
  validToOf,
  versionAt,
  withNewest,
  type Version,
  type VersionHistory,
} from './version-history.ts'
import type { FoundVersion, VersionedRows } from './versioned-rows.ts'
import type { Segment, WindowSegments } from '../window/window-segments.ts'

export interface SegmentedVersionedOptions {
  readonly spec: VersionedKeyValueStoreSpec<unknown, unknown>
  /** The latest version of each key, with its timestamp. */
  readonly latest: BaseByteRows
  /** The superseded versions. The time at which a version was superseded determines its segment. A row is a {@link VersionHistory}. */
  readonly segments: WindowSegments
  /** The table that stores stream time. Absent for a store in memory. */
  readonly table: StorageTable | undefined
  readonly compatibility: 'safe' | 'java'
  readonly dropped: Counter
}

/**
 * The lowest layer of a versioned store (Java: `RocksDBVersionedStore`). Stream time is the largest timestamp that was put. A version
 * expires when it was superseded more than `historyRetentionMs` before stream time. `getAsOf` does not return expired versions. Expired
 * versions are removed by whole segments. The latest version of a key never expires.
 */
export class SegmentedVersionedRows implements VersionedRows {
  readonly #options: SegmentedVersionedOptions
  readonly #latest: BaseByteRows
  readonly #segments: WindowSegments
  readonly #historyMs: number
  readonly #key = new ByteKey()
  readonly #view = new RowView()
  #streamTime = -1
  #firstLiveSegment = 0
  /** Where a rollback leads to. */
  #lastCommit = { streamTime: -1, firstLiveSegment: 0 }
  readonly #state: StoredState

  constructor(options: SegmentedVersionedOptions) {
    this.#options = options
    this.#latest = options.latest
    this.#segments = options.segments
    this.#historyMs = options.spec.historyRetentionMs
    this.#state = new StoredState(options.table, Buffer.from(options.spec.name))
    const stored = this.#state.read()
    if (stored !== undefined) this.#advance(readInt64(stored, 0))
    this.#noteCommit()
  }

  get(key: ByteKey): RowView | null {
    return this.#latest.get(key)
  }

  getAsOf(key: ByteKey, timestamp: number): RowView | null {
    const latest = this.#latest.get(key)
    if (latest !== null && latest.timestamp <= timestamp) return latest
    if (timestamp < this.#streamTime - this.#historyMs) return null
    for (const { rows } of this.#segments.between(timestamp, Infinity).toReversed()) {
      const stored = rows.get(key)?.slice()
      if (stored === undefined) continue
      if (nextTimestampOf(stored) <= timestamp) return null
      if (oldestTimestampOf(stored) <= timestamp) return this.#foundIn(stored, timestamp)
    }
    return null
  }

  versions(key: ByteKey): readonly FoundVersion[] {
    const latest = this.#latest.get(key)
    const found: FoundVersion[] = latest === null ? [] : [{ row: viewOf(latest.copy(), latest.timestamp), validTo: Infinity }]
    for (const { rows } of this.#segments.between(-Infinity, Infinity).toReversed()) {
      const stored = rows.get(key)?.copy()
      if (stored === undefined) continue
      const history = decodeHistory(stored)
      for (const [index, { timestamp, value }] of history.versions.entries())
        if (value !== null) found.push({ row: viewOf(value, timestamp), validTo: validToOf(history, index) })
    }
    return found
  }

  put(key: ByteKey, value: RowView | null, timestamp: number): ValidTo {
    if (timestamp < this.#streamTime - this.#historyMs) {
      this.#options.dropped.add()
      return 'not-put'
    }
    this.#advance(timestamp)
    return this.#insert(key, value, timestamp)
  }

  get dirtyBytes(): number {
    return this.#latest.dirtyBytes + this.#segments.dirtyBytes
  }

  get heldBytes(): number {
    return this.#latest.heldBytes + this.#segments.heldBytes
  }

  commit(): void {
    this.#latest.commit()
    this.#segments.commit()
    this.#noteCommit()
    this.#state.commit(() => int64Bytes(this.#streamTime))
  }

  rollBack(): void {
    this.#latest.rollBack?.()
    this.#segments.rollBack()
    this.#streamTime = this.#lastCommit.streamTime
    this.#firstLiveSegment = this.#lastCommit.firstLiveSegment
  }

  checkpoint(writes: StorageWrite[]): void {
    this.#latest.checkpoint(writes)
    this.#segments.checkpoint(writes)
    this.#state.checkpoint(writes)
  }

  checkpointed(): void {
    this.#latest.checkpointed()
    this.#segments.checkpointed()
    this.#state.checkpointed()
  }

  close(): void {
    this.#latest.close?.()
    this.#segments.close()
  }

  /**
   * In `safe`, each record is inserted as its put inserted it. Java expires segments by the newest timestamp of the whole batch, before
   * it inserts the first record. Java may therefore skip a deletion, and then an older version that came late appears as the latest.
   */
  restore(
    records: readonly ChangelogRecord[],
    budget: RestoreBudget,
    rowOf: (record: ChangelogRecord) => RowView | null,
  ): number {
    const newest = this.#options.compatibility === 'java' ? newestTimestamp(records) : -1
    this.#expire(newest)
    const applied = restoreWithin(budget, records, (record) => {
      if (record.timestamp < this.#streamTime - this.#historyMs) return
      this.#streamTime = Math.max(this.#streamTime, record.timestamp)
      this.#expire(this.#streamTime)
      this.#insert(this.#keyAt(record.key), rowOf(record), record.timestamp, newest - this.#historyMs)
    })
    this.commit()
    return applied
  }

  #noteCommit(): void {
    this.#lastCommit = { streamTime: this.#streamTime, firstLiveSegment: this.#firstLiveSegment }
  }

  #advance(timestamp: number): void {
    if (timestamp <= this.#streamTime) return
    this.#streamTime = timestamp
    this.#expire(timestamp)
  }

  #expire(streamTime: number): void {
    this.#firstLiveSegment = Math.max(this.#firstLiveSegment, this.#segments.idOf(streamTime - this.#historyMs))
    this.#segments.expireBefore(this.#firstLiveSegment)
  }

  /** Inserts a version. Nothing is put if a newer, superseded version began before `expiredBefore`, as in Java's restore. */
  #insert(key: ByteKey, value: RowView | null, timestamp: number, expiredBefore = -Infinity): ValidTo {
    const latest = this.#latest.get(key)
    if (latest !== null && timestamp >= latest.timestamp) return this.#supersede(key, latest, value, timestamp)
    let validTo = latest === null ? Infinity : latest.timestamp
    for (const segment of this.#segments.between(timestamp, Infinity).toReversed()) {
      const stored = segment.rows.get(key)?.slice()
      if (stored === undefined) continue
      if (nextTimestampOf(stored) <= timestamp) break
      const oldest = oldestTimestampOf(stored)
      if (oldest <= timestamp)
        return this.#insertInto(segment, decodeHistory(Buffer.from(stored)), key, version(value, timestamp))
      if (oldest < expiredBefore) return 'not-put'
      validTo = oldest
    }
    if (validTo < Infinity) return this.#insertBefore(validTo, key, version(value, timestamp))
    if (value === null) return this.#deleteAt(key, timestamp)
    this.#latest.put(key, value)
    return Infinity
  }

  /** Replaces the latest version by a version with the same timestamp or a later one. */
  #supersede(key: ByteKey, latest: RowView, value: RowView | null, timestamp: number): ValidTo {
    const isReplaced = timestamp === latest.timestamp
    if (!isReplaced) this.#moveInto(timestamp, key, version(latest, latest.timestamp))
    this.#latest.put(key, value)
    // If the deletion has the timestamp of the value that it deletes, Java does not store the time of the deletion. An older value that
    // comes late then becomes the latest version in Java.
    if (value === null && isReplaced && this.#options.compatibility === 'safe') this.#deleteAt(key, timestamp)
    return Infinity
  }

  /**
   * Inserts a version among the versions of one segment, and replaces a version with the same timestamp. The version before the new one
   * then ends earlier, and moves to an older segment if its new end lies there.
   */
  #insertInto({ id, rows }: Segment, history: VersionHistory, key: ByteKey, added: Version): ValidTo {
    const index = indexAt(history, added.timestamp)
    const validTo = validToOf(history, index)
    const before = history.versions[index]!
    const moves = before.timestamp < added.timestamp && this.#segments.idOf(added.timestamp) !== id
    if (moves) this.#moveInto(added.timestamp, key, before)
    history.versions.splice(index, moves || before.timestamp === added.timestamp ? 1 : 0, added)
    rows.put(key, this.#rowOf(history))
    return validTo
  }

  /** Inserts a version that ends at `validTo`. The version becomes the oldest or the newest of its segment. */
  #insertBefore(validTo: number, key: ByteKey, added: Version): ValidTo {
    const segment = this.#liveSegment(validTo)
    if (segment === undefined) return 'not-put'
    const history = historyOf(segment, key, added.timestamp)
    if (history.nextTimestamp <= added.timestamp) addNewest(history, added, validTo)
    else history.versions.push(added)
    segment.rows.put(key, this.#rowOf(history))
    return validTo
  }

  #deleteAt(key: ByteKey, timestamp: number): ValidTo {
    const segment = this.#liveSegment(timestamp)
    if (segment === undefined) return 'not-put'
    const history = historyOf(segment, key, timestamp)
    if (history.nextTimestamp < timestamp) addNewest(history, { timestamp: history.nextTimestamp, value: null }, timestamp)
    segment.rows.put(key, this.#rowOf(history))
    return Infinity
  }

  /** Moves a version into the segment of `validTo`, the time at which it was superseded. An expired segment drops the version. */
  #moveInto(validTo: number, key: ByteKey, moved: Version): void {
    const segment = this.#liveSegment(validTo)
    if (segment === undefined) return
    const stored = segment.rows.get(key)?.slice() ?? null
    segment.rows.put(key, this.#pointAt(withNewest(stored, moved, validTo), 0))
  }

  #foundIn(history: Uint8Array, atMs: number): RowView | null {
    const { timestamp, value } = versionAt(history, atMs)
    return value === null ? null : this.#pointAt(value, timestamp)
  }

  #rowOf(history: VersionHistory): RowView {
    return this.#pointAt(encodeHistory(history), 0)
  }

  #pointAt(bytes: Uint8Array, timestamp: number): RowView {
    return this.#view.set(asBuffer(bytes), 0, bytes.byteLength, timestamp)
  }

  #keyAt(bytes: Uint8Array): ByteKey {
    return this.#key.set(asBuffer(bytes), 0, bytes.byteLength)
  }

  #liveSegment(timestamp: number): Segment | undefined {
    return this.#segments.idOf(timestamp) < this.#firstLiveSegment ? undefined : this.#segments.create(timestamp)
  }
}

/** A row of its own, over bytes that do not change. */
function viewOf(bytes: Uint8Array, timestamp: number): RowView {
  return new RowView().set(asBuffer(bytes), 0, bytes.byteLength, timestamp)
}

function newestTimestamp(records: readonly ChangelogRecord[]): number {
  return records.reduce((newest, { timestamp }) => Math.max(newest, timestamp), -1)
}

function version(value: RowView | null, timestamp: number): Version {
  return { timestamp, value: value === null ? null : value.slice() }
}

function historyOf({ rows }: Segment, key: ByteKey, timestamp: number): VersionHistory {
  const stored = rows.get(key)
  return stored === null ? { nextTimestamp: timestamp, versions: [] } : decodeHistory(stored.copy())
}
