import { CachingByteRows } from '../layers/caching-byte-rows.ts'
import { byteChangelogWriter, ChangeloggingByteRows } from '../layers/changelogging-byte-rows.ts'
import type { StateStore, StateStoreContext } from '../state-store.ts'
import type { StoreKind } from '../store-kind.ts'
import { isCached, keySerde, losesTimestamps, openByteRows, viewCodec } from '../store-parts.ts'
import type { KeyValueStoreSpec } from '../store-spec.ts'
import { KeyValueStateStore } from './key-value-state-store.ts'
import { LruRows } from './lru-rows.ts'
import { StoreKeys } from './store-keys.ts'
import { UntimedByteRows } from './untimed-byte-rows.ts'

type Spec = KeyValueStoreSpec<unknown, unknown>

/** The key-value store, which keeps the newest value of each key. */
export const keyValueKind: StoreKind<Spec> = {
  open: openKeyValueStore,
  format: (spec, context) => ({ changelog: 'key-value', rows: losesTimestamps(spec, context) ? 'plain' : spec.values }),
  changelog: { keys: 'serialized', holds: () => true, cleanupPolicy: 'compact', topicConfig: () => ({}) },
  restores: 'last-of-key',
  flushes: 'first',
  view: 'key-value',
  versions: 'none',
}

function openKeyValueStore(spec: Spec, context: StateStoreContext): StateStore {
  const keys = new StoreKeys(keySerde(spec, context), context.ownKey)
  const codec = viewCodec(spec, context)
  const bounded = spec.maxEntries === undefined ? undefined : new LruRows(spec.maxEntries, context)
  const base = bounded ?? openByteRows(spec, codec, context)
  const inner = losesTimestamps(spec, context) ? new UntimedByteRows(base) : base
  const log = context.changelog && byteChangelogWriter(context.changelog, spec, context)
  // Java does not log the entries that a timestamped store evicts, so that its changelog keeps them for ever.
  if (log !== undefined && (spec.values === 'plain' || context.compatibility !== 'java'))
    bounded?.onEvict((key) => log(key, null))
  const logged = log === undefined ? inner : new ChangeloggingByteRows(inner, log)
  const cache = isCached(spec, context) ? new CachingByteRows(logged, { keys, codec, context }) : undefined
  return new KeyValueStateStore({ spec, keys, codec, top: cache ?? logged, cache, base })
}
