import { longText } from '../changelog-retention.ts'
import { StoreKeys } from '../key-value/store-keys.ts'
import { plainFormat, timestampedViews } from '../key-value/view-codec.ts'
import { ChangeloggingVersionedRows } from '../layers/changelogging-versioned-rows.ts'
import type { StateStore, StateStoreContext } from '../state-store.ts'
import type { StoreKind } from '../store-kind.ts'
import { isOnDisk, keySerde, openByteRows, storageTable, valueSerde } from '../store-parts.ts'
import type { VersionedKeyValueStoreSpec } from '../store-spec.ts'
import { streamTimesTable } from '../stream-times.ts'
import { plainRows, WindowSegments } from '../window/window-segments.ts'
import { SegmentedVersionedRows } from './segmented-versioned-rows.ts'
import { VersionedStateStore } from './versioned-state-store.ts'

type Spec = VersionedKeyValueStoreSpec<unknown, unknown>

/**
 * The versioned store: the newest value of each key, and earlier ones. Each changelog record is a version, so a restore applies all
 * of them.
 */
export const versionedKind: StoreKind<Spec> = {
  open: openVersionedStore,
  format: (spec) => ({ changelog: 'versioned', rows: `segments of ${spec.segmentIntervalMs} ms` }),
  changelog: {
    keys: 'serialized',
    holds: () => true,
    cleanupPolicy: 'compact',
    topicConfig: (spec) => ({ 'min.compaction.lag.ms': compactionLag(spec) }),
  },
  restores: 'all',
  flushes: 'first',
  view: 'versioned',
  versions: 'kept',
}

/**
 * Versions that the store can still be asked for must not be compacted away. The lag is a day longer, because brokers compact by
 * their own clock.
 */
function compactionLag({ historyRetentionMs }: Spec): string {
  return longText(historyRetentionMs + 86_400_000)
}

function openVersionedStore(spec: Spec, context: StateStoreContext): StateStore {
  const keys = new StoreKeys(keySerde(spec, context), context.ownKey)
  const codec = timestampedViews(valueSerde(spec, context))
  const { storage, kept, droppedRecords: dropped, compatibility = 'safe' } = context
  const isDisk = isOnDisk(spec, context)
  const segments = new WindowSegments(
    spec.segmentIntervalMs,
    isDisk ? { environment: storage, store: spec.name, format: plainFormat, kept } : undefined,
    (place) => plainRows(place, context),
    'none',
    context,
  )
  const latest = openByteRows(spec, codec, context)
  const table = storageTable(streamTimesTable, spec, context)
  const base = new SegmentedVersionedRows({ spec, latest, segments, table, compatibility, dropped })
  const top = context.changelog === undefined ? base : new ChangeloggingVersionedRows(base, context.changelog)
  return new VersionedStateStore({ spec, keys, codec, top, base })
}
