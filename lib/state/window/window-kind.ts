import type { ByteKey } from '../../kernel/byte-key.ts'
import { TopologyError } from '../../model/errors.ts'
import { windowed, type Windowed } from '../../model/windowed.ts'
import { retentionConfig } from '../changelog-retention.ts'
import { StoreKeys } from '../key-value/store-keys.ts'
import { UntimedWindowRows } from '../key-value/untimed-rows.ts'
import type { ViewFormat } from '../key-value/view-codec.ts'
import { CachingWindowRows } from '../layers/caching-window-rows.ts'
import { byteChangelogWriter } from '../layers/changelogging-byte-rows.ts'
import { ChangeloggingWindowRows } from '../layers/changelogging-window-rows.ts'
import type { StateStore, StateStoreContext } from '../state-store.ts'
import type { ChangelogNames, ChangelogOptions, StoreFormat, StoreKind } from '../store-kind.ts'
import {
  expiryOf,
  isCached,
  keySerde,
  losesTimestamps,
  openSegments,
  segmentsText,
  storageTable,
  viewCodec,
} from '../store-parts.ts'
import type { WindowSlicing, WindowStoreSpec } from '../store-spec.ts'
import { SegmentedWindowRows } from './segmented-window-rows.ts'
import { endsAfterStartMs, type Slice } from './slice.ts'
import { sliceSerde } from './slice-serde.ts'
import { SlicedWindowStore } from './sliced-window-store.ts'
import { isWindowKey } from './window-key.ts'
import type { KeyRange } from './window-rows.ts'
import { WindowStateStore, type WindowLayers } from './window-state-store.ts'
import { WindowedRows } from './windowed-rows.ts'

type Spec = WindowStoreSpec<unknown, unknown>

/** The window store: values by key and start of their windows. */
export const windowKind: StoreKind<Spec> = {
  open: openWindowStore,
  format: windowFormat,
  check: checkSlicing,
  changelog: {
    names: changelogNames,
    keys: 'composed',
    holds: ({ key }) => isWindowKey(key),
    cleanupPolicy: 'compact,delete',
    topicConfig: (spec, options) => ({
      ...(mustNotCompact(spec, options) ? { 'cleanup.policy': 'delete' } : {}),
      ...retentionConfig(spec.changelogRetentionMs ?? spec.retentionMs, options),
    }),
  },
  restores: 'last-of-key',
  flushes: 'first',
  view: 'window',
  versions: 'none',
}

function checkSlicing({ name, slicing }: Spec, { compatibility }: Pick<ChangelogOptions, 'compatibility'>): void {
  if (slicing === undefined || compatibility === 'safe') return
  const message =
    `The store ${name} keeps windows as slices, which Kafka Streams could not take over: leave slices out, ` +
    "or leave out compatibility: 'java'."
  throw new TopologyError('STREAMS_SLICES', message, { facts: { store: name } })
}

/** Slices have a changelog of their own, so that nobody takes them for windows. */
function changelogNames({ name, slicing }: Spec): ChangelogNames {
  const slices = `${name}-slices`
  return slicing === undefined ? { own: name, otherForm: slices } : { own: slices, otherForm: name }
}

/**
 * True if compaction would remove rows, because several share key and window. Java overlooks this for timestamped stores, and for
 * stores that a user gives to a join.
 */
function mustNotCompact(spec: Spec, { compatibility }: ChangelogOptions): boolean {
  if (spec.duplicates !== 'keep') return false
  return compatibility === 'safe' || (spec.values === 'plain' && spec.changelogHeaders !== 'record')
}

function windowFormat(declared: Spec, context: StateStoreContext): StoreFormat {
  const spec = opened(declared, context)
  const values = losesTimestamps(spec, context) ? 'plain' : spec.values
  if (spec.slicing !== undefined) return sliceFormat(spec, spec.slicing)
  return {
    changelog: spec.duplicates === 'keep' ? 'window with duplicates' : 'window',
    rows: `${values}, ${segmentsText(spec, copyOf(spec))}`,
  }
}

/** Slices of other windows have other bounds: their rows mean something else. */
function sliceFormat(spec: Spec, { advanceMs }: WindowSlicing): StoreFormat {
  return {
    changelog: `window (slices of ${spec.windowSizeMs} ms by ${advanceMs} ms)`,
    rows: `slices, ${segmentsText(spec, 'by-time')}`,
  }
}

/** The spec that is opened. In Java the supplier of a store decides, whatever the operator needs. */
function opened(declared: Spec, { compatibility }: StateStoreContext): Spec {
  return compatibility === 'java' ? { ...declared, ...declared.supplied } : declared
}

function copyOf({ layout = 'key-first' }: Spec): 'by-time' | 'none' {
  return layout === 'key-first' ? 'none' : 'by-time'
}

function openWindowStore(declared: Spec, context: StateStoreContext): StateStore {
  const spec = opened(declared, context)
  return spec.slicing === undefined ? new WindowStateStore(windowLayers(spec, context)) : openSlices(spec, spec.slicing, context)
}

/** Slices have no end of their own, so they are kept until the windows that end with them have expired. They are always in order of time, too. */
function openSlices(spec: Spec, { advanceMs, merger }: WindowSlicing, context: StateStoreContext): StateStore {
  const windows = { sizeMs: spec.windowSizeMs, advanceMs }
  const retentionMs = spec.retentionMs + endsAfterStartMs(windows)
  const value = sliceSerde(context.valueSerde(spec.value))
  const rows = { ...spec, value, values: 'plain', layout: 'time-first', retentionMs } as const
  const layers = windowLayers(rows as Spec, context) as WindowLayers<unknown, Slice<unknown>>
  const isKeyFirst = expiryOf(spec, context) === 'exact' || spec.emit !== 'on-window-close'
  const mostAgeMs = spec.retentionMs - (isKeyFirst ? 1 : 0)
  return new SlicedWindowStore({ spec, layers, windows, merger, mostAgeMs, context })
}

function windowLayers(spec: Spec, context: StateStoreContext): WindowLayers<unknown, unknown> {
  const codec = viewCodec(spec, context)
  const keys = new StoreKeys(keySerde(spec, context), context.ownKey)
  const { sequences, base } = windowBase(spec, codec, context)
  const numbered = spec.duplicates === 'keep' ? sequences : undefined
  const log = context.changelog && byteChangelogWriter(context.changelog, spec, context)
  const inner = losesTimestamps(spec, context) ? new UntimedWindowRows(base) : base
  const logged = log === undefined ? inner : new ChangeloggingWindowRows(inner, log, numbered)
  const isCaching = isCached(spec, context) && spec.duplicates === 'replace'
  const decodeKey = ({ bytes, at, length }: ByteKey, startMs: number): Windowed<unknown> =>
    windowed(keys.decode(bytes, at, length), startMs, startMs + spec.windowSizeMs)
  const options = { ...cachingOptions(base, context), codec, context, decodeKey }
  const cache = isCaching ? new CachingWindowRows(logged, options) : undefined
  return { spec, keys, codec, decodeKey, top: cache ?? logged, cache, base }
}

/** Java's caches return windows that the store below has forgotten. */
function cachingOptions(base: SegmentedWindowRows, { compatibility }: StateStoreContext) {
  const firstLiveStart = (streamTimeMs: number): number =>
    compatibility === 'java' ? -Infinity : base.firstLiveStart(streamTimeMs)
  return { orderOf: (keys: KeyRange) => base.orderOf(keys), firstLiveStart }
}

function windowBase(spec: Spec, format: ViewFormat, context: StateStoreContext) {
  const expiry = expiryOf(spec, context)
  const segments = openSegments(spec, format, copyOf(spec), (place) => new WindowedRows(place, context), context)
  const sequences = { store: 0, changelog: 0 }
  const likeJava = expiry === 'segmented' ? 'overwrite' : 'restart'
  const sequencesAfterRestore = context.compatibility === 'java' ? likeJava : 'continue'
  const table = storageTable(spec.name, spec, context)
  const unemitted = spec.emit === 'on-window-close' && context.compatibility !== 'java' ? 'kept' : 'expire'
  const { droppedRecords: dropped } = context
  const base = new SegmentedWindowRows({ spec, expiry, segments, sequences, sequencesAfterRestore, table, dropped, unemitted })
  return { sequences, base }
}
