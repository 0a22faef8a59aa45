import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { uptime } from 'node:os'
import { dirname } from 'node:path'

/**
 * What a process writes down of itself when it opens an environment, and removes when it has closed it well. A record that is found
 * tells of a crash: of the process, or of the machine.
 */
export interface OwnerRecord {
  readonly pid: number
  /** When the process started, because a later process may have the same number. Null if the system does not tell. */
  readonly startedAt: string | null
  /** In which boot of the machine it ran. Null if the system does not tell. */
  readonly boot: string | null
  /** `kernel`: the owner held the kernel's lock. Absent: it is of a release whose owners had no lock but this record. */
  readonly lock?: 'kernel'
}

/** Undefined: there is no record. `unreadable`: its process, or the machine, ended while it was written. */
export function readOwner(file: string): OwnerRecord | 'unreadable' | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as OwnerRecord
  } catch (error) {
    if (error instanceof SyntaxError) return 'unreadable'
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Writes this process's record in place of the former one. It is on disk when the call returns: data that is written later must not
 * outlive it in a crash of the machine. If it cannot be written, the former record stays.
 */
export function writeOwner(file: string): void {
  const self: OwnerRecord = { pid: process.pid, startedAt: startOf(process.pid), boot: bootId(), lock: 'kernel' }
  const draft = `${file}.new`
  try {
    writeFileSync(draft, JSON.stringify(self), { flush: true })
    renameSync(draft, file)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
  flushDirectory(dirname(file))
}

/** True if the process of a record that knows no kernel lock lives. */
export function isAlive({ pid, startedAt, boot }: OwnerRecord): boolean {
  if (pid === process.pid || (boot !== null && boot !== bootId())) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return startedAt === null || startedAt === startOf(pid)
}

/** True if the machine has booted since the record was written. Where no boot has a name, the time of the file tells. */
export function isOfEarlierBoot(record: OwnerRecord | 'unreadable', file: string): boolean {
  const present = bootId()
  if (record !== 'unreadable' && record.boot !== null && present !== null) return record.boot !== present
  return ageMs(file) > uptime() * 1000
}

/** The age of a file by the clock of its disk: that of a file which is written now. */
function ageMs(file: string): number {
  const probe = `${file}.now`
  writeFileSync(probe, '')
  const age = statSync(probe).mtimeMs - statSync(file).mtimeMs
  rmSync(probe)
  return age
}

/** Not every system flushes directories. */
function flushDirectory(path: string): void {
  try {
    const directory = openSync(path, 'r')
    fsyncSync(directory)
    closeSync(directory)
  } catch {
    return
  }
}

/**
 * Linux: ticks between boot and start of the process, field 22 of /proc/<pid>/stat. The name of the process, field 2, may hold
 * spaces.
 */
function startOf(pid: number): string | null {
  const stat = readOptional(`/proc/${pid}/stat`)
  return stat === null ? null : (stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null)
}

/** Null if the system does not tell. */
export function bootId(): string | null {
  return readOptional('/proc/sys/kernel/random/boot_id')?.trim() ?? null
}

function readOptional(file: string): string | null {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return null
  }
}
