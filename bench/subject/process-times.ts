import { readFileSync, readdirSync, writeFileSync } from 'node:fs'

/** Memory of a process in bytes. A mapped database is `file`. */
export interface Memory {
  /** The most that was resident at once, since the process began or `forgetPeak` was called. */
  readonly peak: number
  readonly anonymous: number
  readonly file: number
}

/** User and system time of all threads of a process so far, in µs. */
export function cpuMicroseconds(pid: number): number {
  const fields = statOf(`/proc/${pid}/stat`)
  return (Number(fields[11]) + Number(fields[12])) * 10_000 // clock ticks of 10 ms
}

/** Whether a thread of the process runs, or would if it had a core. */
export function isRunnable(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).some((thread) => {
    try {
      return statOf(`/proc/${pid}/task/${thread}/stat`)[0] === 'R'
    } catch {
      return false // It has ended since.
    }
  })
}

export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  const bytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024
  return { peak: bytes('VmHWM'), anonymous: bytes('RssAnon'), file: bytes('RssFile') }
}

/** The peak of memory begins anew: a process makes many passes. */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
}

/** The fields behind the name, which may have spaces: the state is the first one. */
function statOf(path: string): readonly string[] {
  const stat = readFileSync(path, 'latin1')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}
