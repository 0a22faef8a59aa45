import type { StoreKind } from '../store-kind.ts'
import { keySerde, valueSerde } from '../store-parts.ts'
import type { ChangeBufferSpec } from '../store-spec.ts'
import { ChangeBuffer } from './change-buffer.ts'

/**
 * The store of the changes that `suppress` holds back. In older formats of its changelog a record alone does not tell the time and
 * value of a key, so a restore reads all records. A cache that is flushed may forward changes into the buffer. These must be in the
 * buffer's changelog when the offsets are committed, so the buffer is flushed after all caches.
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
