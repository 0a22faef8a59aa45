import type { StorageEnvironment, StorageWrite } from '../storage/storage.ts'
import { streamTimesTable } from './stream-times.ts'

/**
 * Removes a closed store from an environment: drops its table and the tables of its segments. The returned write removes its stream
 * time.
 */
export function forgetStore(storage: StorageEnvironment, store: string): StorageWrite {
  storage.drop(storage.tables().filter((name) => name === store || name.startsWith(`${store}/`)))
  return { table: storage.table(streamTimesTable), key: Buffer.from(store), value: null }
}
