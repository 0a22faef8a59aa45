import type { StorageEnvironment, StorageWrite } from '../storage/storage.ts'
import { streamTimesTable } from './stream-times.ts'

/**
 * Removes what an environment holds of a closed store: the table of its name, those of its segments, and, with the write that this answers,
 * what is remembered besides rows.
 */
export function forgetStore(storage: StorageEnvironment, store: string): StorageWrite {
  storage.drop(storage.tables().filter((name) => name === store || name.startsWith(`${store}/`)))
  return { table: storage.table(streamTimesTable), key: Buffer.from(store), value: null }
}
