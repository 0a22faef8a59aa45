import t from 'tap'
import { storeSuite } from '../conformance/store-suite.ts'
import { media } from '../storage/media.ts'

const stores = [
  { name: 'memory', medium: 'memory', on: 'memory' },
  { name: 'write buffer on memory', medium: 'disk', on: 'memory' },
  { name: 'LMDB', medium: 'disk', on: 'LMDB' },
] as const

for (const { name, medium, on } of stores)
  for (const [cacheName, cacheBytes] of [
    ['uncached', 0],
    ['cached', 10_000_000],
    ['cache of 600 bytes', 600],
  ] as const)
    for (const changelog of ['on', 'off'] as const)
      t.test(`${name}, ${cacheName}, changelog ${changelog}`, async (t) =>
        storeSuite(t, { medium, cacheBytes, changelog, factory: media[on]! }),
      )
