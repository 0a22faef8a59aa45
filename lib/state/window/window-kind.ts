import type { ByteKey } from '../../kernel/byte-key.ts'
import { windowed, type Windowed } from '../../model/windowed.ts'
import { retentionConfig } from '../changelog-retention.ts'
import { StoreKeys } from '../key-value/store-keys.ts'
import { UntimedWindowRows } from '../key-value/untimed-rows.ts'
import type { ViewFormat } from '../key-value/view-codec.ts'
import { CachingWindowRows } from '../layers/caching-window-rows.ts'
import { byteChangelogWriter } from '../layers/changelogging-byte-rows.ts'
import { ChangeloggingWindowRows } from '../layers/changelogging-window-rows.ts'
import type { StateStore, StateStoreContext } from '../state-store.ts'
import type { ChangelogOptions, StoreFormat, StoreKind } from '../store-kind.ts'
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
import type { WindowStoreSpec } from '../store-spec.ts'
import { SegmentedWindowRows } from './segmented-window-rows.ts'
import { isWindowKey } from './window-key.ts'
import type { KeyRange } from './window-rows.ts'
import { WindowStateStore } from './window-state-store.ts'
import { WindowedRows } from './windowed-rows.ts'

type Spec = WindowStoreSpec<unknown, unknown>

/** The window store: values by key and start of their windows. */
export const windowKind: StoreKind<Spec> = {
  open: openWindowStore,
  format: windowFormat,
  changelog: {
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
  return {
    changelog: spec.duplicates === 'keep' ? 'window with duplicates' : 'window',
    rows: `${values}, ${segmentsText(spec, copyOf(spec))}`,
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
  return new WindowStateStore({ spec, keys, codec, decodeKey, top: cache ?? logged, cache, base })
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
