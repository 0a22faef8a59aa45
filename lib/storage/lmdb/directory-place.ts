import { statSync } from 'node:fs'
import { hostname } from 'node:os'
import type { StoragePlace } from '../storage.ts'
import { bootId } from './owner-record.ts'

/**
 * The place of a directory: the name of the machine, the number of the directory on its disk, and the boot of the machine. A copy of the
 * directory has another number, a disk that was cloned for another machine has another boot. Null where the system tells no boot.
 */
export function placeOf(directory: string): StoragePlace | null {
  const boot = bootId()
  if (boot === null) return null
  const { dev, ino } = statSync(directory)
  return { directory: `${hostname()} ${ino}`, boot: `${boot} ${dev}` }
}
