import { latin1 } from '../../model/bytes.ts'
import type { Counter } from '../../metrics/metrics.ts'
import type { StorageTable, StorageWrite } from '../../storage/storage.ts'
import { readInt64, writeInt64 } from '../key-value/row-codec.ts'
import { row, type Row } from '../key-value/row.ts'
import type { BaseRows } from '../key-value/key-value-rows.ts'
import type { ChangelogRecord } from '../state-store.ts'
import type { VersionedKeyValueStoreSpec } from '../store-spec.ts'
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
  /** The latest version of each key, with its time. */
  readonly latest: BaseRows
  /** Superseded versions, by the time at which they were: a {@link VersionHistory} for each key. */
  readonly segments: WindowSegments
  /** Where stream time is stored; absent in memory. */
  readonly table: StorageTable | undefined
  readonly compatibility: 'safe' | 'java'
  readonly dropped: Counter
}

/**
 * The lowest layer of a versioned store (Java: `RocksDBVersionedStore`). Its stream time is the largest timestamp that was put; what
 * was superseded more than the retention before that is not read, and leaves by whole segments. The latest version of a key never does.
 */
export class SegmentedVersionedRows implements VersionedRows {
  readonly #options: SegmentedVersionedOptions
  readonly #latest: BaseRows
  readonly #segments: WindowSegments
  readonly #historyMs: number
  #streamTime = -1
  #firstLiveSegment = 0
  #committedStreamTime: number | undefined

  constructor(options: SegmentedVersionedOptions) {
    this.#options = options
    this.#latest = options.latest
    this.#segments = options.segments
    this.#historyMs = options.spec.historyRetentionMs
    const stored = options.table?.get(this.#stateKey)
    if (stored !== undefined) this.#advance(readInt64(stored, 0))
  }

  get(key: string): Row | null {
    return this.#latest.get(key)
  }

  getAsOf(key: string, timestamp: number): Row | null {
    const latest = this.#latest.get(key)
    if (latest !== null && latest.timestamp <= timestamp) return latest
    if (timestamp < this.#streamTime - this.#historyMs) return null
    for (const { rows } of this.#segments.between(timestamp, Infinity).toReversed()) {
      const stored = rows.get(key)
      if (stored === null) continue
      if (nextTimestampOf(stored.bytes) <= timestamp) return null
      if (oldestTimestampOf(stored.bytes) <= timestamp) return foundIn(stored.bytes, timestamp)
    }
    return null
  }

  versions(key: string): readonly FoundVersion[] {
    const latest = this.#latest.get(key)
    const found: FoundVersion[] = latest === null ? [] : [{ row: latest, validTo: Infinity }]
    for (const { rows } of this.#segments.between(-Infinity, Infinity).toReversed()) {
      const stored = rows.get(key)
      if (stored === null) continue
      const history = decodeHistory(stored.bytes)
      for (const [index, { timestamp, value }] of history.versions.entries())
        if (value !== null) found.push({ row: row(value, timestamp), validTo: validToOf(history, index) })
    }
    return found
  }

  put(key: string, value: Row | null, timestamp: number): ValidTo {
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

  commit(): void {
    this.#latest.commit()
    this.#segments.commit()
    this.#committedStreamTime = this.#streamTime
  }

  checkpoint(writes: StorageWrite[]): void {
    this.#latest.checkpoint(writes)
    this.#segments.checkpoint(writes)
    const { table } = this.#options
    if (table === undefined || this.#committedStreamTime === undefined) return
    const value = Buffer.alloc(8)
    writeInt64(value, this.#committedStreamTime, 0)
    writes.push({ table, key: this.#stateKey, value })
  }

  checkpointed(): void {
    this.#latest.checkpointed()
    this.#segments.checkpointed()
    this.#committedStreamTime = undefined
  }

  /**
   * Every record finds its place as it did when it was put. Java judges what has expired by the newest record of the whole batch: a
   * deletion that it leaves out therefore no longer hides a version that came late.
   */
  restore(records: readonly ChangelogRecord[], rowOf: (record: ChangelogRecord) => Row | null): void {
    const newest = this.#options.compatibility === 'java' ? newestTimestamp(records) : -1
    this.#expire(newest)
    for (const record of records) {
      if (record.timestamp < this.#streamTime - this.#historyMs) continue
      this.#streamTime = Math.max(this.#streamTime, record.timestamp)
      this.#expire(this.#streamTime)
      this.#insert(latin1(record.key), rowOf(record), record.timestamp, newest - this.#historyMs)
    }
    this.commit()
  }

  get #stateKey(): Uint8Array {
    return Buffer.from(this.#options.spec.name)
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

  /** Java does not look for a place before versions that will have expired once a batch is restored: `expiredBefore`. */
  #insert(key: string, value: Row | null, timestamp: number, expiredBefore = -Infinity): ValidTo {
    const latest = this.#latest.get(key)
    if (latest !== null && timestamp >= latest.timestamp) return this.#supersede(key, latest, value, timestamp)
    let validTo = latest === null ? Infinity : latest.timestamp
    for (const segment of this.#segments.between(timestamp, Infinity).toReversed()) {
      const stored = segment.rows.get(key)
      if (stored === null) continue
      if (nextTimestampOf(stored.bytes) <= timestamp) break
      const oldest = oldestTimestampOf(stored.bytes)
      if (oldest <= timestamp) return this.#insertInto(segment, decodeHistory(stored.bytes), key, version(value, timestamp))
      if (oldest < expiredBefore) return 'not-put'
      validTo = oldest
    }
    if (validTo < Infinity) return this.#insertBefore(validTo, key, version(value, timestamp))
    if (value === null) return this.#deleteAt(key, timestamp)
    this.#latest.put(key, value)
    return Infinity
  }

  /** At the time of the latest version, or after it. */
  #supersede(key: string, latest: Row, value: Row | null, timestamp: number): ValidTo {
    if (timestamp > latest.timestamp) this.#moveInto(timestamp, key, version(latest, latest.timestamp))
    this.#latest.put(key, value)
    // Java forgets when a key was deleted where the deletion has the time of the value, and takes an older value that comes late for the latest.
    if (value === null && timestamp === latest.timestamp && this.#options.compatibility === 'safe') this.#deleteAt(key, timestamp)
    return Infinity
  }

  /** Among versions of one segment. The one before it may then belong into an older segment. */
  #insertInto({ id, rows }: Segment, history: VersionHistory, key: string, added: Version): ValidTo {
    const index = indexAt(history, added.timestamp)
    const validTo = validToOf(history, index)
    const before = history.versions[index]!
    const moves = before.timestamp < added.timestamp && this.#segments.idOf(added.timestamp) !== id
    if (moves) this.#moveInto(added.timestamp, key, before)
    history.versions.splice(index, moves || before.timestamp === added.timestamp ? 1 : 0, added)
    rows.put(key, historyRow(history))
    return validTo
  }

  /** The first of its segment, or the last one there before a gap. */
  #insertBefore(validTo: number, key: string, added: Version): ValidTo {
    const segment = this.#liveSegment(validTo)
    if (segment === undefined) return 'not-put'
    const history = historyOf(segment, key, added.timestamp)
    if (history.nextTimestamp <= added.timestamp) addNewest(history, added, validTo)
    else history.versions.push(added)
    segment.rows.put(key, historyRow(history))
    return validTo
  }

  #deleteAt(key: string, timestamp: number): ValidTo {
    const segment = this.#liveSegment(timestamp)
    if (segment === undefined) return 'not-put'
    const history = historyOf(segment, key, timestamp)
    if (history.nextTimestamp < timestamp) addNewest(history, { timestamp: history.nextTimestamp, value: null }, timestamp)
    segment.rows.put(key, historyRow(history))
    return Infinity
  }

  /** Keeps a version that is superseded at `validTo`, unless nobody could read it any more. */
  #moveInto(validTo: number, key: string, moved: Version): void {
    const segment = this.#liveSegment(validTo)
    if (segment === undefined) return
    const stored = segment.rows.get(key)
    segment.rows.put(key, row(withNewest(stored && stored.bytes, moved, validTo), 0))
  }

  #liveSegment(timestamp: number): Segment | undefined {
    return this.#segments.idOf(timestamp) < this.#firstLiveSegment ? undefined : this.#segments.create(timestamp)
  }
}

function newestTimestamp(records: readonly ChangelogRecord[]): number {
  return records.reduce((newest, { timestamp }) => Math.max(newest, timestamp), -1)
}

function version(value: Row | null, timestamp: number): Version {
  return { timestamp, value: value === null ? null : value.bytes }
}

function historyOf({ rows }: Segment, key: string, timestamp: number): VersionHistory {
  const stored = rows.get(key)
  return stored === null ? { nextTimestamp: timestamp, versions: [] } : decodeHistory(stored.bytes)
}

function historyRow(history: VersionHistory): Row {
  return row(encodeHistory(history), 0)
}

function foundIn(history: Uint8Array, atMs: number): Row | null {
  const { timestamp, value } = versionAt(history, atMs)
  return value === null ? null : row(value, timestamp)
}
