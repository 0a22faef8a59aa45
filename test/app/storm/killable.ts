import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'

/** A program that is killed, and started again as it was. It tells its address by a message when it listens. */
export class Killable implements AsyncDisposable {
  readonly #program: URL
  readonly #args: readonly string[]
  #child: ChildProcess | undefined

  constructor(program: URL, args: readonly string[]) {
    this.#program = program
    this.#args = args
  }

  /** Resolves with its address. Rejects if it ends before it has told it. */
  async start(): Promise<string> {
    const { NODE_OPTIONS: _options, ...env } = process.env
    const execArgv = ['--conditions=millrace-source']
    const child = fork(fileURLToPath(this.#program), [...this.#args], {
      execArgv,
      env,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.#child = child
    const told = once(child, 'message').then(([message]) => (message as { readonly url: string }).url)
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`${this.#program.pathname} has ended with code ${code} before it listened.`)
    })
    ended.catch(() => {})
    return Promise.race([told, ended])
  }

  /** SIGKILL: nothing in it gets to say goodbye. */
  async kill(): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }
}

/** A port that nobody listens at just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}
