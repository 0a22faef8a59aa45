import type { ByteKey } from '../../kernel/byte-key.ts'
import { sessionSuffixBytes } from '../../kernel/windowed-table.ts'
import { windowed, type Windowed } from '../../model/windowed.ts'
import { retentionConfig } from '../changelog-retention.ts'
import { readInt64 } from '../key-value/int64.ts'
import { StoreKeys } from '../key-value/store-keys.ts'
import { CachingSessionRows } from '../layers/caching-session-rows.ts'
import { byteChangelogWriter } from '../layers/changelogging-byte-rows.ts'
import { ChangeloggingSessionRows } from '../layers/changelogging-session-rows.ts'
import type { StateStore, StateStoreContext } from '../state-store.ts'
import type { StoreKind } from '../store-kind.ts'
import { expiryOf, isCached, keySerde, openSegments, segmentsText, storageTable, viewCodec } from '../store-parts.ts'
import type { SessionStoreSpec } from '../store-spec.ts'
import { SessionsOfSegment } from '../window/windowed-rows.ts'
import { SegmentedSessionRows } from './segmented-session-rows.ts'
import { isSessionKey } from './session-key.ts'
import { bySessionEnd, bySessionSegment } from './session-rows.ts'
import { SessionStateStore } from './session-state-store.ts'

type Spec = SessionStoreSpec<unknown, unknown>

/** The session store: values by key, start and end of their sessions. */
export const sessionKind: StoreKind<Spec> = {
  open: openSessionStore,
  format: (spec) => ({ changelog: 'session', rows: segmentsText(spec, copyOf(spec)) }),
  changelog: {
    keys: 'composed',
    holds: ({ key }) => isSessionKey(key),
    cleanupPolicy: 'compact,delete',
    topicConfig: (spec, options) => retentionConfig(spec.changelogRetentionMs ?? spec.retentionMs, options),
  },
  restores: 'last-of-key',
  flushes: 'first',
  view: 'session',
  versions: 'none',
}

/** Sessions that are emitted on close are looked up by time, so their rows are also kept in the order of time. */
function copyOf({ emit }: Spec): 'by-time' | 'none' {
  return emit === 'on-window-close' ? 'by-time' : 'none'
}

function openSessionStore(declared: Spec, context: StateStoreContext): StateStore {
  const spec = context.compatibility === 'java' ? { ...declared, ...declared.supplied } : declared
  const keys = new StoreKeys(keySerde(spec, context), context.ownKey)
  const codec = viewCodec(spec, context)
  const expiry = expiryOf(spec, context)
  const segments = openSegments(spec, codec, copyOf(spec), (place) => new SessionsOfSegment(place, context), context)
  const table = storageTable(spec.name, spec, context)
  const { droppedRecords: dropped, compatibility = 'safe' } = context
  const base = new SegmentedSessionRows({ spec, expiry, segments, table, dropped, compatibility })
  const log = context.changelog && byteChangelogWriter(context.changelog, spec, context)
  const logged = log === undefined ? base : new ChangeloggingSessionRows(base, log)
  // Java's caches return sessions that the store below has forgotten.
  const firstLiveEnd = (streamTimeMs: number): number => (compatibility === 'java' ? -Infinity : base.firstLiveEnd(streamTimeMs))
  const order = expiry === 'exact' ? bySessionEnd : bySessionSegment(segments.intervalMs)
  const decodeKey = ({ bytes, at, length }: ByteKey): Windowed<unknown> => {
    const end = at + length - sessionSuffixBytes
    return windowed(keys.decode(bytes, at, end - at), readInt64(bytes, end + 8), readInt64(bytes, end))
  }
  const cache = isCached(spec, context)
    ? new CachingSessionRows(logged, { order, firstLiveEnd, codec, context, decodeKey })
    : undefined
  return new SessionStateStore({ spec, keys, codec, decodeKey, top: cache ?? logged, cache, base })
}
