import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { LockError } from '../../model/errors.ts'

/** How the last owner ended: cleanly, as a process that died, or together with its machine. */
type PreviousOwner = 'none' | 'process-crashed' | 'machine-crashed'

export interface ProcessLock {
  readonly previous: PreviousOwner
  /** Removes the file. Call it only after a clean close: a file that stays tells the next owner of a crash. */
  release(): void
}

interface Owner {
  readonly pid: number
  /** When the process started, because a later process may have the same number. Null if the system does not tell. */
  readonly startedAt: string | null
  /** In which boot of the machine it ran. Null if the system does not tell. */
  readonly boot: string | null
}

/**
 * The files that this process has locked. A lock file that has this process's number and is not among them was left by a dead
 * process.
 */
const held = new Set<string>()

/** Takes the lock file. Throws a `LockError` while a living process, this one included, has it. */
export function lockProcess(file: string, name: string): ProcessLock {
  const previous = readOwner(file)
  if (previous !== undefined && isAlive(previous, file)) throw locked(file, name, previous)
  if (previous !== undefined) rmSync(file, { force: true })
  const self: Owner = { pid: process.pid, startedAt: startOf(process.pid), boot: bootId() }
  writeExclusively(file, name, self)
  held.add(file)
  return { previous: previousOwner(previous, self), release: () => release(file) }
}

function release(file: string): void {
  if (held.delete(file)) rmSync(file, { force: true })
}

function writeExclusively(file: string, name: string, self: Owner): void {
  try {
    writeFileSync(file, JSON.stringify(self), { flag: 'wx' })
  } catch (error) {
    const other = readOwner(file)
    throw other === undefined ? error : locked(file, name, other)
  }
}

function readOwner(file: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Owner
  } catch (error) {
    // A process that died while it wrote the file has left half of it.
    if (error instanceof SyntaxError) return { pid: 0, startedAt: null, boot: null }
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function isAlive({ pid, startedAt, boot }: Owner, file: string): boolean {
  if (pid === process.pid) return held.has(file)
  if (pid === 0 || (boot !== null && boot !== bootId())) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return startedAt === null || startedAt === startOf(pid)
}

function previousOwner(previous: Owner | undefined, self: Owner): PreviousOwner {
  if (previous === undefined) return 'none'
  return previous.boot === self.boot ? 'process-crashed' : 'machine-crashed'
}

function locked(file: string, name: string, { pid }: Owner): LockError {
  const message = `The environment ${name} is in use by process ${pid} (${file}): stop that process, or use another state directory.`
  return new LockError('STREAMS_STORAGE_LOCKED', message, { facts: { name, file, pid } })
}

/**
 * Linux: ticks between boot and start of the process, field 22 of /proc/<pid>/stat. The name of the process, field 2, may hold
 * spaces.
 */
function startOf(pid: number): string | null {
  const stat = readOptional(`/proc/${pid}/stat`)
  return stat === null ? null : (stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null)
}

function bootId(): string | null {
  return readOptional('/proc/sys/kernel/random/boot_id')?.trim() ?? null
}

function readOptional(file: string): string | null {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return null
  }
}
