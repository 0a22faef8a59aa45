import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { MemoryLevel } from 'memory-level'
import type { Test } from 'tap'
import type { LevelDatabase, LevelStorage, LevelStorageOptions } from '../../lib/level.ts'
import { openLevelStorage } from '../../lib/level.ts'
import { openLmdbStorage } from '../../lib/storage/lmdb/open-lmdb-storage.ts'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'
import type { StorageFactory } from '../../lib/storage/storage.ts'

/** Not tap's own: that is removed before the environments in it are closed. */
export function directory(t: Test): string {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-storage-'))
  t.teardown(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** Undefined, and said loudly, where the binding is not installed, or does not load. */
async function loadRocksLevel(): Promise<(new (location: string) => LevelDatabase) | undefined> {
  try {
    return (await import('../../tools/rocksdb.ts')).RocksLevel
  } catch (error) {
    console.error(
      `NOT TESTED: stores on RocksDB, which \`npm ci --prefix tools\` installs for Linux on x64 and macOS on ARM: ${String(error)}`,
    )
    return undefined
  }
}

const RocksLevel = await loadRocksLevel()

/** Databases of the Level ecosystem, by name. */
export const levelDatabases: Readonly<Record<string, (location: string) => LevelDatabase>> = {
  'classic-level': (location) => new ClassicLevel(location),
  'memory-level': () => new MemoryLevel(),
  ...(RocksLevel === undefined ? {} : { RocksDB: (location: string) => new RocksLevel(location) }),
}

/** Open until the test ends. */
export async function levelStorage(t: Test, database: LevelDatabase, options?: LevelStorageOptions): Promise<LevelStorage> {
  const storage = await openLevelStorage(database, options)
  t.teardown(() => storage.close())
  return storage
}

/** All media: each call makes a storage of its own, for one test. */
export const media: Readonly<Record<string, (t: Test) => Promise<StorageFactory>>> = {
  memory: async () => new MemoryStorageFactory(),
  LMDB: (t) => openLmdbStorage(directory(t)),
  ...Object.fromEntries(
    Object.entries(levelDatabases).map(([name, open]) => [name, (t: Test) => levelStorage(t, open(directory(t)))]),
  ),
}
