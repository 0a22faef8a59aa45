import type { Test } from 'tap'
import { storeSuite, type StoreCases } from '../conformance/store-suite.ts'
import { media } from '../storage/media.ts'

const caches = { uncached: 0, cached: 10_000_000, 'cache of 600 bytes': 600 }

/** The suite on one medium, with all caches, with a changelog and without. `cases`: those of one kind alone. */
export function everyStore(t: Test, medium: 'memory' | 'disk', on: 'memory' | 'LMDB', cases?: StoreCases): void {
  for (const [cacheName, cacheBytes] of Object.entries(caches))
    for (const changelog of ['on', 'off'] as const)
      t.test(`${cacheName}, changelog ${changelog}`, async (t) =>
        storeSuite(t, { medium, cacheBytes, changelog, factory: media[on]! }, cases),
      )
}
