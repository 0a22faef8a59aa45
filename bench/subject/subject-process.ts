import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { subjectCore } from '../broker/bench.ts'
import { kindOfAnswer } from '../protocol.ts'
import type { Answer, AnswerTo, Order } from '../protocol.ts'

/** How a process under test is started. */
export interface SubjectCommand {
  readonly program: string
  readonly args: readonly string[]
}

/** Memory of a process in bytes. A mapped database is `file`. */
export interface Memory {
  /** The most that was resident at once, since the process began. */
  readonly peak: number
  readonly anonymous: number
  readonly file: number
}

/** A process under test on a core of its own, measured from outside. It takes an order a line, and answers a line. */
export class SubjectProcess {
  readonly #child: ChildProcess
  readonly #ended: Promise<string>
  #answered: ((answer: Answer) => void) | null = null

  constructor({ program, args }: SubjectCommand) {
    this.#child = spawn('taskset', ['-c', String(subjectCore), program, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
    const { promise, resolve } = Promise.withResolvers<string>()
    this.#ended = promise
    this.#child.on('error', (error) => resolve(String(error)))
    this.#child.on('exit', (code, signal) => resolve(`ended with ${signal ?? code}`))
    this.#child.stdin!.on('error', () => undefined)
    createInterface({ input: this.#child.stdout! }).on('line', (line) => this.#take(line))
  }

  /** Resolves when the order is carried out. */
  async ask<O extends Order>(order: O): Promise<AnswerTo<O>> {
    const answer = new Promise<Answer>((resolve) => (this.#answered = resolve))
    this.#child.stdin!.write(`${JSON.stringify(order)}\n`)
    const ended = this.#ended.then((message): Answer => ({ kind: 'failed', message: `The process under test ${message}.` }))
    const result = await Promise.race([answer, ended])
    if (result.kind === kindOfAnswer[order.kind]) return result as AnswerTo<O>
    throw new Error(result.kind === 'failed' ? result.message : `${order.kind} was answered with ${result.kind}.`)
  }

  /** User and system time of all its threads so far, in µs. */
  cpuMicroseconds(): number {
    const stat = this.#proc('stat')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * 10_000 // clock ticks of 10 ms
  }

  memory(): Memory {
    const status = this.#proc('status')
    const bytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024
    return { peak: bytes('VmHWM'), anonymous: bytes('RssAnon'), file: bytes('RssFile') }
  }

  /** SIGKILL, as a crash. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }

  async end(): Promise<void> {
    this.#child.stdin!.end()
    await this.#ended
  }

  #take(line: string): void {
    const take = this.#answered
    if (take === null || !line.startsWith('{')) return console.error(line)
    this.#answered = null
    take(JSON.parse(line) as Answer)
  }

  #proc(file: string): string {
    return readFileSync(`/proc/${this.#child.pid}/${file}`, 'latin1')
  }
}
