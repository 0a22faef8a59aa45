import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { subjectCore } from '../broker/bench.ts'
import { kindOfAnswer } from '../protocol.ts'
import type { Answer, AnswerTo, Order } from '../protocol.ts'

/** How a process under test is started. */
export interface SubjectCommand {
  readonly program: string
  readonly args: readonly string[]
}

/** A process under test on a core of its own, measured from outside. It takes an order a line, and answers a line. */
export class SubjectProcess implements AsyncDisposable {
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

  get pid(): number {
    return this.#child.pid!
  }

  /** SIGKILL, as a crash. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }

  /** No process outlives a pass that failed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
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
}
