/**
 * The negative control of the kill test, loaded before the pipeline: of the enricher, whose results are compared, positions of stores go to
 * storage in a transaction of their own, before the data, and every eighth time the process dies between the two.
 */
import { LmdbEnvironment } from '../../lib/storage/lmdb/lmdb-environment.ts'
import { LmdbStorageFactory } from '../../lib/storage/lmdb/lmdb-storage-factory.ts'
import type { StorageEnvironment, StorageWrite } from '../../lib/storage/storage.ts'

const ofEnricher = new WeakSet<StorageEnvironment>()
const { open } = LmdbStorageFactory.prototype
const together = LmdbEnvironment.prototype.transact
let checkpoints = 0

LmdbStorageFactory.prototype.open = function (this: LmdbStorageFactory, name: string): StorageEnvironment {
  const environment = open.call(this, name)
  if (name.startsWith('transfer-enricher/')) ofEnricher.add(environment)
  return environment
}

LmdbEnvironment.prototype.transact = function (this: LmdbEnvironment, writes: readonly StorageWrite[]): void {
  const positions = writes.filter(({ table }) => table.name === '.positions')
  const data = writes.filter(({ table }) => table.name !== '.positions')
  if (!ofEnricher.has(this) || positions.length === 0 || data.length === 0) return together.call(this, writes)
  together.call(this, positions)
  if (++checkpoints % 8 === 0) process.kill(process.pid, 'SIGKILL')
  together.call(this, data)
}
