import { DatabaseSync } from 'node:sqlite'

/** The error number of SQLite (`SQLITE_BUSY`) when another connection has the lock. */
const busy = 5

export interface KernelLock {
  /** Idempotent. The file stays: another process may wait for it already. */
  release(): void
}

/**
 * Takes a lock that the kernel keeps. It ends with the process, however that ends, and holds against other processes in any pid
 * namespace and against other workers of this one. Null if somebody else has it. Node has no call for locks of files. So SQLite takes one:
 * an exclusive transaction on an empty database. It writes nothing, so that a full disk does not hinder it.
 *
 * Nothing else may open the file: where locks belong to processes (POSIX), closing any descriptor of it would end the lock.
 */
export function takeKernelLock(file: string): KernelLock | null {
  const database = new DatabaseSync(file)
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if ((error as { readonly errcode?: unknown }).errcode === busy) return null
    throw error
  }
  return { release: () => database.isOpen && database.close() }
}
