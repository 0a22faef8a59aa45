import type { StoreKind } from '../store-kind.ts'
import { keySerde, valueSerde } from '../store-parts.ts'
import type { ChangeBufferSpec } from '../store-spec.ts'
import { ChangeBuffer } from './change-buffer.ts'

/**
 * What `suppress` holds back. Older formats of its changelog tell only together when a key came, and with what value, so that all
 * records are restored. What caches forward during a flush may come into the buffer, and must be in its changelog when the offsets are
 * committed: so it is flushed after them.
 */
export const changeBufferKind: StoreKind<ChangeBufferSpec> = {
  open: (spec, context) => new ChangeBuffer(spec, context, keySerde(spec, context), valueSerde(spec, context)),
  format: () => ({ changelog: 'change-buffer', rows: 'none' }),
  changelog: { keys: 'serialized', holds: () => true, cleanupPolicy: 'compact', topicConfig: () => ({}) },
  restores: 'all',
  flushes: 'last',
  view: undefined,
  versions: 'none',
}
