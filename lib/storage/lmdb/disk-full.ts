import { statfsSync } from 'node:fs'
import { constants } from 'node:os'
import { StreamsError } from '../../model/errors.ts'

/** A disk with less room than this counts as full where a write failed. */
const freeBytesMin = 1024 * 1024

/** LMDB's `MDB_MAP_FULL`: the file cannot grow. */
const mapFull = -30792

const { ENOSPC, EDQUOT, EIO } = constants.errno
/** LMDB gives the numbers of the system, Node their names. */
const fullCodes: ReadonlySet<unknown> = new Set([ENOSPC, 'ENOSPC', EDQUOT, 'EDQUOT', mapFull])

/** Runs `write`. If the disk is full, throws a `StreamsError` (`STREAMS_STORAGE_FULL`): nothing is written then. */
export function whileWriting<T>(path: string, write: () => T): T {
  try {
    return write()
  } catch (error) {
    throw isDiskFull(path, (error as { readonly code?: unknown } | null)?.code) ? diskFull(path, error) : error
  }
}

/** A write that fits in part is an input/output error to LMDB. */
function isDiskFull(path: string, code: unknown): boolean {
  return fullCodes.has(code) || (code === EIO && freeBytes(path) < freeBytesMin)
}

function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path)
  return bavail * bsize
}

function diskFull(path: string, cause: unknown): StreamsError {
  const reason = cause instanceof Error ? cause.message.split(/[:,]/)[0] : String(cause)
  const message = `The state in ${path} cannot be written (${reason}): make room on its disk. What is not stored stays in changelogs.`
  return new StreamsError('STREAMS_STORAGE_FULL', message, { facts: { path }, cause })
}
