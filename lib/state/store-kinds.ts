import { changeBufferKind } from './buffers/change-buffer-kind.ts'
import { recordBufferKind } from './buffers/record-buffer-kind.ts'
import { keyValueKind } from './key-value/key-value-kind.ts'
import { sessionKind } from './session/session-kind.ts'
import type { StoreKind } from './store-kind.ts'
import type { StoreSpec } from './store-spec.ts'
import { versionedKind } from './versioned/versioned-kind.ts'
import { windowKind } from './window/window-kind.ts'

/** Kinds of stores by the `kind` of their specs. */
export type StoreKinds = Readonly<Record<string, StoreKind>>

/** All kinds of stores. */
export const storeKinds = {
  'key-value': keyValueKind,
  window: windowKind,
  session: sessionKind,
  versioned: versionedKind,
  'change-buffer': changeBufferKind,
  'record-buffer': recordBufferKind,
} as const satisfies { readonly [Kind in StoreSpec['kind']]: StoreKind<Extract<StoreSpec, { readonly kind: Kind }>> }

/** The kind of a store. `kinds` is the table to look in; tests have tables with kinds of their own. */
export function storeKindOf({ kind, name }: StoreSpec, kinds: StoreKinds = storeKinds): StoreKind {
  const found = kinds[kind]
  if (found === undefined)
    throw new TypeError(
      `The store ${name} is of an unknown kind, ${kind}: declare it with keyValueStore() or another function for stores.`,
    )
  return found
}
