import type { StorageEnvironment, StorageWrite } from '../storage/storage.ts'
import { streamTimesTable } from './stream-times.ts'

/** The tables of a store, or of its segments, that an environment has. */
export function tablesOf(storage: StorageEnvironment, store: string): readonly string[] {
  return storage.tables().filter((name) => name === store || name.startsWith(`${store}/`))
}

/** Removes a closed store from an environment: drops its tables. The returned write removes its stream time. */
export function forgetStore(storage: StorageEnvironment, store: string): StorageWrite {
  storage.drop(tablesOf(storage, store))
  return { table: storage.table(streamTimesTable), key: Buffer.from(store), value: null }
}
