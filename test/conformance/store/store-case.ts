import type { Test } from 'tap'
import type { KeyValueStore } from '../../../lib/state/key-value/key-value-store.ts'
import type { StateStore } from '../../../lib/state/state-store.ts'
import type { StorageEnvironment } from '../../../lib/storage/storage.ts'

/** Where a case opens its stores. */
export interface StoreGround {
  readonly medium: 'memory' | 'disk'
  readonly cacheBytes: number
  readonly changelog: 'on' | 'off'
  readonly storage: StorageEnvironment
}

export type StoreCase = (t: Test, ground: StoreGround) => void

export type StringStore = KeyValueStore<string, string> & StateStore

export function show(rows: Iterable<{ readonly key: string; readonly value: string }>): string[] {
  return [...rows].map(({ key, value }) => `${key}=${value}`)
}
