/**
 * The negative control of the kill test, loaded before the pipeline: positions of stores go to storage in a transaction of their
 * own, before the data, and every sixteenth time the process dies between the two.
 */
import { LmdbEnvironment } from '../../lib/storage/lmdb/lmdb-environment.ts'
import type { StorageWrite } from '../../lib/storage/storage.ts'

const together = LmdbEnvironment.prototype.transact
let checkpoints = 0

LmdbEnvironment.prototype.transact = function (this: LmdbEnvironment, writes: readonly StorageWrite[]): void {
  const positions = writes.filter(({ table }) => table.name === '.positions')
  const data = writes.filter(({ table }) => table.name !== '.positions')
  if (positions.length > 0 && data.length > 0) {
    together.call(this, positions)
    if (++checkpoints % 16 === 0) process.kill(process.pid, 'SIGKILL')
  }
  together.call(this, positions.length > 0 ? data : writes)
}
