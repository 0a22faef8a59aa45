import type { StorageFactory } from '../storage.ts'

export interface LmdbStorageOptions {
  /**
   * What an acknowledged write survives. `process`: kill -9, at no cost; after a crash of the machine the directory is emptied, and its
   * state restored from changelogs. `flush`: power loss, too, at the price of a disk flush per write. Default `process`.
   */
  readonly durability?: 'process' | 'flush'
}

/** Storage on disk, below `dir`. Loads LMDB, which nothing does before. */
export async function openLmdbStorage(dir: string, options: LmdbStorageOptions = {}): Promise<StorageFactory> {
  const { LmdbStorageFactory } = await import('./lmdb-storage-factory.ts')
  return new LmdbStorageFactory(dir, options)
}
