import { checkOptions, type OptionNames } from '../../model/check-options.ts'
import type { StorageFactory } from '../storage.ts'
import { loadLmdb } from './load-lmdb.ts'

/** Options of {@link openLmdbStorage}. */
export interface LmdbStorageOptions {
  /**
   * `process`: a write survives kill -9. After a crash of the machine the state is removed, and restored from changelogs. `flush`:
   * a write also survives power loss, and costs a flush of the disk. Default `process`.
   */
  readonly durability?: 'process' | 'flush' | undefined
}

/**
 * Storage on disk, below the directory `dir`. The first call loads LMDB. Rejects with a `ConfigError` (`STREAMS_PACKAGE_MISSING`)
 * if the package lmdb is not installed, or has no build for this machine. It never keeps stores in memory instead.
 */
export async function openLmdbStorage(dir: string, options: LmdbStorageOptions = {}): Promise<StorageFactory> {
  checkOptions('openLmdbStorage()', options, { durability: true } satisfies OptionNames<LmdbStorageOptions>)
  loadLmdb()
  const { LmdbStorageFactory } = await import('./lmdb-storage-factory.ts')
  return new LmdbStorageFactory(dir, options)
}
