import type { StorageTable } from '../storage/storage.ts'
import type { BaseByteRows } from './key-value/byte-rows.ts'
import { TableRows } from './key-value/table-rows.ts'
import { plainViews, timestampedViews, untimedViews, type ViewCodec, type ViewFormat } from './key-value/view-codec.ts'
import { TableBuffer } from './layers/table-buffer.ts'
import type { StateStoreContext } from './state-store.ts'
import { storeMedium } from './store-medium.ts'
import { StoreSerde } from './store-serde.ts'
import {
  segmentIntervalMs,
  type KeyValueStoreSpec,
  type SessionStoreSpec,
  type StoreSpec,
  type WindowStoreSpec,
} from './store-spec.ts'
import type { RowPlace, SegmentRows } from './window/segment-rows.ts'
import { WindowSegments } from './window/window-segments.ts'

// The parts that several kinds of stores are opened from.

export type RowStoreSpec =
  KeyValueStoreSpec<unknown, unknown> | WindowStoreSpec<unknown, unknown> | SessionStoreSpec<unknown, unknown>

export function isOnDisk(spec: StoreSpec, { defaultMedium }: StateStoreContext): boolean {
  return storeMedium(spec, defaultMedium) === 'disk'
}

export function isCached({ caching }: StoreSpec, { cache }: StateStoreContext): boolean {
  return caching === 'enabled' && cache.maxBytes > 0
}

/** A table of the task's environment; undefined for a store in memory. */
export function storageTable(name: string, spec: StoreSpec, context: StateStoreContext): StorageTable | undefined {
  return isOnDisk(spec, context) ? context.storage.table(name) : undefined
}

/** Opens the lowest layer of a store, on its medium. */
export function openByteRows(spec: StoreSpec, format: ViewFormat, context: StateStoreContext): BaseByteRows {
  const table = storageTable(spec.name, spec, context)
  return table === undefined ? new TableRows(context) : new TableBuffer(table, format, context.kept)
}

/** Opens the segments of a store whose rows expire by time. `copy`: whether segments also keep their rows in the order of time. */
export function openSegments<R extends SegmentRows>(
  spec: WindowStoreSpec<unknown, unknown> | SessionStoreSpec<unknown, unknown>,
  format: ViewFormat,
  copy: 'by-time' | 'none',
  openRows: (place: RowPlace | undefined) => R,
  context: StateStoreContext,
): WindowSegments<R> {
  const { storage: environment, kept } = context
  const storage = isOnDisk(spec, context) ? { environment, store: spec.name, format, kept } : undefined
  return new WindowSegments(segmentIntervalMs(spec.retentionMs), storage, openRows, copy, context)
}

/** Describes the layout of a segmented store on disk, for its format. */
export function segmentsText({ retentionMs }: { readonly retentionMs: number }, copy: 'by-time' | 'none'): string {
  const segments = `segments of ${segmentIntervalMs(retentionMs)} ms`
  return copy === 'none' ? segments : `${segments}, also by time`
}

/** The expiry of the spec; by default that of Java's store of the same medium. */
export function expiryOf(
  spec: WindowStoreSpec<unknown, unknown> | SessionStoreSpec<unknown, unknown>,
  context: StateStoreContext,
): 'exact' | 'segmented' {
  if (spec.expiry !== 'default') return spec.expiry
  return isOnDisk(spec, context) ? 'segmented' : 'exact'
}

export function keySerde({ name, key }: StoreSpec, context: StateStoreContext): StoreSerde<unknown> {
  return new StoreSerde(context.keySerde(key), context.changelogTopic, 'key', name)
}

export function valueSerde({ name, value }: StoreSpec, context: StateStoreContext): StoreSerde<unknown> {
  return new StoreSerde(context.valueSerde(value), context.changelogTopic, 'value', name)
}

export function viewCodec(spec: RowStoreSpec, context: StateStoreContext): ViewCodec<unknown> {
  const serde = valueSerde(spec, context)
  if (spec.values === 'plain') return plainViews(serde)
  return losesTimestamps(spec, context) ? untimedViews(serde) : timestampedViews(serde)
}

/**
 * True if Java's store would lose timestamps: on disk, over a plain supplier. In memory Java's stores keep timestamps, whatever
 * their supplier.
 */
export function losesTimestamps(spec: RowStoreSpec, context: StateStoreContext): boolean {
  const isPlain = spec.values === 'timestamped' && spec.supplier === 'plain'
  return isPlain && context.compatibility === 'java' && isOnDisk(spec, context)
}
