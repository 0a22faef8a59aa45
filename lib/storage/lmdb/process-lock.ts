import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { LockError } from '../../model/errors.ts'
import { takeKernelLock, type KernelLock } from './kernel-lock.ts'
import { isAlive, isOfEarlierBoot, readOwner, writeOwner } from './owner-record.ts'

/** How the last owner ended: cleanly, as a process that died, or together with its machine. */
export type PreviousOwner = 'none' | 'process-crashed' | 'machine-crashed'

const recordFile = 'lock'
const kernelFile = 'kernel.lock'

/**
 * The lock of an environment's directory. The kernel's lock (`kernel.lock`) decides who has it. The record of its owner (`lock`) tells
 * the next one how this one ended, and is all that releases before the kernel's lock look at.
 */
export class ProcessLock {
  readonly previous: PreviousOwner
  readonly #record: string
  readonly #kernel: KernelLock
  #isSigned = false

  constructor(previous: PreviousOwner, record: string, kernel: KernelLock) {
    this.previous = previous
    this.#record = record
    this.#kernel = kernel
  }

  /** Whether this process may have touched the data. */
  get isSigned(): boolean {
    return this.#isSigned
  }

  /** Puts this process's record in place of the former owner's. Called before data is touched, and after untrusted data is removed. */
  sign(): void {
    if (this.#isSigned) return
    writeOwner(this.#record)
    this.#isSigned = true
  }

  /** Gives the lock up after a clean close. */
  release(): void {
    rmSync(this.#record, { force: true })
    this.#kernel.release()
  }

  /** Gives the lock up after a failed open, or after reading alone. The record stays, because the data may be those of a crash. */
  abandon(): void {
    this.#kernel.release()
  }
}

/** Locks the directory of an environment. Throws a `LockError` while anybody has it: another process, or a worker of this one. */
export function lockProcess(directory: string, name: string): ProcessLock {
  const record = join(directory, recordFile)
  const kernel = takeKernelLock(join(directory, kernelFile))
  if (kernel === null) throw locked(record, name)
  try {
    return new ProcessLock(previousOwner(record, name), record, kernel)
  } catch (error) {
    kernel.release()
    throw error
  }
}

function previousOwner(file: string, name: string): PreviousOwner {
  const previous = readOwner(file)
  if (previous === undefined) return 'none'
  if (previous !== 'unreadable' && previous.lock !== 'kernel' && isAlive(previous)) throw locked(file, name)
  return isOfEarlierBoot(previous, file) ? 'machine-crashed' : 'process-crashed'
}

function locked(file: string, name: string): LockError {
  const owner = readOwner(file)
  const pid = owner === undefined || owner === 'unreadable' ? null : owner.pid
  const by = pid === process.pid ? 'another application of this process' : `process ${pid ?? '(unknown)'}`
  const message = `The environment ${name} is in use by ${by} (${file}): stop it, or use another state directory.`
  return new LockError('STREAMS_STORAGE_LOCKED', message, { facts: { name, file, pid } })
}
