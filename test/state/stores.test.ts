import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openLmdbStorage } from '../../lib/storage/lmdb/open-lmdb-storage.ts'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'
import { storeSuite } from '../conformance/store-suite.ts'

async function lmdb(t: Test) {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-stores-'))
  t.teardown(() => rmSync(dir, { recursive: true, force: true }))
  return openLmdbStorage(dir)
}

const memory = async () => new MemoryStorageFactory()
const media = [
  { name: 'memory', medium: 'memory', factory: memory },
  { name: 'write buffer on memory', medium: 'disk', factory: memory },
  { name: 'LMDB', medium: 'disk', factory: lmdb },
] as const

for (const { name, medium, factory } of media)
  for (const [cacheName, cacheBytes] of [
    ['uncached', 0],
    ['cached', 10_000_000],
    ['cache of 600 bytes', 600],
  ] as const)
    for (const changelog of ['on', 'off'] as const)
      t.test(`${name}, ${cacheName}, changelog ${changelog}`, async (t) =>
        storeSuite(t, { medium, cacheBytes, changelog, factory }),
      )
