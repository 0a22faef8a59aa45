import type { Test } from 'tap'
import type { StorageFactory } from '../../lib/storage/storage.ts'
import { crashCases } from './store/crash-cases.ts'
import { keyValueCases } from './store/key-value-cases.ts'
import { recordBufferCases, recordBufferRestoreCases } from './store/record-buffer-cases.ts'
import { restoreCases } from './store/restore-cases.ts'
import { sessionCases, sessionRestoreCases } from './store/session-cases.ts'
import type { StoreCase } from './store/store-case.ts'
import { versionedCases, versionedRestoreCases } from './store/versioned-cases.ts'
import { windowCases } from './store/window-cases.ts'

export interface StoresUnderTest {
  readonly medium: 'memory' | 'disk'
  readonly cacheBytes: number
  readonly changelog: 'on' | 'off'
  factory(t: Test): Promise<StorageFactory>
}

export type StoreCases = Readonly<Record<string, StoreCase>>

/** What every store does, whatever it lies on, cached or not, logged or not. `cases`: those of one kind alone. */
export function storeSuite(t: Test, stores: StoresUnderTest, cases: StoreCases = allCases(stores)): void {
  for (const [name, test] of Object.entries(cases))
    t.test(name, async (t) => {
      const storage = (await stores.factory(t)).open('app/0_0')
      t.teardown(() => storage.close())
      test(t, { ...stores, storage })
    })
}

function allCases(stores: StoresUnderTest): StoreCases {
  return {
    ...keyValueCases,
    ...windowCases,
    ...sessionCases,
    ...versionedCases,
    ...recordBufferCases,
    ...(stores.changelog === 'on'
      ? { ...restoreCases, ...sessionRestoreCases, ...versionedRestoreCases, ...recordBufferRestoreCases }
      : {}),
    ...(stores.medium === 'disk' ? crashCases : {}),
  }
}
