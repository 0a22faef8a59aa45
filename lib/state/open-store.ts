import { unreachable } from '../model/assert.ts'
import { CachingSessionRows } from './layers/caching-session-rows.ts'
import { CachingRows } from './layers/caching-rows.ts'
import { CachingWindowRows } from './layers/caching-window-rows.ts'
import { ChangeBuffer } from './buffers/change-buffer.ts'
import { ChangeloggingWindowRows } from './layers/changelogging-window-rows.ts'
import { ChangeloggingSessionRows } from './layers/changelogging-session-rows.ts'
import { ChangeloggingRows, changelogWriter } from './layers/changelogging-rows.ts'
import { KeyCodec } from './key-value/key-codec.ts'
import { KeyValueStateStore } from './key-value/key-value-state-store.ts'
import { LruRows } from './key-value/lru-rows.ts'
import { MemoryRows } from './key-value/memory-rows.ts'
import { RecordBuffer } from './buffers/record-buffer.ts'
import { plainRows, storedBytes, timestampedRows, untimedRows, type RowCodec, type StoredRows } from './key-value/row-codec.ts'
import type { StateStore, StateStoreContext } from './state-store.ts'
import { SegmentedSessionRows } from './session/segmented-session-rows.ts'
import { SegmentedWindowRows } from './window/segmented-window-rows.ts'
import { bySessionEnd, bySessionSegment } from './session/session-rows.ts'
import { SessionStateStore } from './session/session-state-store.ts'
import { StoreSerde } from './store-serde.ts'
import {
  segmentIntervalMs,
  type ChangeBufferSpec,
  type KeyValueStoreSpec,
  type RecordBufferSpec,
  type SessionStoreSpec,
  type StoreSpec,
  type VersionedKeyValueStoreSpec,
  type WindowStoreSpec,
} from './store-spec.ts'
import { ChangeloggingVersionedRows } from './layers/changelogging-versioned-rows.ts'
import { SegmentedVersionedRows, streamTimesTable } from './versioned/versioned-rows.ts'
import { VersionedStateStore } from './versioned/versioned-state-store.ts'
import { UntimedRows, UntimedWindowRows } from './key-value/untimed-rows.ts'
import { bySegment, byStart } from './window/window-order.ts'
import { WindowSegments } from './window/window-segments.ts'
import { WindowStateStore } from './window/window-state-store.ts'
import { WriteBuffer } from './layers/write-buffer.ts'

type RowStoreSpec = KeyValueStoreSpec<unknown, unknown> | WindowStoreSpec<unknown, unknown> | SessionStoreSpec<unknown, unknown>

/** Opens a store for a task: the layers that its spec and the task ask for, with the typed face on top. */
export function openStore(spec: StoreSpec, context: StateStoreContext): StateStore {
  switch (spec.kind) {
    case 'key-value':
      return openKeyValueStore(spec, context)
    case 'window':
      return openWindowStore(spec, context)
    case 'session':
      return openSessionStore(spec, context)
    case 'change-buffer':
      return openChangeBuffer(spec, context)
    case 'record-buffer':
      return openRecordBuffer(spec, context)
    case 'versioned':
      return openVersionedStore(spec, context)
    default:
      return unreachable(spec)
  }
}

function openKeyValueStore(spec: KeyValueStoreSpec<unknown, unknown>, context: StateStoreContext): StateStore {
  const rows = rowCodec(spec, context)
  const base = keyValueBase(spec, rows, context)
  const inner = losesTimestamps(spec, context) ? new UntimedRows(base) : base
  const log = context.changelog && changelogWriter(context.changelog, spec, context)
  // Java's changelog does not hear of what a timestamped store evicts, and keeps it for ever.
  if (base instanceof LruRows && log !== undefined && (spec.values === 'plain' || context.compatibility !== 'java'))
    base.onEvict((key) => log(key, null))
  const logged = log === undefined ? inner : new ChangeloggingRows(inner, log)
  const cache = isCached(spec, context) ? new CachingRows(logged, context) : undefined
  return new KeyValueStateStore({ spec, keys: keyCodec(spec, context), rows, top: cache ?? logged, cache, base })
}

function keyValueBase(spec: KeyValueStoreSpec<unknown, unknown>, format: StoredRows, context: StateStoreContext) {
  if (spec.maxEntries !== undefined) return new LruRows(spec.maxEntries)
  return isOnDisk(spec, context) ? new WriteBuffer(context.storage.table(spec.name), format) : new MemoryRows()
}

function openWindowStore(declared: WindowStoreSpec<unknown, unknown>, context: StateStoreContext): StateStore {
  const spec = context.compatibility === 'java' ? { ...declared, ...declared.supplied } : declared
  const rows = rowCodec(spec, context)
  const { expiry, segments, sequences, base } = windowBase(spec, rows, context)
  const numbered = spec.duplicates === 'keep' ? sequences : undefined
  const log = context.changelog && changelogWriter(context.changelog, spec, context)
  const inner = losesTimestamps(spec, context) ? new UntimedWindowRows(base) : base
  const logged = log === undefined ? inner : new ChangeloggingWindowRows(inner, log, numbered)
  const isCaching = isCached(spec, context) && spec.duplicates === 'replace'
  const isByTime = expiry === 'exact' || (spec.layout ?? 'key-first') !== 'key-first'
  const order = isByTime ? byStart : bySegment(segments.intervalMs)
  const cache = isCaching ? new CachingWindowRows(logged, order, context) : undefined
  return new WindowStateStore({ spec, keys: keyCodec(spec, context), rows, top: cache ?? logged, cache, base })
}

function openChangeBuffer(spec: ChangeBufferSpec, context: StateStoreContext): StateStore {
  return new ChangeBuffer(spec, context, keySerde(spec, context), valueSerde(spec, context))
}

function openRecordBuffer(spec: RecordBufferSpec, context: StateStoreContext): StateStore {
  const { storage } = context
  const isDisk = isOnDisk(spec, context)
  const rows = isDisk ? new WriteBuffer(storage.table(spec.name), storedBytes) : new MemoryRows()
  const table = isDisk ? storage.table(streamTimesTable) : undefined
  return new RecordBuffer({ spec, context, keys: keySerde(spec, context), values: valueSerde(spec, context), rows, table })
}

function windowBase(spec: WindowStoreSpec<unknown, unknown>, format: StoredRows, context: StateStoreContext) {
  const isDisk = isOnDisk(spec, context)
  const { storage, droppedRecords: dropped } = context
  const expiry = spec.expiry !== 'default' ? spec.expiry : isDisk ? 'segmented' : 'exact'
  const copy = (spec.layout ?? 'key-first') === 'key-first' ? 'none' : 'by-time'
  const segments = segmentsOf(spec, format, copy, context)
  const sequences = { store: 0, changelog: 0 }
  const likeJava = expiry === 'segmented' ? 'overwrite' : 'restart'
  const sequencesAfterRestore = context.compatibility === 'java' ? likeJava : 'continue'
  const table = isDisk ? storage.table(spec.name) : undefined
  const unemitted = spec.emit === 'on-window-close' && context.compatibility !== 'java' ? 'kept' : 'expire'
  const base = new SegmentedWindowRows({
    spec,
    expiry,
    segments,
    sequences,
    sequencesAfterRestore,
    table,
    dropped,
    unemitted,
  })
  return { expiry, segments, sequences, base }
}

function openVersionedStore(spec: VersionedKeyValueStoreSpec<unknown, unknown>, context: StateStoreContext): StateStore {
  const rows = timestampedRows(valueSerde(spec, context))
  const isDisk = isOnDisk(spec, context)
  const { storage, droppedRecords: dropped, compatibility = 'safe' } = context
  const segments = new WindowSegments(
    spec.segmentIntervalMs,
    isDisk ? { environment: storage, store: spec.name, format: storedBytes } : undefined,
  )
  const latest = isDisk ? new WriteBuffer(storage.table(spec.name), rows) : new MemoryRows()
  const table = isDisk ? storage.table(streamTimesTable) : undefined
  const base = new SegmentedVersionedRows({ spec, latest, segments, table, compatibility, dropped })
  const top = context.changelog === undefined ? base : new ChangeloggingVersionedRows(base, context.changelog)
  return new VersionedStateStore({ spec, keys: keyCodec(spec, context), rows, top, base })
}

function openSessionStore(spec: SessionStoreSpec<unknown, unknown>, context: StateStoreContext): StateStore {
  const rows = rowCodec(spec, context)
  const isDisk = isOnDisk(spec, context)
  const expiry = spec.expiry !== 'default' ? spec.expiry : isDisk ? 'segmented' : 'exact'
  const segments = segmentsOf(spec, rows, spec.emit === 'on-window-close' ? 'by-time' : 'none', context)
  const table = isDisk ? context.storage.table(spec.name) : undefined
  const { droppedRecords: dropped, compatibility = 'safe' } = context
  const base = new SegmentedSessionRows({ spec, expiry, segments, table, dropped, compatibility })
  const log = context.changelog && changelogWriter(context.changelog, spec, context)
  const logged = log === undefined ? base : new ChangeloggingSessionRows(base, log)
  const order = expiry === 'exact' ? bySessionEnd : bySessionSegment(segments.intervalMs)
  const cache = isCached(spec, context) ? new CachingSessionRows(logged, order, context) : undefined
  return new SessionStateStore({ spec, keys: keyCodec(spec, context), rows, top: cache ?? logged, cache, base })
}

function segmentsOf(
  spec: WindowStoreSpec<unknown, unknown> | SessionStoreSpec<unknown, unknown>,
  format: StoredRows,
  copy: 'by-time' | 'none',
  context: StateStoreContext,
): WindowSegments {
  const storage = isOnDisk(spec, context) ? { environment: context.storage, store: spec.name, format } : undefined
  return new WindowSegments(segmentIntervalMs(spec.retentionMs), storage, copy)
}

function keyCodec(spec: StoreSpec, context: StateStoreContext): KeyCodec<unknown> {
  return new KeyCodec(keySerde(spec, context))
}

function keySerde({ name, key }: StoreSpec, context: StateStoreContext): StoreSerde<unknown> {
  return new StoreSerde(context.keySerde(key), context.changelogTopic, 'key', name)
}

function rowCodec(spec: RowStoreSpec, context: StateStoreContext): RowCodec<unknown> {
  const serde = valueSerde(spec, context)
  if (spec.values === 'plain') return plainRows(serde)
  return losesTimestamps(spec, context) ? untimedRows(serde) : timestampedRows(serde)
}

/** In memory Java's stores keep timestamps, whatever their supplier. */
function losesTimestamps(spec: RowStoreSpec, context: StateStoreContext): boolean {
  const isPlain = spec.values === 'timestamped' && spec.supplier === 'plain'
  return isPlain && context.compatibility === 'java' && isOnDisk(spec, context)
}

function valueSerde({ name, value }: StoreSpec, context: StateStoreContext): StoreSerde<unknown> {
  return new StoreSerde(context.valueSerde(value), context.changelogTopic, 'value', name)
}

function isOnDisk({ medium }: StoreSpec, { defaultMedium }: StateStoreContext): boolean {
  return (medium === 'default' ? defaultMedium : medium) === 'disk'
}

function isCached({ caching }: StoreSpec, { cache }: StateStoreContext): boolean {
  return caching === 'enabled' && cache.maxBytes > 0
}
