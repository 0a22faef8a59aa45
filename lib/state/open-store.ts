import { unreachable } from '../model/assert.ts'
import { CachingRows } from './caching-rows.ts'
import { ChangeloggingRows, changelogWriter } from './changelogging-rows.ts'
import { KeyCodec } from './key-codec.ts'
import { KeyValueStateStore } from './key-value-state-store.ts'
import { MemoryRows } from './memory-rows.ts'
import { plainRows, timestampedRows, type RowCodec } from './row-codec.ts'
import type { StateStore, StateStoreContext } from './state-store.ts'
import { StoreSerde } from './store-serde.ts'
import type { KeyValueStoreSpec, StoreSpec } from './store-spec.ts'
import { WriteBuffer } from './write-buffer.ts'

/** Opens a store for a task: the layers that its spec and the task ask for, with the typed face on top. */
export function openStore(spec: StoreSpec, context: StateStoreContext): StateStore {
  switch (spec.kind) {
    case 'key-value':
      return openKeyValueStore(spec, context)
    case 'window':
      throw new Error('not yet')
    default:
      return unreachable(spec)
  }
}

function openKeyValueStore(spec: KeyValueStoreSpec<unknown, unknown>, context: StateStoreContext): StateStore {
  const rows = rowCodec(spec, context)
  const base = isOnDisk(spec, context) ? new WriteBuffer(context.storage.table(spec.name), rows) : new MemoryRows()
  const logged =
    context.changelog === undefined ? base : new ChangeloggingRows(base, changelogWriter(context.changelog, spec.values, context))
  const cache = isCached(spec, context) ? new CachingRows(logged, context) : undefined
  return new KeyValueStateStore({ spec, keys: keyCodec(spec, context), rows, top: cache ?? logged, cache, base })
}

function keyCodec({ name, key }: StoreSpec, context: StateStoreContext): KeyCodec<unknown> {
  return new KeyCodec(new StoreSerde(context.keySerde(key), context.changelogTopic, 'key', name))
}

function rowCodec({ name, value, values }: StoreSpec, context: StateStoreContext): RowCodec<unknown> {
  const serde = new StoreSerde(context.valueSerde(value), context.changelogTopic, 'value', name)
  return values === 'plain' ? plainRows(serde) : timestampedRows(serde)
}

function isOnDisk({ medium }: StoreSpec, { defaultMedium }: StateStoreContext): boolean {
  return (medium === 'default' ? defaultMedium : medium) === 'disk'
}

function isCached({ caching }: StoreSpec, { cache }: StateStoreContext): boolean {
  return caching === 'enabled' && cache.maxBytes > 0
}
