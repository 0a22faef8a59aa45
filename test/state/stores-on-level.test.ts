import t from 'tap'
import { storeSuite } from '../conformance/store-suite.ts'
import { media } from '../storage/media.ts'

// Layers above the write buffer do not know their medium: with and without a cache is enough here.
for (const name of ['classic-level', 'RocksDB'])
  for (const cacheBytes of [0, 600]) {
    const factory = media[name]
    if (factory === undefined) continue
    t.test(`${name}, cache of ${cacheBytes} bytes`, async (t) =>
      storeSuite(t, { medium: 'disk', cacheBytes, changelog: 'on', factory }),
    )
  }
