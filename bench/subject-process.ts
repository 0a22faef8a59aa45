import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Answer, Order } from './protocol.ts'

/** A process under test, pinned to one core where the machine has `taskset`, measured from outside. */
export class SubjectProcess {
  readonly #child: ChildProcess

  constructor(core: number) {
    const program = [
      process.execPath,
      '--conditions=millrace-source',
      '--max-old-space-size=2048',
      new URL('subject.ts', import.meta.url).pathname,
    ]
    const [command, ...args] = pin(core, program)
    this.#child = spawn(command!, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  }

  async ask(order: Order): Promise<void> {
    const answer = new Promise<Answer>((resolve, reject) => {
      this.#child.once('message', (message) => resolve(message as Answer))
      this.#child.once('exit', (code) => reject(new Error(`The process under test ended with ${code}.`)))
    })
    this.#child.send(order)
    const result = await answer
    this.#child.removeAllListeners('exit')
    if (result.kind === 'failed') throw new Error(result.message)
  }

  /** User and system time of all its threads so far, in µs. */
  cpuMicroseconds(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * 10_000 // clock ticks of 10 ms
  }

  residentPeakMegabytes(): number {
    const match = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${this.#child.pid}/status`, 'latin1'))
    return Math.round(Number(match?.[1] ?? 0) / 1024)
  }

  end(): void {
    this.#child.disconnect()
  }
}

function pin(core: number, program: readonly string[]): readonly string[] {
  return process.platform === 'linux' ? ['taskset', '-c', String(core), ...program] : program
}
