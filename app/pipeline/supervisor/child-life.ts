import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ChildOptions, FromChild, ToChild } from '../child/messages.ts'

const main = fileURLToPath(new URL('../child/main.ts', import.meta.url))
const stopMs = 20_000
/**
 * The semi-space of V8, in MiB. Buffers of requests and answers die young, but they are freed by a scavenge only, and V8 counts them into the
 * limit of the old generation: with its own 64 MiB a scavenge comes so seldom that the limit comes first, and V8 marks the whole heap every
 * second.
 */
const youngMiB = 16

export interface ChildListener {
  onMessage(message: FromChild): void
  /** It has ended, with a signal or a code. */
  onExit(pid: number, signal: string | null, code: number | null): void
}

/** One life of the process with the applications. */
export class ChildLife {
  readonly pid: number
  readonly #child: ChildProcess
  readonly exited: Promise<void>

  constructor(options: ChildOptions, output: Writable, listener: ChildListener) {
    // Nothing of a test runner's, which would load its hooks into the child.
    const { NODE_OPTIONS: _options, ...inherited } = process.env
    // What a life has compiled, the next one need not: it comes back sooner.
    const env = { NODE_COMPILE_CACHE: join(options.dir, 'compiled'), ...inherited }
    // A group of its own: Ctrl-C reaches the supervisor only, which stops the child in order.
    this.#child = fork(main, [JSON.stringify(options)], {
      execArgv: ['--conditions=millrace-source', `--max-semi-space-size=${youngMiB}`],
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.pid = this.#child.pid ?? 0
    this.#child.stdout!.pipe(output, { end: false })
    this.#child.stderr!.pipe(output, { end: false })
    this.#child.on('message', (message) => listener.onMessage(message as FromChild))
    this.#child.on('error', () => {})
    this.exited = once(this.#child, 'exit').then(([code, signal]) =>
      listener.onExit(this.pid, signal as string | null, code as number | null),
    )
  }

  send(message: ToChild): void {
    if (this.#child.connected) this.#child.send(message, () => {})
  }

  /** SIGKILL: nothing in it gets to say goodbye. */
  kill(): void {
    this.#child.kill('SIGKILL')
  }

  /** Lets it close what it has; what does not close in time is killed. */
  async stop(): Promise<void> {
    const timer = setTimeout(() => this.kill(), stopMs)
    this.#child.kill('SIGTERM')
    await this.exited
    clearTimeout(timer)
  }
}
